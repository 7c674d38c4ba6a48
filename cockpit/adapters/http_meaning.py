"""What an answer, or the lack of one, means for the world: done, surely not done, or nobody knows."""

from __future__ import annotations

import json
from typing import Final

from cockpit.adapters.http_trouble import quoted
from cockpit.core.json import pointed
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import Answered, HttpAnswer

ASKING: Final = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing, so that nothing about them is ever in doubt."""
ELSEWHERE: Final = (307, 308)
"""Redirects that want the same request again at another place; the others may say that it is done."""


def meaning(call: HttpCall, status: int, body: str, note: str = "") -> HttpAnswer:
    """Of a whole answer. `note` says what is odd about `body`; both are redacted already."""
    if any(low <= status <= high for low, high in call.status):
        why = _unmet(call, body)
        if not why:
            return HttpAnswer(Answered.DONE, status, body, note)
        return HttpAnswer(undone(call), status, body, "; ".join(filter(None, (why, note))))
    refused = 400 <= status < 500 or status in ELSEWHERE
    outcome = Answered.REFUSED if refused else undone(call)
    return HttpAnswer(outcome, status, body, _told(status, body))


def undone(call: HttpCall) -> Answered:
    """Where it was sent and is not known to be done."""
    return Answered.REFUSED if call.method.upper() in ASKING else Answered.UNKNOWN


def _unmet(call: HttpCall, body: str) -> str:
    """Why the answer does not say what is expected; empty: it does."""
    if not call.pointer:
        return ""
    try:
        found = pointed(json.loads(body), call.pointer)
    except LookupError:
        return f"its answer has nothing at {call.pointer}"
    except (ValueError, RecursionError):
        return f"its answer is no JSON, so nothing can be read at {call.pointer}"
    if _equal(found, call.equals):
        return ""
    return f"its answer has {quoted(json.dumps(found))} at {call.pointer}, not {json.dumps(call.equals)}"


def _equal(found: object, wanted: object) -> bool:
    """As JSON compares: true is not 1, as it is in Python."""
    return isinstance(found, bool) == isinstance(wanted, bool) and found == wanted


def _told(status: int, body: str) -> str:
    if 300 <= status < 400:
        return f"it answers {status}, a redirect, which is not followed"
    words = quoted(body)
    return f"it answers {status}: {words}" if words else f"it answers {status}"
