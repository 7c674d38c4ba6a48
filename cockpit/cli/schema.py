"""`cockpit schema KIND`: JSON Schema, for editors."""

from __future__ import annotations

from cockpit.cli.output import say_json


def schema(kind: str) -> int:
    from cockpit import config

    say_json(config.schema(kind), indent=True)
    return 0
