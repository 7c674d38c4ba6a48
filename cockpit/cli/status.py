"""`cockpit status`: one look, or many, or wait until it is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cockpit.cli.loading import live
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.core.levels import Verdict
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.state import State
    from cockpit.engine import Engine

REACHED = {
    "contained": frozenset({Verdict.CONTAINED, Verdict.RECOVERING, Verdict.CLEAR}),
    "clear": frozenset({Verdict.CLEAR}),
}


def status(
    settings: Settings,
    *,
    json: bool,
    watch: bool,
    until: str | None,
    timeout: str | None,
    cluster: str = "",
) -> int:
    if until is not None and until not in REACHED:
        raise UsageError(f"--until knows no '{until}'", "write contained or clear")
    if timeout is not None and until is None:
        raise UsageError("--timeout needs --until")
    if until is not None and cluster:
        raise UsageError("--until waits for all clusters together", "leave --cluster out")
    patience = _seconds(timeout)
    printed = Printer(settings, json, cluster)
    if until is not None:
        return asyncio.run(_until(settings, printed if watch else None, printed, until, patience))
    if watch:
        return asyncio.run(_watch(settings, printed))
    return asyncio.run(_once(settings, printed))


def _seconds(timeout: str | None) -> float | None:
    if timeout is None:
        return None
    from cockpit.config import durations

    try:
        return durations.seconds(timeout)
    except ValueError:
        raise UsageError(f"--timeout: '{timeout}' is not a duration", durations.meant(timeout)) from None


class Printer:
    """Prints a state as the command was asked to; in plain text only what differs from before."""

    def __init__(self, settings: Settings, json: bool, cluster: str) -> None:
        self._ascii, self._json = settings.ascii, json
        self.cluster = cluster
        self._last: list[str] = []

    def __call__(self, state: State, now: float) -> None:
        from cockpit.views import status

        if self._json:
            say_json(status.document(state, now, self.cluster))
            return
        lines = status.text(state, now, width(), self.cluster)
        if lines != self._last:
            say(["", *lines] if self._last else lines, ascii=self._ascii)
        self._last = lines


async def _once(settings: Settings, printed: Printer) -> int:
    engine = _opened(settings, printed.cluster)
    state = await engine.once()
    printed(state, engine.now())
    return _exit_code(state, printed.cluster)


def _opened(settings: Settings, cluster: str) -> Engine:
    """Raises UsageError for a cluster that there is not."""
    from cockpit.cli.clusters import known_cluster

    engine = live(settings, readonly=True)
    known_cluster(engine.state.model, cluster)
    return engine


def _exit_code(state: State, cluster: str) -> int:
    from cockpit.core.clusters import seen_in
    from cockpit.views.status import exit_code

    return exit_code(seen_in(state, cluster) if cluster else state)


async def _watch(settings: Settings, printed: Printer) -> int:
    """Until interrupted."""
    engine = _opened(settings, printed.cluster)
    running = asyncio.ensure_future(engine.run())
    async for state in engine.follow(reasoned=True):
        printed(state, engine.now())
    await running
    return _exit_code(engine.state, printed.cluster)


async def _until(
    settings: Settings, each: Printer | None, last: Printer, wanted: str, patience: float | None
) -> int:
    """0 as soon as the verdict is there, 1 when time is over."""
    engine = live(settings, readonly=True)
    running = asyncio.ensure_future(engine.run())
    try:
        async with asyncio.timeout(patience):
            async for state in engine.follow(reasoned=True):
                reached = state.health.spread.verdict in REACHED[wanted] and state.picture.history_share >= 1
                if each is not None and not reached:
                    each(state, engine.now())
                if reached:
                    last(state, engine.now())
                    return 0
        await running  # it ended by itself: say why
    except TimeoutError:
        last(engine.state, engine.now())
    finally:
        await engine.stop()
        await asyncio.wait([running])
    return 1
