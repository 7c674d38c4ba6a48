"""A flag that a run moves, as the record tells of every flag."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.core.frozen import to_json
from cockpit.core.json import Json
from cockpit.core.runbook.actions import FlagSet
from cockpit.core.runbook.run import Key
from cockpit.core.runbook.words import Word
from cockpit.engine.runs.acting import Attempt


def flag_words(key: Key, attempt: Attempt, exited: Mapping[str, Json] | None = None) -> list[Word]:
    """A flag that a run moves is told among the flags as well."""
    flag = attempt.action
    if not isinstance(flag, FlagSet):
        return []
    about: dict[str, Json] = {
        "op_id": attempt.op,
        "key": flag.key,
        "env": flag.env,
        "provider": flag.provider,
    }
    if exited is None:
        before = to_json(attempt.before) if attempt.before else None
        about |= {"want": flag.to, "before": before, "reason": flag.reason, "expires_in": flag.expires}
        return [Word("flag.requested", {**about, "kind": "set"}, key)]
    settled: dict[str, Json] = {"outcome": exited.get("outcome", "UNKNOWN"), "reason": exited.get("reason")}
    return [Word("flag.settled", {**about, **settled, "after": exited.get("value")}, key)]
