"""Opens the cockpit on the screen: the frame first, then configuration, engine and data behind it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING

from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.events import Event
    from cockpit.core.state import State
    from cockpit.engine import Engine
    from cockpit.tui.app import CockpitApp


def open_screen(settings: Settings, behind: Behind | None = None) -> int:
    """Until the person leaves. Raises what ended it, CockpitError or a fault."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        raise UsageError("the screen needs a terminal", "`cockpit status` says the same in plain text")
    from cockpit.tui.app import CockpitApp

    _believe_the_terminal()
    behind = behind or Behind(settings)
    app = CockpitApp(
        behind.read,
        behind.now,
        behind.dispatch,
        background=behind.run,
        copy=to_tmux if "TMUX" in os.environ else None,
        save=behind.save,
        actor=actor(),
        ascii=settings.ascii,
        palette=settings.theme,
    )
    behind.app = app
    app.run()
    if app.failure is not None:
        raise app.failure
    behind.part()
    return app.return_code or 0  # 128 and the signal, when one ended it


def _believe_the_terminal() -> None:
    """Exported sizes (`docker exec -e COLUMNS`) stay as they were when the window changes."""
    if all(os.get_terminal_size(sys.stdout.fileno())):
        os.environ.pop("COLUMNS", None)
        os.environ.pop("LINES", None)


class Behind:
    """What works behind the screen. Before the configuration is read there is nothing to show."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine | None = None
        self.app: CockpitApp | None = None

    def made(self) -> Engine:
        """Called in a thread: reading a configuration takes its time."""
        return make_engine(self.settings)

    def read(self) -> State | None:
        return self.engine.state if self.engine else None

    def now(self) -> float:
        return self.engine.now() if self.engine else time.time()

    def dispatch(self, event: Event) -> None:
        if self.engine:
            self.engine.dispatch(event)

    async def save(self, incident: str) -> str:
        """What came of writing its post-mortem, in a line."""
        from cockpit.cli.exporting import save_from_screen
        from cockpit.errors import CockpitError

        if self.engine is None:
            return "nothing to write yet"
        try:
            return f"written: {', '.join(await save_from_screen(self.engine, incident))}"
        except CockpitError as error:
            return f"not written: {error}"

    async def run(self) -> None:
        """Reads the configuration, then runs the engine until the screen is left."""
        engine = self.engine = await asyncio.to_thread(self.made)
        self.begun(engine)
        opening = asyncio.ensure_future(self._open_on(engine))  # before the engine: it waits for a first poll
        running = asyncio.ensure_future(engine.run())
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await engine.stop()
            raise
        finally:
            opening.cancel()

    def begun(self, engine: Engine) -> None:
        """It is made, and about to run."""
        if self.app is not None:
            self.app.actor = person(engine)
        self._say_if_proposed(engine)

    def _say_if_proposed(self, engine: Engine) -> None:
        """What is guessed is not shown as known; the title of the first line says so all the time."""
        if not self.settings.prometheus:
            return
        from cockpit.cli import proposing
        from cockpit.core.events import Reported

        if proposing.is_proposed(engine.state.model):
            engine.dispatch(Reported(proposing.kept_by(engine.state.model), engine.now()))

    def part(self) -> None:
        """After the screen: what it was a picture of, and how to keep it."""
        if self.engine is not None and self.settings.prometheus:
            from cockpit.cli import proposing

            proposing.mention(self.engine.state.model)

    async def _open_on(self, engine: Engine) -> None:
        """Once the first alerts are in, and only where nobody has gone elsewhere by then."""
        if not self.settings.alert or self.app is None:
            return
        from cockpit.cli.opening import opened_on

        opening = await opened_on(engine, self.settings.alert)
        if opening is None or self.app.screen is not self.app.view or self.app.view.PLACE != "bridge":
            return
        if opening.node:
            self.app.open_node(opening.node, "" if opening.note else "Alerts", opening.note)
        else:
            self.app.open_alerts(opening.filter, opening.note)


def make_engine(settings: Settings) -> Engine:
    from cockpit import wiring
    from cockpit.cli.loading import live, load

    if settings.replay is not None:
        return wiring.replay(load(settings), settings.replay, speed=settings.speed)
    if settings.demo:
        return wiring.demo(load(settings), settings.scenario, actor=actor())
    return live(settings, readonly=settings.readonly, actor=actor())


def actor() -> str:
    """Who sits here, for the record."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"


def person(engine: Engine) -> str:
    """The same as whoever keeps the record calls them: a database knows people by other names."""
    from contextlib import suppress

    from cockpit.errors import JournalError
    from cockpit.wiring.keeping import actor_of

    account = actor()
    if engine.state.mode != "live":
        return account
    with suppress(JournalError):  # there is no record then, and nothing can be decided
        account = actor_of(engine.state.model, account)
    return account


def to_tmux(text: str) -> None:
    """Into tmux's buffer and, through it, the terminal's clipboard."""
    import subprocess

    try:
        subprocess.run(["tmux", "load-buffer", "-w", "-"], input=text.encode(), timeout=1, check=False)
    except (OSError, subprocess.SubprocessError):
        return
