"""An incident from declaration to post-mortem: what people say of it, and what follows from that."""
