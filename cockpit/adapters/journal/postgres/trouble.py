"""What PostgreSQL and its driver say, in our words; the only place where their errors become JournalError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cockpit.errors import AccessRefused, JournalError
from cockpit.text import clean

if TYPE_CHECKING:
    from psycopg import Error

FOUND: Final = "`cockpit journal init --postgres DSN` makes or renews it, by somebody who may create roles"
_BY_STATE: Final = {
    "28P01": ("lets {person} not in: wrong password", "mend ~/.pgpass, whose mode must be 0600"),
    "28000": (
        "lets {person} not in",
        "ask for a login: create role {person} login in role cockpit_responder",
    ),
    "3D000": ("there is no such database", "make it with createdb, then `cockpit journal init`"),
    "3F000": ("holds no record of cockpit", FOUND),
    "42P01": ("holds no record of cockpit", FOUND),
    "42883": ("holds no record that this cockpit knows", FOUND),
    "42501": ("{person} may not do this", "ask for the role cockpit_responder or cockpit_approver"),
    "55P03": ("{who} kept the record locked for 3 s; nothing was recorded", "ask {who}, or try again"),
    "53100": ("its disk is full, nothing was recorded", "free some space there; it goes on by itself"),
    "53300": ("has no connection left", "raise max_connections, or close cockpits"),
    "57P03": ("is starting or stopping", "it goes on by itself"),
}
_BY_WORDS: Final = (
    ("no password supplied", ("wants a password of {person}", "put it into ~/.pgpass, mode 0600")),
    ("password authentication failed", _BY_STATE["28P01"]),
    (
        "peer authentication failed",
        ("lets {person} not in here", "over the socket everybody is their own Unix account: unset PGUSER"),
    ),
    ("no pg_hba.conf entry", _BY_STATE["28000"]),
    ('role "', _BY_STATE["28000"]),
    ("is not permitted to log in", _BY_STATE["28000"]),
    (
        "root certificate file",
        ("its certificate cannot be checked", "put its CA into ~/.postgresql/root.crt"),
    ),
    ("certificate", ("its certificate is not to be trusted", "put its CA into ~/.postgresql/root.crt")),
    ("does not exist", _BY_STATE["3D000"]),
    ("too many clients", _BY_STATE["53300"]),
    ("remaining connection slots", _BY_STATE["53300"]),
    ("starting up", _BY_STATE["57P03"]),
    ("shutting down", _BY_STATE["57P03"]),
    ("connection refused", ("refuses connections", "is it running, and is the port right?")),
)


def translated(place: str, person: str, error: Error) -> JournalError:
    state = error.sqlstate or ""
    words = clean(" ".join(str(error).split()))
    known = _BY_STATE.get(state) or next((told for text, told in _BY_WORDS if text in words.lower()), None)
    kind = AccessRefused if state == "42501" else JournalError
    if known is None:
        return JournalError(f"journal {place}: {words[:300] or type(error).__name__}")
    who = clean(error.diag.message_detail or "")[:200] or "somebody"
    what, hint = (each.format(person=person, who=who) for each in known)
    return kind(f"journal {place}: {what}", hint)
