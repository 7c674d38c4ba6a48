"""cockpit: a terminal cockpit for incident response."""

__version__ = "0.1.0"
