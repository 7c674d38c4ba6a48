"""A small world for runs: commands that set and get values, a clock that jumps, a desk with a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.journal import Recorded
from cockpit.core.model import Model, Target
from cockpit.core.runbook.actions import Command, HttpCall
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Capture, Confirm, Reach, Reconcile, Rollback, Runbook, Step
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import (
    JUST_LOOKING,
    Answered,
    Ending,
    Exit,
    Found,
    Heard,
    HttpAnswer,
    Identity,
    Job,
    Output,
    Purpose,
    Reading,
    Started,
    Trace,
)
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.engine.runs.world import Wish, World


class JumpingClock:
    def __init__(self, at: float = 1000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)


@dataclass
class Machine:
    """`set NAME VALUE` and `get NAME`, and what goes wrong with them: by name of the value."""

    values: dict[str, str] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    """`fails` (and nothing happens), `lies` (it happens and fails), `lost` (it happens, nobody hears)."""
    sets: list[tuple[str, str]] = field(default_factory=list)
    environments: list[Mapping[str, str]] = field(default_factory=list)
    results: dict[str, Exit] = field(default_factory=dict)

    async def run(self, job: Job) -> AsyncIterator[Heard]:
        self.environments.append(job.env)
        yield Started(Identity(job.nonce, "host", "boot", "ns", 1, 1, 2, 2))
        await asyncio.sleep(0)
        verb, name, *rest = job.argv
        if verb == "get":
            yield Output("stdout", self.values.get(name, ""))
            yield Exit(Ending.EXITED, 0, self.values.get(name, "absent"))
            return
        trouble = self.trouble.get(name, "")
        if trouble != "fails":
            self.values[name] = rest[0]
            self.sets.append((name, rest[0]))
        if trouble == "lost":
            yield Exit(Ending.LOST)
        else:
            yield Exit(Ending.EXITED, 1 if trouble else 0, f"set {name}", seconds=1.0)

    async def find(self, folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
        if nonce in self.results:
            return Found(Trace.ENDED, self.results[nonce])
        return Found(Trace.GONE)

    async def adopt(self, folder: str, name: str, identity: Identity) -> AsyncIterator[Heard]:
        yield Exit(Ending.LOST)

    async def interrupt(self, identity: Identity) -> bool:
        return False


class NoHttp:
    def __init__(self) -> None:
        self.sent: list[tuple[HttpCall, Mapping[str, str]]] = []
        self.answer = HttpAnswer(Answered.DONE, 200, "{}")

    async def send(
        self,
        call: HttpCall,
        *,
        within: float,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        purpose: Purpose = JUST_LOOKING,
    ) -> HttpAnswer:
        self.sent.append((call, headers))
        return self.answer

    async def close(self) -> None:
        """Nothing to let go of."""


class Gauges:
    def __init__(self) -> None:
        self.values: dict[str, list[float | None]] = {}

    async def instant(self, query: str, source: str = "") -> Reading:
        left = self.values.get(query, [])
        value = left.pop(0) if len(left) > 1 else left[0] if left else None
        return Reading(value, age=0.0, why="" if value is not None else "no data")

    async def signal(self, service: str, signal: str) -> Reading:
        return await self.instant(f"{service}.{signal}")

    async def close(self) -> None:
        """Nothing to let go of."""


class NoSecrets:
    async def value(self, reference: str) -> str:
        return f"value of {reference}"


class Owned:
    def __init__(self) -> None:
        self.held: set[str] = set()
        self.others: set[str] = set()

    async def claim(self, names: Sequence[str], ttl: float = 30.0) -> str:
        taken = next((name for name in names if name in self.others), "")
        if not taken:
            self.held |= set(names)
        return taken

    async def holder(self, name: str) -> str:
        return "pid 7" if name in self.others else ""

    async def release(self, names: Sequence[str]) -> None:
        self.held -= set(names)

    def fence(self, name: str) -> None:
        """Nobody needs a proof."""

    async def lost(self, name: str) -> str:
        await asyncio.Event().wait()
        return ""


@dataclass
class Script:
    """Answers by `kind:step`, used in turn; what is not in it leaves the run."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    wishes: asyncio.Queue[Wish] = field(default_factory=asyncio.Queue)
    records: list[Recorded] = field(default_factory=list)
    seen: list[Progress] = field(default_factory=list)
    keys: bool = True
    """Whether a question that a key answers gets one."""

    async def answer(self, run: Run, question: Question) -> Answer | None:
        self.asked.append(question)
        left = self.answers.get(f"{question.kind}:{question.key.step}", [])
        if left:
            return left.pop(0)
        if self.keys and question.kind == "confirm" and not question.phrase:
            return Answer()
        return None

    async def wish(self) -> Wish:
        return await self.wishes.get()

    def recorded(self, run: Run, records: list[Recorded]) -> None:
        self.records += records

    def heard(self, run: Run, key: Key, output: Output) -> None:
        """Nobody listens."""

    def progress(self, run: Run, key: Key, progress: Progress) -> None:
        self.seen.append(progress)

    def complain(self, text: str) -> None:
        self.complaints.append(text)


@dataclass
class Stage:
    machine: Machine = field(default_factory=Machine)
    gauges: Gauges = field(default_factory=Gauges)
    http: NoHttp = field(default_factory=NoHttp)
    owned: Owned = field(default_factory=Owned)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: JumpingClock = field(default_factory=JumpingClock)
    model: Model = field(
        default_factory=lambda: Model(targets=(Target("prod", env={"KUBECONFIG": "/etc/prod"}),))
    )
    environ: Mapping[str, str] = field(default_factory=lambda: {"PATH": "/bin", "KUBECONFIG": "/ambient"})

    def world(self, **more: object) -> World:
        given: dict[str, object] = {
            "model": self.model,
            "journal": self.journal,
            "owners": self.owned,
            "clock": self.clock,
            "runner": self.machine,
            "http": self.http,
            "metrics": self.gauges,
            "secrets": NoSecrets(),
            "boot_ns": lambda: int(self.clock.at * 1e9),
            "actor": "mara",
            "environ": self.environ,
            **more,
        }
        return World(**given)  # type: ignore[arg-type]

    async def run(self, runbook: Runbook, desk: Script, **more: object) -> Run:
        world = self.world(**more)
        prepared = await prepare(world, Wanted(runbook))
        run, seen = await start(world, prepared)
        return await Driver(world, run, seen, desk, prepared.secrets).drive()

    def kinds(self, run: str = "R-1") -> list[str]:
        return [record.fact.kind for record in self.journal.records if record.fact.run == run]


def setting(name: str, value: str = "new", **more: object) -> Step:
    """A step that sets a value, can be found out about, and put back to what it was."""
    given: dict[str, object] = {
        "reach": Reach.WRITE,
        "confirm": Confirm("key"),
        "captures": (Capture("was", Command(("get", name))),),
        "reconcile": Reconcile(Command(("get", name)), f"stdout == '{value}'", f"stdout != '{value}'"),
        "rollback": Rollback(Command(("set", name, "${captures.was}"))),
        **more,
    }
    return Step(f"set-{name}", f"Set {name}", Command(("set", name, value)), **given)  # type: ignore[arg-type]


def book(*steps: Step, **more: object) -> Runbook:
    given: dict[str, object] = {"target": "prod", "services": ("shop",), "folder": "/", **more}
    return Runbook("change", "Change it", tuple(steps), **given)  # type: ignore[arg-type]
