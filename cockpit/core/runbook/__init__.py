"""Runbooks: what they declare, how a run stands, what comes next, and how it is taken back. Pure."""
