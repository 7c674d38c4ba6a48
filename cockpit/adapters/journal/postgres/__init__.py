"""The record in a PostgreSQL database that a team shares: the server keeps order, and says who did it."""
