"""A plan: what a runbook would do now. Parameters and reasons are given here; `R` starts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.core.wanted import (
    PlanWanted,
    RunWanted,
)
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.section import SectionLines
from cockpit.views import plan as plans
from cockpit.views.asking import Said
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Row, Tone, line
from cockpit.views.plan import Asked, PlanView, plan_view


class Plan(View):
    PLACE: ClassVar[str] = "plan"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("plan", "start", "look_again")

    def __init__(self, runbook: str) -> None:
        super().__init__(runbook)
        self.asked = Asked(runbook)
        self._started_at: Instant | None = None

    def body(self) -> Iterable[Widget]:
        yield Block(id="headline")
        yield SectionLines(titled=True, id="all")

    def on_mount(self) -> None:
        self.query_one(SectionLines).focus()
        self.action_look_again()

    def draw(self, state: State, now: Instant) -> None:
        if self._begun(state):
            return
        view = plan_view(state, self.asked, now)
        lines: tuple[Line, ...] = (view.title, *view.remarks) if view else (gone(self.subject),)
        self.query_one("#headline", Block).show(
            lambda width: [part for each in lines for part in wrap(each, width)]
        )
        self.query_one(SectionLines).show_sections(*(view.sections if view else ()))

    @property
    def view(self) -> PlanView | None:
        state = self.cockpit.read()
        return plan_view(state, self.asked, self.cockpit.now()) if state else None

    def action_look_again(self) -> None:
        asked = self.asked
        self.cockpit.dispatch(
            PlanWanted(asked.runbook, asked.parameters or {}, self.cockpit.now(), asked.target)
        )

    # Enter on a line

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row.row
        view = self.view
        if row is None or view is None or view.plan is None:
            return
        match row.opens:
            case "parameter":
                self._set(view, row)
            case "check":
                self._override(view, int(row.key))
            case _:
                self.tell(self.line_under_cursor())

    def _set(self, view: PlanView, row: Row) -> None:
        parameter = next(each for each in view.runbook.parameters if each.name == row.key)
        if parameter.type == "secret":
            self.tell(f"{row.key} is a secret: it comes from where the runbook says, and is never shown")
            return
        known = dict(view.plan.parameters) if view.plan else {}
        value = {**known, **(self.asked.parameters or {})}.get(row.key, parameter.default)

        def said(said: Said | None) -> None:
            if said is not None:
                parameters = {**(self.asked.parameters or {}), row.key: said.text}
                self.asked = replace(self.asked, parameters=parameters)
                self.action_look_again()

        self.cockpit.ask_first(plans.setting(parameter, value), said)

    def _override(self, view: PlanView, number: int) -> None:
        assert view.plan is not None
        check = view.plan.checks[number - 1]
        if check.holds is not None or not check.blocks:
            self.tell(self.line_under_cursor())
            return

        def said(said: Said | None) -> None:
            if said is not None:
                overrides = {**(self.asked.overrides or {}), number: said.text}
                self.asked = replace(self.asked, overrides=overrides)
                self.cockpit.draw()

        self.cockpit.ask_first(plans.overriding(check), said)

    # Start

    def action_start(self) -> None:
        view = self.view
        if view is None:
            return
        if view.in_the_way:
            why = self.cockpit.deny(f"run {view.runbook.id}", view.in_the_way)
            self.tell(f"it cannot be started: {why}")
        elif self._started_at is None:
            self.cockpit.ask_first(plans.starting(view, self.asked), self._start)

    def _start(self, said: Said | None) -> None:
        if said is None:
            return
        asked = self.asked
        self._started_at = now = self.cockpit.now()
        overrides = asked.overrides or {}
        self.cockpit.dispatch(RunWanted(asked.runbook, asked.parameters or {}, now, asked.target, overrides))
        self.tell("starting …")

    def _begun(self, state: State) -> bool:
        """Goes to the run as soon as it is on record; a refusal leaves the plan open."""
        began = self._started_at
        if began is None:
            return False
        refused = state.picture.refused
        if refused is not None and refused.at >= began:
            self._started_at = None
            return False
        for run in reversed(list(state.record.runs.values())):
            live = state.picture.live.get(run.id)
            if run.runbook.id == self.subject and run.started_at >= began and live is not None and live.ours:
                self.cockpit.go_to_run(run.id)
                return True
        return False


def gone(name: str) -> Line:
    return line(f" the runbook {name} is no longer in the configuration; esc goes back", Tone.WARNING)
