"""Pure functions `(State, now) -> rows and lines`; screens draw them and commands print them."""
