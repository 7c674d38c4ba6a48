"""From screen to screen: where a key, a row or a name leads, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from cockpit.tui.screens.view import View

if TYPE_CHECKING:
    from cockpit.core.levels import Level
    from cockpit.core.state import State
    from cockpit.views.lines import Row

# Screens are imported where they are opened: the first frame needs none of them but the Bridge.


class Going(App[None]):
    """The part of the program that knows the way; what it shows, the screens know."""

    read: Callable[[], State | None]
    _last: tuple[str, str]
    """Screen and subject before this one, for `-`."""

    @property
    def is_showing(self) -> bool:
        return any(isinstance(screen, View) for screen in self.screen_stack)

    @property
    def view(self) -> View:
        """The uppermost screen of ours; palette and other overlays lie above it."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, View))

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
            case "what-if":
                self._push_what_if({})
            case "readiness":
                self._open_readiness()

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

    def _push_what_if(self, chosen: Mapping[str, Level]) -> None:
        from cockpit.tui.screens.whatif import WhatIf

        self.push_screen(WhatIf(chosen))

    def open_what_if(self, chosen: Mapping[str, Level]) -> None:
        """Asked from its own screen, it is another question there: nobody wants to go back through all."""
        self._leave(keep=len(self.screen_stack) - (self.view.PLACE == "what-if"))
        self._push_what_if(chosen)

    def _open_readiness(self, subject: str = "") -> None:
        from cockpit.tui.screens.readiness import Readiness

        self.push_screen(Readiness(subject))

    def open_composer(self, incident: str) -> None:
        from cockpit.tui.screens.composer import Composer

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Composer(incident))

    def open_handover(self, incident: str) -> None:
        from cockpit.tui.screens.handover import Handover

        self._leave(keep=len(self.screen_stack))
        self.push_screen(Handover(incident))

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
        elif row.opens in ("question", "finding"):
            self._leave(keep=len(self.screen_stack))
            self._open_readiness(row.key)
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
        elif place.what_if:
            self.open_what_if(dict(place.what_if))
        elif place.switch:
            self._leave(keep=len(self.screen_stack))
            self.open_switches(chosen=place.switch)
        elif place.cluster is not None:
            self.show_cluster(place.cluster)
            return
        elif place.screen in {"help", "quit"}:
            self.call_later(self.run_action, place.screen)
        elif place.screen:
            self.show(place.screen)
        self.view.tell(place.complaint)

    # Keys

    def show_cluster(self, name: str) -> None:
        """One alone on the screens that can do so; empty: all."""
        raise NotImplementedError

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
            case "readiness":
                self._leave(keep=len(self.screen_stack) if subject else 1)
                self._open_readiness(subject)
            case "what-if":
                self.open_what_if(worst_of(subject))
            case "handover":
                self.open_handover(subject)
            case "incident":
                self._leave(keep=len(self.screen_stack))
                self._open_incident(subject)
            case _:
                self.show(place)

    async def action_jump(self) -> None:
        await self.view.ask(":")

    def action_runbooks(self) -> None:
        """For what the cursor is on; runs that need somebody stand first anyway."""
        node = self.view.node
        self._leave(keep=len(self.screen_stack))
        self.open_runbooks(node)

    def action_what_if(self) -> None:
        """About the service that the cursor is on, or that a runbook is for; else it asks which one."""
        from cockpit.tui.cards import concerned

        state, node = self.read(), self.view.node
        if state is None:
            return
        node = concerned(state, node)
        graph = state.health.graph
        is_service = node in graph.index and graph.index[node] < graph.services
        self.open_what_if(worst_of(node if is_service else ""))
        if node and not is_service:
            self.view.tell(f"{node} is a capability: choose a service that it needs")

    def action_switches(self) -> None:
        """Those of what the cursor is on first; of a runbook or run, those of the service it is for."""
        from cockpit.tui.cards import concerned

        state, node = self.read(), self.view.node
        if state is not None:
            node = concerned(state, node)
        self._leave(keep=len(self.screen_stack))
        self.open_switches(node)


def worst_of(service: str) -> Mapping[str, Level]:
    """The question that is asked first: what if it is DOWN. Nothing without a service."""
    from cockpit.core.levels import Level

    return {service: Level.DOWN} if service else {}
