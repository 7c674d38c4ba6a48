"""Records of the journal as people and machines read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from cockpit.core.journal import EVENT, Fact, Recorded
from cockpit.core.json import Json, canonical
from cockpit.core.levels import Instant
from cockpit.text import UNKNOWN, clean

LONGEST: Final = 400
"""Characters of a line; `--json` has all of it."""


def line(record: Recorded) -> str:
    """When, which, what, about what, who, and what it says, on one clean line."""
    fact = record.fact
    parts = (
        _when(fact.at),
        f"{record.seq:>6}",
        f"{fact.kind:<18}",
        _subject(fact),
        fact.actor,
        _said(fact.body),
    )
    text = clean("  ".join(part for part in parts if part))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def document(record: Recorded) -> dict[str, Json]:
    """`cockpit.event/v1`, every field as it is hashed, so that whoever has an export can check its chain."""
    return {"schema": EVENT, **record.fields()}


def _when(at: Instant) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):  # a year nobody will see
        return UNKNOWN


def _subject(fact: Fact) -> str:
    """As "INC-3 R-7/restart 1.2", where 1.2 is visit and attempt."""
    where = "/".join(part for part in (fact.run, fact.step) if part)
    numbers = ".".join(str(number) for number in (fact.visit, fact.attempt) if number)
    return " ".join(part for part in (fact.incident, where, numbers) if part)


def _said(body: Mapping[str, Json]) -> str:
    return " ".join(f"{name}={_value(value)}" for name, value in body.items())


def _value(value: Json) -> str:
    return value if isinstance(value, str) and value and " " not in value else canonical(value)
