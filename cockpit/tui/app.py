"""The cockpit on the screen: pulls the newest State ten times a second and sends events; decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

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
    from cockpit.views.lines import Row

# The first frame stands before anything is imported that it does not need: screens beyond the Bridge, views,
# the core. What they need they import where they need it.

TICK = 0.1
LEAVING = 2.0
"""Seconds that the work in the background has to end in order."""


def _commands() -> type[Provider]:
    from cockpit.tui.commands import Commands

    return Commands


class CockpitApp(App[None]):
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
        if self._background:
            self.call_after_refresh(self._start)

    def _start(self) -> None:
        assert self._background is not None
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

    @property
    def view(self) -> View:
        """The uppermost screen of ours; palette and other overlays lie above it."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, View))

    def _tick(self) -> None:
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

    # From screen to screen

    def _leave(self, keep: int = 1) -> None:
        """Remember where we are, for `-`, and go back to the lowest `keep` screens."""
        self._last = self.view.PLACE, self.view.subject
        while len(self.screen_stack) > keep:
            self.pop_screen()

    def show(self, place: str) -> None:
        if place == self.view.PLACE:
            return
        self._leave()
        match place:
            case "services":
                self._open_services()
            case "alerts":
                self.open_alerts()
            case "runbooks":
                self.open_runbooks()
            case "switches":
                self.open_switches()
            case "incident":
                self._open_incident()
            case "impact":
                self._open_impact()

    def _open_services(self) -> None:
        from cockpit.tui.screens.services import Services

        if not self.is_screen_installed("services"):
            self.install_screen(Services(), "services")
        self.push_screen("services")

    def open_alerts(self, filter: str = "", note: str = "") -> None:
        from cockpit.tui.screens.alerts import Alerts

        self.push_screen(Alerts(filter, note))

    def open_runbooks(self, node: str = "") -> None:
        from cockpit.tui.screens.runbooks import Runbooks

        self.push_screen(Runbooks(node))

    def open_switches(self, node: str = "", chosen: str = "") -> None:
        from cockpit.tui.screens.switches import Switches

        self.push_screen(Switches(node, chosen))

    def _open_incident(self, id: str = "") -> None:
        from cockpit.tui.screens.incident import Incident

        self.push_screen(Incident(id))

    def _open_impact(self) -> None:
        from cockpit.tui.screens.impact import Impact

        self.push_screen(Impact())

    def open_composer(self, incident: str) -> None:
        from cockpit.tui.screens.composer import Composer

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Composer(incident))

    def open_handover(self, incident: str) -> None:
        from cockpit.tui.screens.handover import Handover

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Handover(incident))

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

    def open_plan(self, runbook: str) -> None:
        from cockpit.tui.screens.plan import Plan

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Plan(runbook))

    def open_run(self, run: str) -> None:
        from cockpit.tui.screens.run import Run

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Run(run))

    def go_to_run(self, run: str) -> None:
        """Instead of the screen that is shown: nobody wants to go back to its plan."""
        from cockpit.tui.screens.run import Run

        self.switch_screen(Run(run))

    def ask_first(self, asking: Asking, then: Callable[[Said | None], None]) -> None:
        from cockpit.tui.screens.dialog import Dialog

        self.push_screen(Dialog(asking), then)

    def open_node(self, name: str, part: str = "", note: str = "") -> None:
        from cockpit.tui.screens.service import Service

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Service(name, part, note))

    def back(self) -> None:
        if len(self.screen_stack) > 1:
            self._last = self.view.PLACE, self.view.subject
            self.pop_screen()

    def open_source(self, name: str) -> None:
        from cockpit.tui.cards import source

        if state := self.read():
            self.view.tell(source(state, name))

    def open_row(self, row: Row | None) -> None:
        from cockpit.tui.cards import card

        state = self.read()
        if row is None or state is None:
            self.view.tell(self.view.line_under_cursor())
        elif row.opens == "node":
            self.open_node(row.key)
        elif row.opens == "runbook" and row.key in state.model.books:
            self.open_plan(row.key)
        elif row.opens == "run":
            self.open_run(row.key)
        elif row.opens == "incident":
            self._leave(keep=len(self.screen_stack))
            self._open_incident(row.key)
        elif row.opens == "switch":
            self._leave(keep=len(self.screen_stack))
            self.open_switches(chosen=row.key)
        else:
            self.view.tell(card(state, row))

    def jump(self, text: str) -> None:
        from cockpit.tui.jump import destination

        place = destination(self.read(), text)
        if place.node:
            self.open_node(place.node)
        elif place.run:
            self.open_run(place.run)
        elif place.runbook:
            self.open_plan(place.runbook)
        elif place.update:
            self.open_composer(place.update)
        elif place.handover:
            self.open_handover(place.handover)
        elif place.switch:
            self._leave(keep=len(self.screen_stack))
            self.open_switches(chosen=place.switch)
        elif place.screen in {"help", "quit"}:
            self.call_later(self.run_action, place.screen)
        elif place.screen:
            self.show(place.screen)
        self.view.tell(place.complaint)

    def paint(self, palette: str) -> None:
        self.theme = palette

    def press(self, key: str) -> None:
        self.call_later(self.simulate_key, key)

    # Keys

    def action_show(self, place: str) -> None:
        self.show(place)

    def action_incident(self) -> None:
        self.show("incident")

    def action_alerts(self) -> None:
        self.show("alerts")

    async def action_back(self) -> None:
        self.back()

    def action_last_view(self) -> None:
        place, subject = self._last
        match place:
            case "service":
                self.open_node(subject)
            case "plan":
                self.open_plan(subject)
            case "run":
                self.open_run(subject)
            case "switches":
                self._leave(keep=len(self.screen_stack))
                self.open_switches(subject)
            case "update":
                self.open_composer(subject)
            case "handover":
                self.open_handover(subject)
            case "incident":
                self._leave(keep=len(self.screen_stack))
                self._open_incident(subject)
            case _:
                self.show(place)

    async def action_jump(self) -> None:
        await self.view.ask(":")

    def action_help(self) -> None:
        from cockpit.tui.screens.help import Help

        self.push_screen(Help(self.view.PLACE))

    def action_runbooks(self) -> None:
        """For what the cursor is on; runs that need somebody stand first anyway."""
        node = self.view.node
        self._leave(keep=len(self.screen_stack))
        self.open_runbooks(node)

    def action_switches(self) -> None:
        """Those of what the cursor is on first; of a runbook or run, those of the service it is for."""
        from cockpit.tui.cards import concerned

        state, node = self.read(), self.view.node
        if state is not None:
            node = concerned(state, node)
        self._leave(keep=len(self.screen_stack))
        self.open_switches(node)

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
