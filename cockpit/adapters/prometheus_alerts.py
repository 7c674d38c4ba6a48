"""Alerts a Prometheus evaluates itself, and what its rules watch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from cockpit.core.answers import RuleBook
from cockpit.core.poll import Alert

MOST_ALERTS: Final = 10_000
LONGEST: Final = 4096
MOST_LABELS: Final = 128

_MATCHER: Final = re.compile(
    r"""([A-Za-z_]\w*)\s*(=~?)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""",
)
_PATTERN: Final = re.compile(r"(?<!\\)[][(){}*+?]")
"""What makes a regular expression more than a list of names; a dot in a name is taken for a dot."""


def alerts(source: str, data: Any) -> tuple[Alert, ...]:
    """What `/api/v1/alerts` says; raises TypeError, KeyError or ValueError for nonsense."""
    listed = data["alerts"]
    if not isinstance(listed, list):
        raise TypeError("alerts are no list")
    return tuple(_alert(source, alert) for alert in listed[:MOST_ALERTS] if alert["state"] != "inactive")


def rule_book(also: tuple[str, ...], data: Any) -> RuleBook:
    """Which services the rules that `/api/v1/rules` lists name; raises as `alerts` does."""
    named: set[tuple[str, str]] = set()
    for group in data["groups"]:
        for rule in group["rules"]:
            if rule.get("type", "alerting") == "alerting" and rule.get("health") == "ok":
                named.update(named_by(rule))
    return RuleBook(frozenset(named), also)


def named_by(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, value) of what a rule of `/api/v1/rules` says it is about, and of what its query asks for."""
    yield from ((str(label), str(value)) for label, value in (rule.get("labels") or {}).items())
    yield from _matched(str(rule.get("query", "")))


def _alert(source: str, alert: Mapping[str, Any]) -> Alert:
    labels = texts(alert["labels"])
    state: Literal["firing", "pending"] = "firing" if alert["state"] == "firing" else "pending"
    return Alert(
        labels.get("alertname", ""),
        state,
        labels,
        texts(alert.get("annotations") or {}),
        instant(alert.get("activeAt")),
        source,
        str(alert.get("value", ""))[:64],
    )


def texts(pairs: Mapping[Any, Any]) -> dict[str, str]:
    """Labels or annotations, of a length and number that can be kept."""
    return {str(k)[:LONGEST]: str(v)[:LONGEST] for k, v in list(pairs.items())[:MOST_LABELS]}


def instant(said: object) -> float | None:
    """Of a time with a zone; None for anything else."""
    try:
        # Python knows microseconds, Go writes nanoseconds.
        when = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(said)))
        return when.timestamp() if when.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _matched(query: str) -> Iterator[tuple[str, str]]:
    """(label, value) of every matcher of a rule's expression; names in `a|b` one by one."""
    for label, operator, double, single in _MATCHER.findall(query):
        value = double or single
        if operator == "=":
            yield label, re.sub(r"\\(.)", r"\1", value)
            continue
        inside = re.sub(r"^\^?\(?|\)?\$?$", "", value)
        if not _PATTERN.search(inside):
            # Escaped twice: for the regex, and for the string it stands in.
            yield from ((label, re.sub(r"\\+(.)", r"\1", name)) for name in inside.split("|"))
