"""Runs for real: drives the pure machine of `core.runbook` through the ports, one move after the other."""
