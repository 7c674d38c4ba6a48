"""Strict YAML turned into core values; nobody else sees a file or a pydantic model."""
