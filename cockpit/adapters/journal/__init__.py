"""Where facts become durable: one chain, several engines."""
