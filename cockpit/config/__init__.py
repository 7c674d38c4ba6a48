"""Strict YAML turned into core values; nobody else sees a file or a pydantic model."""

from cockpit.config.linting import lint
from cockpit.config.loading import Loaded, load
from cockpit.config.schemas import schema
from cockpit.config.shops import shop

__all__ = ["Loaded", "lint", "load", "schema", "shop"]
