"""Updates and handovers from the plain terminal: written from one look at the world, sent once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.cli.acting import in_world
from cockpit.cli.incidents import put
from cockpit.cli.looking import incident_named, looked
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused, UsageError
from cockpit.text import clean, join_names

if TYPE_CHECKING:
    from cockpit.core.incident.model import Incident, Sent, Status
    from cockpit.core.state import State
    from cockpit.core.wanted import UpdateWanted
    from cockpit.engine.runs.world import World

COPY: Final = "copy"
ANYBODY: Final = "anybody"
LARGEST: Final = 1024 * 1024
"""Bytes that are read of what somebody wrote; the limit of a text is far below."""
EXITS: Final[dict[Sent, int]] = {"sent": 0, "copied": 0, "refused": 1, "unknown": 3, "": 3}


@dataclass(frozen=True, slots=True)
class Wished:
    """What was said on the command line."""

    incident: str | None
    audience: str
    status: str | None
    to: str | None
    text: str | None
    file: Path | None
    one_line: bool
    only_print: bool
    yes: bool


def update(settings: Settings, wished: Wished) -> int:
    """0 sent, copied or printed, 1 not sent, 2 refused, 3 may or may not have been sent."""
    status, words = _checked(wished), _words(wished)
    sends = not wished.only_print and (words is not None or wished.yes)

    async def work(world: World) -> int:
        state = await looked(settings, world)
        incident = incident_named(state, wished.incident)
        wanted = _wanted(world, state, incident, wished, status, words)
        if sends:
            return await _send(world, state, wanted)
        say(wanted.text.split("\n"))
        if wished.only_print:
            return 0
        why = _refusal(state, incident, wanted.status)
        _remark(why or "nothing was sent: --yes sends this draft, --text or --file sends words of yours")
        return 0

    return in_world(settings, work, reads_only=not sends, writes=sends)


def _checked(wished: Wished) -> Status | None:
    """Raises UsageError for words that are none."""
    from cockpit.core.incident.claims import AUDIENCES
    from cockpit.core.incident.fold import STATUSES

    if wished.audience not in AUDIENCES:
        raise UsageError(f"there is no audience '{wished.audience}'", f"there are {', '.join(AUDIENCES)}")
    if wished.status is None:
        return None
    found = next((each for each in STATUSES if each == wished.status), None)
    if found is None:
        raise UsageError(f"there is no status '{wished.status}'", f"there are {', '.join(STATUSES)}")
    return found


def _words(wished: Wished) -> str | None:
    """What somebody wrote; None: a draft is wanted. Raises UsageError."""
    if wished.text is not None and wished.file is not None:
        raise UsageError("--text and --file: one of them")
    if wished.text == "-":
        return _written(sys.stdin.buffer.read(LARGEST + 1), "stdin")
    if wished.file is not None:
        try:
            with wished.file.open("rb") as opened:
                return _written(opened.read(LARGEST + 1), str(wished.file))
        except OSError as error:
            raise UsageError(f"{wished.file} cannot be read: {error.strerror}") from None
    return None if wished.text is None else _written(wished.text.encode(), "--text")


def _written(found: bytes, where: str) -> str:
    try:
        text = clean(found.decode(), multiline=True).strip()
    except UnicodeDecodeError:
        raise UsageError(f"{where} is no UTF-8 text", "write it in UTF-8") from None
    if not text:
        raise UsageError(f"{where} holds no words")
    return text


def _wanted(
    world: World,
    state: State,
    incident: Incident,
    wished: Wished,
    status: Status | None,
    words: str | None,
) -> UpdateWanted:
    from cockpit.core.incident.claims import claims
    from cockpit.core.wanted import UpdateWanted
    from cockpit.views.composing import Form, begun, drafted

    status = status or begun(state, incident).status
    now = world.clock.now()
    if words is None:
        words = drafted(state, incident, Form(wished.audience, status, short=wished.one_line), now)
    told = claims(state, wished.audience, incident)
    to = wished.to or ""
    return UpdateWanted(incident.id, words, to, wished.audience, status, told, world.actor, now)


async def _send(world: World, state: State, wanted: UpdateWanted) -> int:
    """Says what came of it; what was copied is printed."""
    from dataclasses import replace

    from cockpit.core.events import Event, Reported
    from cockpit.engine.outward.updates import send_update

    wanted = replace(wanted, to=_channel(world, wanted.to))
    heard: list[Event] = []
    outcome = await send_update(world, state, wanted, heard.append)
    if outcome == "copied":
        say(wanted.text.split("\n"))
    for each in heard:
        if isinstance(each, Reported):
            if outcome == "sent":
                say([each.text])
            else:
                _remark(each.text)
    return EXITS[outcome]


def _channel(world: World, to: str) -> str:
    """Empty: by hand. Raises UsageError where nobody said which, and RunRefused where there is none."""
    known = [each.name for each in world.model.incident.notify]
    if to in known:
        return to
    if to == COPY:
        return ""
    if to:
        raise RunRefused(f"there is no channel '{to}'", f"there are {join_names([*known, COPY], 8)}")
    if not known:
        raise RunRefused("no channel is configured", "incident.notify names them, or print it with --to copy")
    if len(known) > 1:
        raise UsageError("there are several channels", f"say which: --to {join_names(known, 8)}")
    return known[0]


def _refusal(state: State, incident: Incident, status: Status) -> str:
    from cockpit.core.incident.claims import refusal

    return refusal(state, incident, status)


def handover(
    settings: Settings, name: str | None, to: str | None, accept: str | None, *, only_print: bool
) -> int:
    """0 printed or on record; 2 refused."""
    if to is not None and accept is not None:
        raise UsageError("--to and --accept: one of them", "who offers it cannot take it over")
    if to is not None and not to.strip():
        raise UsageError("--to is empty", f"name somebody, or write --to {ANYBODY}")
    acts = not only_print and (to is not None or accept is not None)

    async def work(world: World) -> int:
        from cockpit.core.incident import words
        from cockpit.views.handover import text

        state = await looked(settings, world)
        incident = incident_named(state, name)
        now, actor = world.clock.now(), world.actor
        paste = text(state, incident, now)
        say(paste.split("\n"))
        if not acts:
            return 0
        if accept is not None:
            if accept != incident.id:
                raise RunRefused(f"{incident.id} is not taken over", f"type its id: --accept {incident.id}")
            await put(world, state, words.accepted(incident.id, actor, now))
            say(["", f"{incident.id} is yours now: {actor} is in command"])
            return 0
        whom = "" if to in (None, ANYBODY) else str(to).strip()
        await put(world, state, words.offered(incident.id, whom, paste, actor, now))
        taking = f"cockpit incident handover --accept {incident.id}"
        say(
            [
                "",
                f"{incident.id} is offered to {whom or 'whoever takes it'}; they take it over with: {taking}",
            ]
        )
        return 0

    return in_world(settings, work, reads_only=not acts, writes=acts)


def _remark(text: str) -> None:
    """Beside the text, so that what is piped on is the text alone."""
    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)
