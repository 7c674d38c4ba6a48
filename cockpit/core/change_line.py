"""Changes and alerts as JSON objects and back: what CI appends to a file, and what a recording keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast

from cockpit.core.levels import Instant
from cockpit.core.poll import Alert, Change


class LineError(ValueError):
    """A line makes no sense; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def change_of(found: object) -> Change:
    """Raises LineError. Unknown keys are left alone: CI may have more to say than we read."""
    if not isinstance(found, dict):
        raise LineError("a change is not an object", 'write {"at": ..., "service": ..., "what": ...}')
    if "at" not in found:
        raise LineError("a change lacks 'at'", "say when it was made")
    return Change(
        service=_text(found, "service", needed=True),
        at=instant(found["at"], "at"),
        what=_text(found, "what", needed=True),
        version=_text(found, "version"),
        by=_text(found, "by"),
        url=_text(found, "url"),
        reversible=_reversible(found.get("reversible")),
        until=None if found.get("until") is None else instant(found["until"], "until"),
        rollback=_text(found, "rollback"),
        point_of_no_return=_text(found, "point_of_no_return"),
    )


def change_line(change: Change) -> dict[str, Any]:
    """Without what nobody said."""
    line: dict[str, Any] = {"service": change.service, "at": change.at, "what": change.what}
    for key in ("version", "by", "url", "rollback", "point_of_no_return"):
        if getattr(change, key):
            line[key] = getattr(change, key)
    if change.reversible is not None:
        line["reversible"] = change.reversible
    if change.until is not None:
        line["until"] = change.until
    return line


def alert_of(found: object) -> Alert:
    if not isinstance(found, dict):
        raise LineError("an alert is not an object")
    state = found.get("state", "firing")
    if state not in ("firing", "pending"):
        raise LineError(f"an alert has the state {state!r:.40}", "write firing or pending")
    return Alert(
        name=_text(found, "name", needed=True),
        state=cast(Literal["firing", "pending"], state),
        labels=_texts(found.get("labels"), "labels"),
        annotations=_texts(found.get("annotations"), "annotations"),
        since=None if found.get("since") is None else instant(found["since"], "since"),
        source=_text(found, "source"),
        value=_text(found, "value"),
        silenced_by=_names(found.get("silenced_by"), "silenced_by"),
        inhibited_by=_names(found.get("inhibited_by"), "inhibited_by"),
        fingerprint=_text(found, "fingerprint"),
    )


def alert_line(alert: Alert) -> dict[str, Any]:
    """What only an Alertmanager says is left out where none was asked."""
    told = {
        "silenced_by": list(alert.silenced_by),
        "inhibited_by": list(alert.inhibited_by),
        "fingerprint": alert.fingerprint,
    }
    return {
        "name": alert.name,
        "state": alert.state,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "since": alert.since,
        "source": alert.source,
        "value": alert.value,
        **{key: said for key, said in told.items() if said},
    }


def instant(found: object, key: str) -> Instant:
    """Unix seconds, or ISO 8601 with a time zone: without one nobody can tell which hour is meant."""
    if isinstance(found, int | float) and not isinstance(found, bool):
        if abs(found) < 1e11 and math.isfinite(found):
            return float(found)
        raise LineError(f"'{key}' is no time in Unix seconds: {found!r:.40}", "are these milliseconds?")
    if isinstance(found, str):
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            moment = None
        if moment and moment.tzinfo:
            return moment.timestamp()
        if moment:
            raise LineError(f"'{key}' has no time zone: {found:.40}", "append Z or +01:00")
    raise LineError(f"'{key}' is no time: {found!r:.40}", "write Unix seconds or 2026-05-04T02:01:00Z")


def _reversible(found: object) -> bool | Literal["until"] | None:
    if found is None or isinstance(found, bool):
        return found
    if found == "until":
        return "until"
    raise LineError(f"'reversible' is {found!r:.40}", 'write true, false or "until"')


def _text(found: Mapping[str, object], key: str, *, needed: bool = False) -> str:
    value = found.get(key)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise LineError(f"'{key}' is not a text: {value!r:.40}", "put it in quotes")
    if needed and not value.strip():
        raise LineError(f"'{key}' is missing")
    return value


def _names(found: object, key: str) -> tuple[str, ...]:
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise LineError(f"'{key}' is no list of texts")
    return tuple(found)


def _texts(found: object, key: str) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise LineError(f"'{key}' does not map names to texts")
    return found
