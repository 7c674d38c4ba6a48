"""The outside of a run, played: nothing is spawned or sent, and what is done has effects."""
