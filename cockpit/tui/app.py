"""The cockpit on the screen: pulls the newest State ten times a second and sends events; decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from cockpit.tui.cluster_lens import Lens
from cockpit.tui.going import Going
from cockpit.tui.leave import leave_on_signals, stop_listening
from cockpit.tui.palettes import PALETTES, themes
from cockpit.tui.screens.bridge import Bridge
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.painted import Painted

if TYPE_CHECKING:
    from cockpit.core.events import Event
    from cockpit.core.levels import Instant
    from cockpit.core.runbook.run import Run
    from cockpit.core.state import State
    from cockpit.views.asking import Asking, Said

# The first frame stands before anything is imported that it does not need: screens beyond the Bridge, views,
# the core. What they need they import where they need it.

TICK = 0.1
LEAVING = 2.0
"""Seconds that the work in the background has to end in order."""


def _commands() -> type[Provider]:
    from cockpit.tui.commands import Commands

    return Commands


class CockpitApp(Going):
    """Holds what the caller gave: where to read, what time it is, where events go.

    `read` gives None until there is a configuration. `background` is run once the first frame stands; what it
    raises ends the program and is kept in `failure`, for the caller to say. `copy` brings text to a clipboard
    beyond the terminal's own; `save` writes the post-mortem of an incident and says what came of it.
    """

    CSS_PATH = "cockpit.tcss"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False)]

    def __init__(
        self,
        read: Callable[[], State | None],
        now: Callable[[], Instant],
        dispatch: Callable[[Event], None],
        *,
        background: Callable[[], Coroutine[Any, Any, None]] | None = None,
        copy: Callable[[str], None] | None = None,
        save: Callable[[str], Awaitable[str]] | None = None,
        actor: str = "",
        ascii: bool = False,
        palette: str = "dark",
    ) -> None:
        super().__init__()
        self.read = read
        self.now = now
        self.dispatch = dispatch
        self.actor = actor
        self.failure: BaseException | None = None
        self.palettes = tuple(PALETTES)
        self._background = background
        self._copy = copy
        self._save = save
        self._saving = False
        self._work: asyncio.Task[None] | None = None
        self._drawn: tuple[State | None, int] | None = None
        self._refused: object = None
        self._reported: object = None
        self._last: tuple[str, str] = ("services", "")
        self.lens = Lens()
        Painted.ascii = ascii
        for theme in themes():
            self.register_theme(theme)
        self.theme = "mono" if self.no_color else palette

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(PALETTES["dark"])

    def get_default_screen(self) -> Screen[Any]:
        return Bridge()

    # Life

    def on_mount(self) -> None:
        leave_on_signals(self)
        self.set_interval(TICK, self._tick)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        if self._background is None or self._work:
            return
        self._work = asyncio.create_task(self._background())
        self._work.add_done_callback(self._ended)

    def _ended(self, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            self.failure = error
            self.exit(return_code=1)

    async def on_unmount(self) -> None:
        stop_listening()
        if self._work and not self._work.done():
            self._work.cancel()
            await asyncio.wait([self._work], timeout=LEAVING)

    def _fatal_error(self) -> None:
        # The library would print local variables, and a password may be among them.
        self.failure = self._exception
        self._close_messages_no_wait()

    # Drawing

    def _tick(self) -> None:
        self._start()  # a key that opened another screen at once took the refresh that was waited for
        if not self.is_showing:  # its screens are being taken down
            return
        picture = self.read(), int(self.now())
        if self._drawn is None or picture[0] is not self._drawn[0] or picture[1] != self._drawn[1]:
            self._drawn = picture
            self.draw()

    def draw(self) -> None:
        state = self.read()
        self.view.show(state, self.now())
        if state:
            self._tell_news(state)

    def _tell_news(self, state: State) -> None:
        """What was refused, and how something came out, each once and wherever one is by now."""
        refused, reported = state.picture.refused, state.picture.reported
        if refused is not self._refused:
            self._refused = refused
            self.view.tell(f"refused: {refused.what}: {refused.why}" if refused else "")
        if reported is not self._reported:
            self._reported = reported
            self.view.tell(reported.text if reported else "")

    # One cluster alone

    @property
    def cluster(self) -> str:
        """The one that is chosen, as long as the configuration has it beside another."""
        from cockpit.core.clusters import told_apart

        state = self.read()
        return self.lens.cluster if state and self.lens.cluster in told_apart(state) else ""

    def action_cluster(self) -> None:
        """From all to the first, from one to the next, from the last to all."""
        from cockpit.core.clusters import told_apart

        state = self.read()
        names = told_apart(state) if state else ()
        if not names:
            self.view.tell("there is only one cluster")
            return
        every = ("", *names)
        self.show_cluster(every[(every.index(self.cluster) + 1) % len(every)])

    def show_cluster(self, name: str) -> None:
        self.lens.choose(name)
        self.draw()
        is_said = self.view.only == name != ""
        told = f"Bridge, Services and Alerts show {name} alone" if name else "all clusters are shown"
        self.view.tell("" if is_said else told)

    # What is asked and written

    def export(self, incident: str) -> None:
        if self._save is None:
            self.view.tell("nothing is written from here")
            return
        if self._saving:
            return  # pressed twice: once is meant
        self._saving = True
        self.view.tell(f"writing the post-mortem of {incident} …")
        self.run_worker(self._export(incident, self._save), exit_on_error=False)

    async def _export(self, incident: str, save: Callable[[str], Awaitable[str]]) -> None:
        try:
            told = await save(incident)
        finally:
            self._saving = False
        self.view.tell(told)

    def deny(self, what: str, why: str) -> str:
        """`why` not, and what can be done about it; where it is because of who asks, that goes on record."""
        from cockpit.core.access import hint
        from cockpit.core.events import Denied

        self.dispatch(Denied(what, why, self.actor, self.now()))
        state = self.read()
        advice = hint(state.me) if state else ""
        return f"{why}; {advice}" if advice else why

    def ask_first(self, asking: Asking, then: Callable[[Said | None], None]) -> None:
        from cockpit.tui.screens.dialog import Dialog

        self.push_screen(Dialog(asking), then)

    def paint(self, palette: str) -> None:
        self.theme = palette

    def press(self, key: str) -> None:
        self.call_later(self.simulate_key, key)

    # Keys

    def action_help(self) -> None:
        from cockpit.tui.screens.help import Help

        self.push_screen(Help(self.view.PLACE))

    def action_acknowledge(self) -> None:
        from cockpit.core.events import ServiceAcknowledged

        if node := self.view.node:
            self.dispatch(ServiceAcknowledged(node, self.actor, self.now()))
            self.view.tell(f"you have {node}")
        else:
            self.view.tell("put the cursor on a service to say that you have it")

    def action_copy(self) -> None:
        if line := self.view.line_under_cursor():
            self.copy_to_clipboard(line)

    def copy_to_clipboard(self, text: str) -> None:
        super().copy_to_clipboard(text)
        if self._copy:
            self._copy(text)
        self.view.tell(f"copied: {text}")

    async def action_quit(self) -> None:
        """At once; with a run that is not over, after a word on what goes on and how to come back."""
        if (state := self.read()) and (runs := _unfinished(state)):
            from cockpit.views.run_asking import quitting

            self.ask_first(quitting(runs), lambda said: self.exit() if said else None)
        else:
            self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not isinstance(self.screen, View) or self.screen.check_action(action, parameters)

    def action_help_quit(self) -> None:
        self.view.tell("q quits the cockpit; ctrl+c copies what you have selected with the mouse")


def _unfinished(state: State) -> list[Run]:
    """Runs that this cockpit looks after."""
    ours = (run for run in state.record.runs.values() if not run.final and not run.parent)
    return [run for run in ours if (live := state.picture.live.get(run.id)) and live.ours]
