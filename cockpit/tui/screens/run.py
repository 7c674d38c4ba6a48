"""A run: one thing at a time, always with the way back in sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.runbook.words import Choice, Question
from cockpit.core.state import State
from cockpit.core.wanted import (
    RunAnswered,
    RunTakenUp,
    RunWished,
)
from cockpit.text import clean
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.judging import Judging
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import SectionLines
from cockpit.views import company, run_asking, run_others
from cockpit.views.asking import Asking, Said
from cockpit.views.judging import APPROVE, TAKE_UP
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Section, Tone, line
from cockpit.views.run import RunView, run_view

READ_FIRST = 0.4
"""Seconds that a question stands before a key answers it: a key meant for the one before it does not."""
TAIL = 3


class Run(Judging):
    PLACE: ClassVar[str] = "run"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys(
        "run", "undo_this", "undo_all", "interrupt", "wrong", "output", "stop"
    )

    def __init__(self, run: str, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(run)
        self._clock = clock
        self._question: tuple[str, Question] | None = None
        self._asked_at = 0.0

    def body(self) -> Iterable[Widget]:
        yield Block(id="headline")
        yield SectionLines(titled=True, id="all")
        yield Rule("output", id="output-title")
        yield SectionLines(id="output")

    def on_mount(self) -> None:
        self.query_one("#all", SectionLines).focus()
        self.query_one("#output", SectionLines).can_focus = False

    @property
    def view(self) -> RunView | None:
        state = self.cockpit.read()
        return run_view(state, self.subject, self.cockpit.now()) if state else None

    # Drawing

    def draw(self, state: State, now: Instant) -> None:
        view = run_view(state, self.subject, now)
        lines: tuple[Line, ...] = (view.title, *view.now) if view else (coming(self.subject),)
        self.query_one("#headline", Block).show(
            lambda width: [part for each in lines for part in wrap(each, width)]
        )
        every = self.query_one("#all", SectionLines)
        every.show_sections(*(view.sections if view else ()))
        self._output(view.output if view else ())
        self._note(view, every)

    def _output(self, output: tuple[str, ...]) -> None:
        whole = self.has_class("all-output")
        shown = output if whole else output[-TAIL:]
        self.set_class(bool(output), "has-output")
        more = "" if whole or len(output) <= TAIL else f", last lines of {len(output)} (o: all)"
        self.query_one("#output-title", Rule).show(f"Output{more}")
        rows = tuple(line(clean(each)) for each in shown)
        self.query_one("#output", SectionLines).show_sections(Section("Output", hints=rows))

    def _note(self, view: RunView | None, every: SectionLines) -> None:
        """A new question: the cursor goes to what is preselected, and the time to read it begins."""
        self.note_request(view, every)
        asked = (view.run.id, view.question) if view and view.question else None
        if asked == self._question:
            return
        self._question, self._asked_at = asked, self._clock()
        if asked and asked[1].choices:
            first = next((each for each in asked[1].choices if each.preselected), asked[1].choices[0])
            every.choose(f"What now/choice/{first.name}")
        elif asked:
            every.choose(f"Steps/step/{asked[1].key.step}")

    # Enter

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row.row
        view = self.view
        if view is None:
            return
        if row is not None and row.opens == "choice" and view.question:
            choice = view.question.choice(row.key)
            if choice:
                self._chosen(view, view.question, choice)
        elif row is not None and row.opens == "judge" and row.key == TAKE_UP:
            self._take_up(view)
        elif row is not None and row.opens == "judge":
            self.judge(view, row.key)
        else:
            self._next(view)

    def _next(self, view: RunView) -> None:
        question = view.question
        if view.run.final:
            self.tell("it is over; esc goes back, U takes back what stands")
        elif view.answers:
            self.judge(view, APPROVE)
        elif not view.ours:
            self._take_up(view)
        elif question is None:
            self.tell("it is at work; x interrupts, ctrl+c stops")
        elif question.choices:
            self.tell("choose above what is to be done")
        elif question.phrase:
            self._ask(run_asking.confirming(question, view.now[1:-1]), view, question)
        elif self._read():
            self._answer(view, question, "y", "")

    def _take_up(self, view: RunView) -> None:
        """At once where nobody has it; from somebody who is silent only after a word on what they did."""
        state, now = self.cockpit.read(), self.cockpit.now()
        root = state.record.runs.get(self.subject) if state else None
        if state is None or root is None:
            return
        if why := run_others.refused(state, root, now):
            self.tell(why)
        elif lost := company.gone(state, root):
            asking = run_others.taking_over(state, root, view.run, lost)
            self.cockpit.ask_first(asking, lambda said: self._taken_up() if said else None)
        else:
            self._taken_up()

    def _taken_up(self) -> None:
        self.cockpit.dispatch(RunTakenUp(self.subject, self.cockpit.now()))
        self.tell(f"taking up {self.subject} …")

    def _chosen(self, view: RunView, question: Question, choice: Choice) -> None:
        if choice.why_not:
            self.tell(f"not possible: {choice.why_not}")
        elif run_asking.needs_dialog(question, choice):
            asking = run_asking.answering(view.run, question, choice, self.cockpit.now())
            self._ask(asking, view, question)
        elif self._read():
            self._answer(view, question, choice.name, "")

    def _read(self) -> bool:
        if self._clock() - self._asked_at >= READ_FIRST:
            return True
        self.tell("this has only just been asked: read it, then press the key again")
        return False

    def _ask(self, asking: Asking, view: RunView, question: Question) -> None:
        def said(said: Said | None) -> None:
            if said is not None:
                self._answer(view, question, said.name, said.text)

        self.cockpit.ask_first(asking, said)

    def _answer(self, view: RunView, question: Question, choice: str, text: str) -> None:
        """An answer to this very question; the engine drops it when another has come meanwhile."""
        self.cockpit.dispatch(
            RunAnswered(view.run.id, question.key, question.kind, choice, text, self.cockpit.now())
        )

    # Wishes

    def _wish(self, what: str, reason: str = "", only: tuple[str, int] | None = None) -> None:
        self.cockpit.dispatch(RunWished(self.subject, what, reason, self.cockpit.now(), only))

    def _wish_after(self, asking: Asking, only: tuple[str, int] | None = None) -> None:
        def said(said: Said | None) -> None:
            if said is not None:
                self._wish(said.name, said.text, only)

        self.cockpit.ask_first(asking, said)

    def action_undo_this(self) -> None:
        view = self.view
        standing = view.run.standing() if view else []
        if self._watched():
            return
        if not standing:
            self.tell("nothing of it stands, so there is nothing to take back")
        elif view and view.ours and not view.run.final:
            one = standing[0]
            self._wish_after(run_asking.undoing_one(view.run, one), (one.key.step, one.key.visit))
        else:
            self.action_undo_all()

    def action_undo_all(self) -> None:
        view = self.view
        if self._watched():
            return
        if view is None or not view.run.standing():
            self.tell("nothing of it stands, so there is nothing to take back")
        else:
            self._wish_after(run_asking.undoing_all(view.run, self.cockpit.now()))

    def action_interrupt(self) -> None:
        if (view := self.view) and self._looked_after(view):
            self._wish_after(run_asking.interrupting(view.run))

    def action_wrong(self) -> None:
        if (view := self.view) and self._looked_after(view):
            self._wish_after(run_asking.wrong(view.run, self.cockpit.now()))

    def action_stop(self) -> None:
        """Nothing further starts; the dialog asks how it goes on."""
        if (view := self.view) and self._looked_after(view):
            if view.question is None:
                self._wish("hold", "stopped with ctrl+c")
            self._wish_after(run_asking.stopping(view.run))

    def _looked_after(self, view: RunView) -> bool:
        if view.run.final:
            self.tell("it is over")
        elif not view.ours and not self._watched():
            self.tell("nobody here looks after it: enter takes it up")
        return view.ours and not view.run.final

    def _watched(self) -> bool:
        """Whether somebody else has it, and the person was told so."""
        state = self.cockpit.read()
        root = state.record.runs.get(self.subject) if state else None
        why = run_others.refused(state, root, self.cockpit.now()) if state and root else ""
        if why:
            self.tell(why)
        return bool(why)

    def action_output(self) -> None:
        self.toggle_class("all-output")
        whole = self.has_class("all-output")
        output, every = self.query_one("#output", SectionLines), self.query_one("#all", SectionLines)
        output.can_focus = whole
        self.set_focus(output if whole else every)
        self.cockpit.draw()


def coming(run: str) -> Line:
    return line(f" {run} is not on record (yet)", Tone.WARNING)
