"""Who is asked for a long past: every Prometheus of the configuration, and its files of changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from cockpit.errors import SourceError, UsageError, sentence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cockpit.adapters.prometheus_weeks import Weeks
    from cockpit.core.model import Model
    from cockpit.core.poll import Change
    from cockpit.core.slots import Slots


@asynccontextmanager
async def weeks(model: Model, slots: Slots) -> AsyncIterator[list[Weeks]]:
    """Those that can be asked. Raises UsageError where none is configured, SourceError where none answers."""
    from cockpit.adapters.prometheus_weeks import Weeks

    if not model.prometheus:
        hint = "name one under prometheus:, or give a recording with --recording"
        raise UsageError("no Prometheus is configured, so there is no past to read", hint)
    found, silent = [], []
    async with AsyncExitStack() as stack:
        for server in model.prometheus:
            one = Weeks(server, model, slots)
            stack.push_async_callback(one.close)
            try:
                await one.meet()
            except SourceError as error:
                silent.append((server.name, error))
            else:
                found.append(one)
        if not found:
            name, why = silent[0]
            raise SourceError(f"Prometheus {name}: {why.message}", why.hint)
        for name, why in silent:
            _complain(f"Prometheus {name} is left out: {sentence(why.message, why.hint)}")
        yield found


def _complain(text: str) -> None:
    import sys

    from cockpit.text import clean

    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)


async def changes(model: Model) -> Sequence[Change]:
    """What the files of changes know of; one that cannot be read takes nothing else away."""
    from pathlib import Path

    from cockpit.adapters.change_file import ChangeFile
    from cockpit.core.events import ChangesSeen

    found: list[Change] = []
    for feed in model.changes:
        if feed.file:
            async for event in ChangeFile(Path(feed.file)).poll(0.0):
                if isinstance(event, ChangesSeen):
                    found += event.changes
    return found
