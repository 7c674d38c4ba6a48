"""What commands that do things share: the world they touch, how they hear ctrl+c, what they exit with."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from cockpit.cli.settings import Settings
from cockpit.errors import JournalError, RunRefused, UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.cli.desk import TerminalDesk
    from cockpit.core.model import Model
    from cockpit.core.runbook.run import Run
    from cockpit.engine.runs.world import World

Result = TypeVar("Result")
INTERRUPTED = 130
COMPLETED, HELD, REFUSED, UNKNOWN = 0, 1, 2, 3


@asynccontextmanager
async def opened(settings: Settings, *, reads_only: bool = False) -> AsyncIterator[World]:
    """The world of the configuration; everything in it is closed afterwards. Raises CockpitError."""
    from cockpit.cli.loading import load
    from cockpit.cli.screen import actor
    from cockpit.cli.trust import asker
    from cockpit.config.secret_commands import purposes
    from cockpit.wiring import acting

    loaded = await asyncio.to_thread(load, settings)
    readonly = settings.readonly or reads_only
    async with acting.world(
        loaded,
        actor=actor(),
        readonly=readonly,
        ask=asker(loaded.path, purposes(loaded.model)),
        complain=complain,
    ) as world:
        yield world


def complain(text: str) -> None:
    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)


def in_world(
    settings: Settings,
    work: Callable[[World], Awaitable[Result]],
    *,
    reads_only: bool = False,
    writes: bool = False,
    what: str = "",
) -> Result:
    """`writes`: it goes on record, which is kept quick to read. RunRefused where the person may only look,
    and then `what` was wanted goes on record; without it the name of the command.
    """

    async def run() -> Result:
        async with opened(settings, reads_only=reads_only) as world:
            if not writes:
                return await work(world)
            done = await _allowed(world, work, what)
            await _keep_quick(world)
            return done

    return asyncio.run(run())


def turn_away(settings: Settings, model: Model, what: str = "") -> None:
    """Raises RunRefused, which is on record, where the configuration lets this person only look."""
    from cockpit.cli.screen import actor
    from cockpit.core.access import person

    async def nothing(_: World) -> None:
        """Who may do more goes on."""

    if person(model.access, actor()).only_looks:
        in_world(settings, nothing, writes=True, what=what)


async def _allowed(world: World, work: Callable[[World], Awaitable[Result]], what: str) -> Result:
    from cockpit.engine.refusing import may_act, note

    try:
        may_act(world, "so nothing is done")
        return await work(world)
    except RunRefused as error:
        await note(world, what or _command(), error)
        raise


def _command() -> str:
    """As it was called: `incident declare`."""
    import click

    names: list[str] = []
    context = click.get_current_context(silent=True)
    while context is not None and context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(names)


async def _keep_quick(world: World) -> None:
    from cockpit.engine.runs.remembered import checkpoint_when_due

    with suppress(JournalError):  # the next start is slower then, and nothing is lost
        await checkpoint_when_due(world.journal, world.clock.now())


async def named_run(world: World, name: str) -> tuple[Run, int]:
    """`R-7`, or `last`. Raises UsageError when there is none."""
    from cockpit.engine.runs.remembered import find_run, record_now

    if name == "last":
        runs = [run for run in (await record_now(world.journal)).runs.values() if not run.parent]
        if not runs:
            raise UsageError("there is no run yet", "`cockpit runbooks` lists what can be run")
        name = runs[-1].id
    found = await find_run(world.journal, name)
    if found is None:
        raise UsageError(f"there is no run '{name}'", "`cockpit runs` lists them")
    return found


def exit_code(run: Run, *, rollback: bool = False) -> int:
    """0 completed (a rollback: nothing stands any more), 3 an effect is unknown, 1 everything else."""
    if run.unknown:
        return UNKNOWN
    done = run.rollback == "complete" if rollback else run.forward.startswith("completed")
    return COMPLETED if run.final and done and (rollback or not run.rollback) else HELD


@contextmanager
def hearing(desk: TerminalDesk) -> Iterator[list[int]]:
    """Ctrl+c stops scheduling, twice interrupts the command, three times leaves; elsewhere it leaves at once.

    Yields the signals that were heard. The command under its shim goes on in any case.
    """
    from cockpit.engine.runs.world import Wish

    loop = asyncio.get_running_loop()
    heard: list[int] = []
    wishes = (Wish("hold", "ctrl+c"), Wish("interrupt"), Wish("leave"))

    def hear(number: int) -> None:
        heard.append(number)
        by_hand = number == signal.SIGINT and sys.stdin.isatty()
        desk.want(wishes[min(len(heard), len(wishes)) - 1] if by_hand else Wish("leave"))

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, hear, number)
    try:
        yield heard
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
