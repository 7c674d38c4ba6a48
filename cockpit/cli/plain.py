"""Understands `cockpit` and `cockpit demo` with their usual options, so that the screen is there sooner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.cli.settings import THEMES, Settings


def understood(arguments: Sequence[str]) -> Settings | None:
    """What was asked for; None for anything that is not plain, for the real parser to judge."""
    settings = Settings()
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        option, equals, value = word.partition("=")
        if word == "demo" and not settings.demo:
            settings = replace(settings, demo=True)
        elif word == "--readonly":
            settings = replace(settings, readonly=True)
        elif word == "--ascii":
            settings = replace(settings, ascii=True)
        elif option == "--scenario" and not settings.demo:
            return None
        elif option in ("--config", "--alert", "--prometheus", "--theme", "--scenario"):
            value = value if equals else waiting.pop(0) if waiting else ""
            if not value or value.startswith("-") or (option == "--theme" and value not in THEMES):
                return None
            settings = _with(settings, option, value)
        else:
            return None
    return settings


def _with(settings: Settings, option: str, value: str) -> Settings:
    match option:
        case "--config":
            return replace(settings, config=Path(value))
        case "--alert":
            return replace(settings, alert=value)
        case "--prometheus":
            return replace(settings, prometheus=value)
        case "--scenario":
            return replace(settings, scenario=value)
        case _:
            return replace(settings, theme=value)
