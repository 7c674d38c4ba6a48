"""Stores of feature flags, one adapter a file, all behind `ports.FlagProvider`."""
