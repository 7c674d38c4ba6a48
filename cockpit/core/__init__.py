"""Pure decisions: no clock, no I/O; every instant comes in with an event."""
