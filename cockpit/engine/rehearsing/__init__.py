"""Somebody who is not there: does what a script says in an engine, as a person at the screen would."""
