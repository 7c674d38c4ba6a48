"""Commands, one small module each; what goes wrong becomes one line, a hint and an exit code."""
