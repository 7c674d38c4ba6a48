"""The example that ships: a shop that runs as it is."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def shop() -> Path:
    """Its configuration folder, in an installed wheel or in a checkout; its runbooks lie beside it."""
    packed = _PACKAGE / "_shop" / "config"
    return packed if packed.is_dir() else _PACKAGE.parent / "config"
