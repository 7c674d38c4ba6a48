"""What every command may be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

THEMES = ("dark", "light", "contrast", "mono")
DEMO = "demo"
"""The scenario that `cockpit demo` plays unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    config: Path | None = None
    readonly: bool = False
    alert: str = ""
    """Open on what this alert is about."""
    prometheus: str = ""
    """Ask this server instead of the one in the configuration."""
    ascii: bool = False
    theme: str = "dark"
    demo: bool = False
    scenario: str = DEMO
    replay: Path | None = None
    speed: float = 1.0
