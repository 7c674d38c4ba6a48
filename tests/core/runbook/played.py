"""A run in a world made of numbers: effects really happen or not, and the reports say less than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cockpit.core.frozen import from_json, to_json
from cockpit.core.journal import GENESIS, Fact, Recorded, sealed
from cockpit.core.runbook import undoing
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.answers import Answer, NotAnAnswer, answered
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.model import Confirm, Reach, Reconcile, Rollback, Runbook, Step
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.states import Effect, Phase
from cockpit.core.runbook.words import Ask, Do, Over, Question, Record, Task, Word, say

Choose = Callable[[str, int], int]
"""(what for, how many) -> a number below that."""
ASK = Command(("ask",))


def step(id: str, **more: object) -> Step:
    """A write step with an undo and a way to find out."""
    given: dict[str, object] = {
        "reach": Reach.WRITE,
        "confirm": Confirm("key"),
        "reconcile": Reconcile(ASK, "stdout == 'yes'", "stdout == 'no'"),
        "rollback": Rollback(Command(("undo", id))),
        **more,
    }
    return Step(id, id.title(), Command((id,)), **given)  # type: ignore[arg-type]


def book(*steps: Step, **more: object) -> Runbook:
    return Runbook("book", "Book", tuple(steps), **more)  # type: ignore[arg-type]


@dataclass
class World:
    """`happened` counts how often each effect was really made, `order` tells it with what was taken back."""

    happened: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)

    def stands(self, step: str) -> bool:
        """What was done last counts: a second time makes no second effect that would need a second undo."""
        return next((each for each in reversed(self.order) if each.endswith(f" {step}")), "") == f"do {step}"


@dataclass
class Played:
    run: Run
    records: list[Recorded]
    world: World
    now: float = 100.0

    def tell(self, *words: Word, actor: str = "mara") -> None:
        for word in words:
            self.append(word.fact(self.run, self.now, actor))

    def append(self, fact: Fact) -> None:
        prev = self.records[-1].hash if self.records else GENESIS
        record = sealed(Recorded(len(self.records) + 1, fact, "here", "boot", 0, prev, ""))
        self.records.append(record)
        after = folded(self.run, record)
        assert after is not None
        self.run = after
        self.now += 1.0

    def move(self) -> object:
        return next_move(self.run)


def begin(runbook: Runbook, **more: object) -> Played:
    body = {"runbook": to_json(runbook), "mode": "live", "target": "prod", "parameters": {}}
    fact = Fact("run.started", 99.0, "mara", body, run="R-1")
    record = sealed(Recorded(1, fact, "here", "boot", 0, GENESIS, ""))
    run = folded(None, record)
    assert run is not None
    return Played(run, [record], World())


def replayed(records: list[Recorded]) -> Run | None:
    run = None
    for record in records:
        run = folded(run, record)
    return run


def play(played: Played, choose: Choose, at_most: int = 400) -> Played:
    """Until it is over, choosing what the world does and what the person says."""
    for _ in range(at_most):
        if isinstance(played.move(), Over):
            return played
        turn(played, choose)
    raise AssertionError(f"never over: {played.run.state}, {played.move()}")


def turn(played: Played, choose: Choose) -> None:
    match played.move():
        case Record(words):
            played.tell(*words)
        case Do(task, key):
            do(played, task, key, choose)
        case Ask(question):
            answer(played, question, choose)


def do(played: Played, task: Task, key: Key, choose: Choose) -> None:
    match task:
        case Task.CAPTURE_BEFORE:
            played.tell(say("captured", key, when="before", values={}))
        case Task.CAPTURE_AFTER:
            played.tell(say("captured", key, when="after", values={}))
        case Task.LOOK:
            played.tell(say("reconciled", key, when="look", verdict=seen(played, key, choose)))
        case Task.LOOK_BACK:
            played.tell(say("reconciled", key, when="look", verdict=seen(played, key, choose)))
        case Task.RECONCILE:
            played.tell(say("reconciled", key, when="after", verdict=seen(played, key, choose)))
        case Task.VERIFY:
            verdict = ("succeeded", "failed", "inconclusive")[choose("verify", 3)]
            played.tell(say("verified", key, verdict=verdict))
        case Task.READ:
            played.tell(say("exited", key, ok=choose("read", 2) == 0, ending="exited", effect="none"))
        case Task.BEGIN:
            act(played, key, choose)
        case Task.RECOVER:
            end(played, key, "lost")


def seen(played: Played, key: Key, choose: Choose) -> str:
    """Whoever is asked tells the truth, or cannot tell."""
    if choose("blind", 4) == 0:
        return "unknown"
    return "applied" if played.world.stands(key.step) else "not_applied"


def act(played: Played, key: Key, choose: Choose) -> None:
    step = played.run.step(key.step)
    assert step is not None
    body = {"rollback": to_json(step.rollback) if step.rollback else None}
    played.tell(say("intent", key, **(body if key.phase is Phase.DO else {})))
    really = choose("really", 2) == 1
    if really:
        counter = played.world.happened if key.phase is Phase.DO else played.world.undone
        counter[key.step] += 1
        played.world.order.append(f"{key.phase} {key.step}")
    if choose("crash", 5) == 0:
        again = replayed(played.records)
        assert again == played.run
        return  # nobody heard how it ended
    end(played, key, "exited" if really and choose("honest", 3) else "failed", really=really)


def end(played: Played, key: Key, ending: str, really: bool = False) -> None:
    ok = ending == "exited"
    stands = "not_applied" if ok else "unknown"
    effect = Effect.APPLIED if ok else Effect.UNKNOWN
    ending = "lost" if ending == "lost" else "exited"
    played.tell(say("exited", key, ok=ok, ending=ending, code=0 if ok else 1, effect=effect, stands=stands))


def answer(played: Played, question: Question, choose: Choose) -> None:
    possible = [each for each in question.choices if not each.why_not]
    given = Answer("y", question.phrase)
    if question.choices:
        given = Answer(possible[choose("answer", len(possible))].name, "because")
    if choose("wish", 12) == 0 and question.kind == "confirm" and played.run.undo is None:
        played.tell(undoing.planned(played.run, played.now, "a wish"))
        return
    try:
        played.tell(*answered(played.run, question, given, played.now))
    except NotAnAnswer as error:
        raise AssertionError(f"{given} to {question}") from error


def again(run: Run) -> Run:
    """As frozen and thawed."""
    return from_json(Run, to_json(run))
