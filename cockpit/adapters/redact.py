"""Taking secrets out of text; the shim does the same with streams, and holds the one implementation."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.adapters.shim import Redactor, raw

__all__ = ["Redactor", "redact"]


def redact(text: str, secrets: Iterable[str]) -> str:
    """A whole text without these values and their encoded forms; see `Redactor` for what is found."""
    redactor = Redactor(secrets)
    shown = redactor.feed(raw(text)) + redactor.flush()
    return shown.decode("utf-8", "surrogateescape")
