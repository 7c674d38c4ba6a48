"""What a past would have been with this configuration: episodes, flaps, time by level, calmer values."""
