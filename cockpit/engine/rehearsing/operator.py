"""The operator of a drill without a screen: does what is written, answers what was foreseen, no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from cockpit.core.events import (
    DegradationMarked,
    Event,
    IncidentActed,
    IntegrityAttested,
    ServiceAcknowledged,
)
from cockpit.core.incident import words
from cockpit.core.incident.closing import obstacles
from cockpit.core.incident.model import only_open
from cockpit.core.incident.noticing import declaration
from cockpit.core.levels import Instant, Seconds, Severity
from cockpit.core.model import KillSwitch
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.said import answer_from, name_of
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Ask, Question
from cockpit.core.scenario import Deed
from cockpit.core.state import State
from cockpit.core.switches import environments, place_of
from cockpit.core.wanted import FlagWanted, RunAnswered, RunWanted, RunWished, SwitchesWanted
from cockpit.engine import Engine
from cockpit.ports import Clock

THINKS: Final[Seconds] = 1.0
"""Between two looks at the screen."""
PATIENCE: Final = 10
"""Looks that a store of flags gets to answer."""
SCRIPTED: Final = "as it is written in the scenario"

Says: TypeAlias = Callable[[Run, Question], Answer | None]
"""What is said to a question; None: nothing, and the run stays where it is."""


NOBODY_ELSE: Final[Mapping[str, Says]] = {}


@dataclass
class Script:
    """Each answer is given once a visit: said again it would be another decision."""

    texts: Mapping[str, str]
    _used: set[tuple[str, str, int, Phase]] = field(default_factory=set)

    def __call__(self, run: Run, question: Question) -> Answer | None:
        name, key = name_of(question), question.key
        use = (run.id, name, key.visit, key.phase)
        if name not in self.texts or use in self._used:
            return None
        self._used.add(use)
        return _said(question, self.texts[name])


def _said(question: Question, text: str) -> Answer:
    """`y` also types what has to be typed, and vouches for what was done by hand."""
    if text == "y" and question.kind == "confirm":
        return Answer("y", question.phrase)
    if text == "y" and question.kind == "manual":
        return Answer("y", SCRIPTED)
    answer = answer_from(question, text)
    return answer if answer.text or question.kind == "confirm" else Answer(answer.choice, SCRIPTED)


@dataclass(frozen=True, slots=True)
class Turned:
    """Something that was wanted and not done, and why."""

    at: Instant
    what: str
    why: str


@dataclass
class Operator:
    engine: Engine
    clock: Clock
    actor: str
    target: str = ""
    """What every run acts on; empty: what its deed or its runbook says."""
    turned: list[Turned] = field(default_factory=list)
    _begun: list[tuple[str, Says]] = field(default_factory=list)
    """Runbooks that were started, and whose runs are not on record yet."""
    _runs: dict[str, Says] = field(default_factory=dict)
    _says: dict[str, Says] = field(default_factory=dict)
    _answered: set[tuple[str, object, str]] = field(default_factory=set)
    _taking_back: dict[str, str] = field(default_factory=dict)
    """What is wanted of a run until it is begun."""

    @property
    def state(self) -> State:
        return self.engine.state

    async def play(
        self,
        deeds: Sequence[Deed],
        start: Instant,
        pace: float = 1.0,
        says: Mapping[str, Says] = NOBODY_ELSE,
    ) -> None:
        """All of them, each at its time: `pace` times as fast as written. Answers until it is cancelled.

        `says`: who answers for a runbook in place of its deed.
        """
        self._says = dict(says)
        acting = asyncio.ensure_future(self._do_all(deeds, start, pace))
        try:
            while True:
                self._look()
                await self.clock.sleep(THINKS)
        finally:
            acting.cancel()

    def start(self, runbook: str, says: Says, deed: Deed | None = None) -> None:
        given = deed or Deed(0.0)
        checks = {
            int(name.removeprefix("pre:")): text
            for name, text in given.answers.items()
            if name.startswith("pre:")
        }
        self._begun.append((runbook, says))
        target = self.target or given.target
        self._dispatch(RunWanted(runbook, given.parameters, self.clock.now(), target, checks))

    def run_of(self, says: Says) -> Run | None:
        """The run that was started with `says`."""
        return next((self.state.record.runs[id] for id, each in self._runs.items() if each is says), None)

    def take_back(self, run: str, what: str = "undo-all") -> None:
        self._taking_back[run] = what

    async def _do_all(self, deeds: Sequence[Deed], start: Instant, pace: float) -> None:
        for deed in deeds:
            await self.clock.sleep(max(0.0, start + deed.at / pace - self.clock.now()))
            await self._do(deed)

    async def _do(self, deed: Deed) -> None:
        now, why = self.clock.now(), deed.reason or SCRIPTED
        if deed.run:
            self.start(deed.run, self._says.get(deed.run) or Script(deed.answers), deed)
        elif deed.undo or deed.undo_all:
            self._take_back_last(deed.undo or deed.undo_all, "undo" if deed.undo else "undo-all")
        elif deed.flip or deed.restore:
            await self._flip(deed, why)
        elif deed.ack:
            self._dispatch(ServiceAcknowledged(deed.ack, self.actor, now))
        elif deed.attest:
            self._dispatch(IntegrityAttested(deed.attest, self.actor, why, now))
        elif deed.mark or deed.unmark:
            node, _, mode = (deed.mark or deed.unmark).rpartition(".")
            self._dispatch(DegradationMarked(node, mode, bool(deed.mark), self.actor, why, now))
        elif deed.declare:
            severity = Severity(deed.severity) if deed.severity else self.state.health.severity
            self._dispatch(IncidentActed(declaration(self.state, deed.declare, severity, self.actor, now)))
        else:
            self._say_of_incident(deed, now)

    def _say_of_incident(self, deed: Deed, now: Instant) -> None:
        known = self.state.record.incidents
        id = only_open(known.values())
        if not id:
            self.turned.append(Turned(now, deed.note or deed.role or deed.resolve, "no incident is open"))
        elif deed.role:
            self._dispatch(IncidentActed(words.role(id, deed.role, self.actor, self.actor, now)))
        elif deed.note:
            self._dispatch(IncidentActed(words.noted(id, "note", deed.note, self.actor, now)))
        elif deed.resolve:
            left = [each.text for each in obstacles(self.state, known[id])]
            self._dispatch(IncidentActed(words.resolved(id, deed.resolve, left, self.actor, now)))

    def _take_back_last(self, runbook: str, what: str) -> None:
        runs = [
            run for run in self.state.record.runs.values() if run.runbook.id == runbook and not run.parent
        ]
        if runs:
            self._taking_back[runs[-1].id] = what
        else:
            self.turned.append(Turned(self.clock.now(), f"undo {runbook}", "it was never run"))

    async def _flip(self, deed: Deed, why: str) -> None:
        """As a person does it: looks at the switch first, and moves what was seen."""
        key = deed.flip or deed.restore
        switch = _switch(self.state, key)
        if switch is None:
            self.turned.append(Turned(self.clock.now(), key, "there is no such kill switch"))
            return
        env = deed.env or environments(self.state.model, switch)[0]
        asked = self.clock.now()
        self._dispatch(SwitchesWanted(asked))
        shown = None
        for _ in range(PATIENCE):
            await self.clock.sleep(THINKS)
            look = self.state.picture.switches.get(place_of(switch, env))
            if look is not None and look.at is not None and look.at >= asked:
                shown = look.stored
                break
        what = "kill" if deed.flip else "restore"
        self._dispatch(FlagWanted(key, env, what, why, self.actor, self.clock.now(), shown))  # type: ignore[arg-type]

    # Looking at the screen

    def _look(self) -> None:
        self._note_refusal()
        for run in tuple(self.state.record.runs.values()):
            if run.id not in self._runs and not run.parent:
                self._recognise(run)
            if what := self._taking_back.get(run.id):
                self._want_back(run, what)
            says = self._runs.get(run.id) or self._runs.get(run.id.partition(".")[0])
            if says is not None and not run.final:
                self._answer(run, says)

    def _note_refusal(self) -> None:
        refused = self.state.picture.refused
        if refused is None or any((each.at, each.what) == (refused.at, refused.what) for each in self.turned):
            return
        self.turned.append(Turned(refused.at, refused.what, refused.why))
        self._begun = [each for each in self._begun if each[0] != refused.what]

    def _recognise(self, run: Run) -> None:
        for number, (runbook, says) in enumerate(self._begun):
            if runbook == run.runbook.id:
                self._runs[run.id] = says
                del self._begun[number]
                return

    def _want_back(self, run: Run, what: str) -> None:
        """Said again until it is begun: while a command runs nothing else is started."""
        if run.undo is not None or run.rollback or (run.final and not run.standing()):
            del self._taking_back[run.id]
            return
        what = "undo-all" if run.final else what  # of a run that is over there is only all of it
        self._dispatch(RunWished(run.id, what, SCRIPTED, self.clock.now()))

    def _answer(self, run: Run, says: Says) -> None:
        match next_move(run):
            case Ask(question) if (use := _use(run, question)) not in self._answered:
                answer = says(run, question)
                if answer is not None:
                    self._answered.add(use)
                    now = self.clock.now()
                    kind = question.kind
                    self._dispatch(RunAnswered(run.id, question.key, kind, answer.choice, answer.text, now))

    def _dispatch(self, event: Event) -> None:
        self.engine.dispatch(event)


def _use(run: Run, question: Question) -> tuple[str, object, str]:
    """One and the same hold is answered once; the next at the same place is another."""
    held = f"@{run.hold.at}" if question.kind == "hold" and run.hold else ""
    return run.id, question.key, f"{question.kind}{held}"


def _switch(state: State, key: str) -> KillSwitch | None:
    return next((each for each in state.model.kill_switches if each.key == key), None)
