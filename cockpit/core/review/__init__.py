"""Incidents and drills looked back on: how long each part took, what went wrong, whether it gets better."""
