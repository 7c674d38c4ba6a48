"""All that a run may touch, as ports; the simulated ones make a drill of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cockpit.core.access import Person
from cockpit.core.journal import Recorded
from cockpit.core.json import Json
from cockpit.core.model import Model, Target
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.run import Key, Mode, Run
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import Found, Machine, Output
from cockpit.core.team import Role
from cockpit.engine.refusing import Refusals
from cockpit.ports import (
    Clock,
    FlagProvider,
    Http,
    Journal,
    Metrics,
    Owners,
    Runner,
    Secrets,
    Silencer,
    Team,
)


async def _nothing(folder: str, name: str) -> None:
    """Where nothing outlives its call, nothing is found."""


async def _nothing_held() -> None:
    """Where nobody else can see it."""


@dataclass(frozen=True, slots=True)
class World:
    model: Model
    journal: Journal
    owners: Owners
    clock: Clock
    runner: Runner
    http: Http
    metrics: Metrics
    secrets: Secrets
    boot_ns: Callable[[], int]
    """CLOCK_BOOTTIME, which goes on while the machine sleeps."""
    actor: str
    flags: Mapping[str, FlagProvider] = field(default_factory=dict)
    silencer: Silencer | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    """Of this cockpit; what of it a command sees, `surroundings` decides."""
    folder: str = ""
    """Where output and results of commands lie, a folder for each run; absolute."""
    left_behind: Callable[[], tuple[str, ...]] = tuple
    """Runs whose commands have left results here; one that the record does not know is foreign to it."""
    foreign: Callable[[str, str], Awaitable[Found | None]] = _nothing
    """(folder, name of an attempt): what lies there already, where nothing of it is on record."""
    here: Machine = field(default_factory=Machine)
    team: Team | None = None
    """Who else works on this record; None: all sit at this machine."""
    part: Callable[[], Awaitable[None]] = _nothing_held
    """Lets go of what others can see that this cockpit holds."""
    role: Callable[[], Role] = lambda: Role.APPROVER
    """What whoever keeps the record lets this person do, as far as is known by now."""
    mode: Mode = "live"
    drill: Mapping[str, Json] = field(default_factory=dict)
    """Of a drill: under `drill` sandbox or simulated, under `scenario` what is played."""
    readonly: bool = False
    """Nothing is done from here: by `--readonly`, by configuration, or because of who acts."""
    me: Person = field(default_factory=Person)
    """Whoever acts, as far as was known when this was made; `engine.refusing.who` knows what is so now."""
    barred: Callable[[], str] = lambda: ""
    """Why nothing further is done from here, by what the cockpit has heard since; empty: it may."""
    refusals: Refusals = field(default_factory=Refusals)
    die_at: Callable[[str], None] = lambda point: None
    """Ends the program at a named point, in tests of crashes."""

    def target(self, name: str) -> Target | None:
        return next((each for each in self.model.targets if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants although nobody asked."""

    what: Literal["interrupt", "hold", "undo", "undo-all", "abort", "leave"]
    """`leave`: nothing further starts; what runs goes on under its shim."""
    reason: str = ""
    proposed: bool = False
    """A watched condition wants it, not a person: rollback is proposed, nothing is done."""
    only: tuple[str, int] | None = None
    """Of `undo`: the visit that is to be taken back."""


class Desk(Protocol):
    """Where the person sits who runs it: a screen, a terminal, or a list of answers."""

    async def answer(self, run: Run, question: Question) -> Answer | None:
        """None: nobody answers; the run is left as it stands."""
        ...

    async def wish(self) -> Wish:
        """Returns when somebody wants something."""
        ...

    def recorded(self, run: Run, records: list[Recorded]) -> None: ...

    def heard(self, run: Run, key: Key, output: Output) -> None: ...

    def progress(self, run: Run, key: Key, progress: Progress) -> None: ...

    def complain(self, text: str) -> None:
        """One line that a person has to read: an answer that was none, a record that cannot be written."""
        ...
