"""`cockpit review`: incidents and drills on record, how long each part took, and whether it gets better."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from cockpit.cli.loading import load
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.model import Model
    from cockpit.core.review.gathering import Gathering


def review(
    settings: Settings, *, since: str, json: bool, markdown: bool, now: Callable[[], float] = time.time
) -> int:
    """0, also with nothing to review. Raises UsageError, and JournalError where it cannot be read."""
    from cockpit.cli.export import write
    from cockpit.core.review.reviewing import review as reviewed
    from cockpit.views import review as view

    if json and markdown:
        raise UsageError("--json and --markdown are two different things", "choose one")
    span, until = _seconds(since), now()
    model = load(settings).model
    live, drill = asyncio.run(_read(model))
    found = reviewed(live, drill, model.incident, until - span, until)
    if json:
        say_json(view.document(found), indent=True)
    elif view.is_empty(found):
        blank = not (live.seq or drill.seq)
        say([view.empty(found, "nothing was ever put on record here" if blank else "")])
    elif markdown:
        write("".join(f"{each}\n" for each in view.markdown(found)))
    else:
        say(view.text(found, width()), ascii=settings.ascii)
    return 0


def _seconds(text: str) -> float:
    from cockpit.config import durations

    try:
        found = durations.seconds(text)
    except ValueError:
        raise UsageError(f"--since: '{text}' is not a duration", durations.meant(text)) from None
    if not found:
        raise UsageError("--since must be longer than nothing", "as in --since 90d")
    return found


async def _read(model: Model) -> tuple[Gathering, Gathering]:
    """The record, and that of drills beside it. Nothing is made where there is none."""
    return await _gathered(model, "live"), await _gathered(model, "drill")


async def _gathered(model: Model, mode: Literal["live", "drill"]) -> Gathering:
    from cockpit.core.review.gathering import Gathering
    from cockpit.wiring.keeping import is_kept, reading

    found = Gathering()
    if not is_kept(model, mode):
        return found
    async with reading(model, mode) as journal:
        # From the beginning: a checkpoint keeps of what is long over only how it ended.
        while records := await journal.read(found.seq):
            found.add(records)
    return found
