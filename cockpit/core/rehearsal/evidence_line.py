"""A piece of evidence as one line of a file, `cockpit.evidence/v1`, and back."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final, TypeVar, get_args

from cockpit.core.json import Json, finite
from cockpit.core.rehearsal.evidence import SCHEMA, Evidence, EvidenceMode, Result

Word = TypeVar("Word", bound=str)
MODES: Final[tuple[EvidenceMode, ...]] = get_args(EvidenceMode)
RESULTS: Final[tuple[Result, ...]] = get_args(Result)
LONGEST: Final = 366 * 86_400.0
"""Seconds; no step takes longer than a year, and one that claimed to would be the p95 of all."""
NAMES: Final = ("schema", "runbook", "part", "digest", "at", "by", "mode", "scenario", "result", "seconds")


def line(evidence: Evidence) -> dict[str, Json]:
    """In the order of the format; `at` in Unix seconds, `seconds` null where nothing was timed."""
    return {
        "schema": SCHEMA,
        "runbook": evidence.runbook,
        "part": evidence.part,
        "digest": evidence.digest,
        "at": evidence.at,
        "by": evidence.by,
        "mode": evidence.mode,
        "scenario": evidence.scenario,
        "result": evidence.result,
        "seconds": evidence.seconds,
    }


def parsed(found: Mapping[str, object]) -> Evidence:
    """The evidence that `line` wrote. Raises ValueError, which says in a few words what is wrong.

    What a line has beyond the format is passed over, so that a later version can say more.
    """
    if found.get("schema") != SCHEMA:
        raise ValueError(f"'schema' is not {SCHEMA}")
    return Evidence(
        runbook=_text(found, "runbook"),
        part=_text(found, "part"),
        digest=_text(found, "digest"),
        at=_number(found, "at"),
        by=_text(found, "by", empty=True),
        mode=_one_of(found, "mode", MODES),
        result=_one_of(found, "result", RESULTS),
        scenario="" if found.get("scenario") is None else _text(found, "scenario", empty=True),
        seconds=None if found.get("seconds") is None else _number(found, "seconds", LONGEST),
    )


def _text(found: Mapping[str, object], name: str, *, empty: bool = False) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise ValueError(f"'{name}' is missing" if value is None else f"'{name}' is not a text")
    if not value and not empty:
        raise ValueError(f"'{name}' is empty")
    return value


def _number(found: Mapping[str, object], name: str, most: float = inf) -> float:
    """Times and durations alike: none of them is negative."""
    value = finite(found.get(name))
    if value is None or not 0 <= value <= most:
        raise ValueError(f"'{name}' is not a number of seconds")
    return value


def _one_of(found: Mapping[str, object], name: str, words: tuple[Word, ...]) -> Word:
    for word in words:
        if found.get(name) == word:
            return word
    raise ValueError(f"'{name}' is none of {', '.join(words)}")
