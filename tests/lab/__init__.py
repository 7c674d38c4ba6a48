"""Real servers over a small real fleet whose faults can be injected."""
