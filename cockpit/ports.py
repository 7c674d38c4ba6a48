"""The seams to the world outside; each has a real adapter and a simulated one that ships."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.events import Event
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Capability, Scalar
from cockpit.core.past import Point
from cockpit.core.poll import Poll
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.work import (
    JUST_LOOKING,
    Answered,
    Fence,
    FlagCapabilities,
    FlagChange,
    FlagOutcome,
    FlagState,
    Found,
    Heard,
    HttpAnswer,
    Identity,
    Job,
    Purpose,
    Reading,
)
from cockpit.core.team import Company, News


class Clock(Protocol):
    def now(self) -> Instant:
        """Wall time."""
        ...

    async def sleep(self, seconds: Seconds) -> None: ...


class Source(Protocol):
    """Somebody who can be asked how things are: Prometheus, a flag file, a scenario."""

    name: str

    def poll(self, at: Instant) -> AsyncIterator[Event]:
        """Ask everything once; observations are yielded as they come.

        Never raises for what happens outside: trouble is an event. Ends within its own deadline; what
        has not been yielded when the poll is closed counts as failed.
        """
        ...

    async def close(self) -> None: ...


class History(Protocol):
    """A source that remembers: the warm start asks it what the last minutes looked like."""

    name: str

    def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        """Polls of the past, oldest first, as (share read so far, whole window as known now)."""
        ...


class Archive(Protocol):
    """Who remembers what the business did before this cockpit looked."""

    async def measured(
        self, capability: Capability, start: Instant, end: Instant, step: Seconds
    ) -> Sequence[Point]:
        """Its measure every `step` seconds, oldest first; moments without an answer are left out.

        Raises SourceError.
        """
        ...

    async def close(self) -> None: ...


class Journal(Protocol):
    """Where facts become durable, in one chain for all who write."""

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        """All or none, durable when it returns; a fact whose uid is on record already is not put there twice.

        Raises JournalError when it cannot be, and then nothing is on record.
        """
        ...

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        """Records with `seq > after`, oldest first, also those of others; `run` and `kind` leave out others.

        Raises JournalError.
        """
        ...

    async def run_ids(self) -> Sequence[str]:
        """Of every run that ever began, oldest first; what it began with is not read. Raises JournalError."""
        ...

    async def latest_checkpoint(self) -> Checkpoint | None:
        """Where to start reading; None: at the beginning. Raises JournalError, also for an edited one."""
        ...

    async def close(self) -> None: ...


class Owners(Protocol):
    """Who looks after a run, and after what it acts on; all may raise JournalError.

    On one machine held for the owner's life, so that a dead owner holds nothing; in a team for a time that
    the owner prolongs while it lives (see `docs/team.md`).
    """

    async def claim(self, names: Sequence[str], ttl: Seconds = 30.0) -> str:
        """All of them are ours from now on, or none. Empty: they are; else the first that others have.

        `ttl`: for how long, in a team, when nobody prolongs it.
        """
        ...

    async def holder(self, name: str) -> str:
        """Who holds it, for people: pid and state, or whose cockpit where; empty: nobody."""
        ...

    async def release(self, names: Sequence[str]) -> None:
        """As it was claimed, all of it at once; also what is not ours, of which nothing changes."""
        ...

    def fence(self, name: str) -> Fence | None:
        """What proves to others that it is still ours; None: nobody needs a proof here.

        Raises LeaseLost when it is ours no more.
        """
        ...

    async def lost(self, name: str) -> str:
        """Returns, with the reason, when it is ours no more without our doing; else never."""
        ...


class Team(Protocol):
    """Others who work on the same record, each at a machine of their own; nothing here is on record.

    All may raise JournalError.
    """

    async def news(self) -> News:
        """What may have changed since it was asked last; waits until something may have, for ever if need be.

        Nothing is said where nobody tells: who asks looks for himself every `pause` seconds.
        """
        ...

    @property
    def pause(self) -> Seconds:
        """How long at most between two looks, news or not: longer where news are told."""
        ...

    async def here(self, doing: str) -> Company:
        """Says that this cockpit lives, and what the person is doing; tells who else is there."""
        ...

    async def look(self) -> Company:
        """The same, by somebody who is not there: nothing is said of this cockpit."""
        ...

    async def show(self, run: str, live: Live) -> None:
        """What a run of ours says right now, for who watches it elsewhere; it replaces what was said."""
        ...

    async def seen(self, run: str) -> Live | None:
        """What whoever has the run showed of it last."""
        ...


class Runner(Protocol):
    """Commands under a shim of their own, which outlives us."""

    def run(self, job: Job) -> AsyncIterator[Heard]:
        """Starts it; ends with exactly one Exit. Leaving the iterator leaves the command alone."""
        ...

    async def find(self, folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
        """What is left of an attempt; without an identity only its result can be found."""
        ...

    def adopt(self, folder: str, name: str, identity: Identity) -> AsyncIterator[Heard]:
        """As `run`, for one that runs already, also with its shim gone: output from now on, then its Exit."""
        ...

    async def interrupt(self, identity: Identity) -> bool:
        """TERM to the command's group, KILL after its grace; False: it was gone."""
        ...


class Http(Protocol):
    async def send(
        self,
        call: HttpCall,
        *,
        within: Seconds,
        headers: Mapping[str, str],
        secrets: Sequence[str],
        purpose: Purpose = JUST_LOOKING,
    ) -> HttpAnswer:
        """`call` is filled in. Never repeated by itself. `headers` come on top; `secrets` are redacted."""
        ...

    async def close(self) -> None: ...


class Metrics(Protocol):
    """One number now: for conditions, probes and verifications."""

    async def instant(self, query: str, source: str = "") -> Reading:
        """Several series, none, or NaN: no value, and why. An empty `source` asks the first server."""
        ...

    async def signal(self, service: str, signal: str) -> Reading: ...

    async def close(self) -> None: ...


class Silencer(Protocol):
    """Who keeps alerts quiet. A silence is known by its comment, of which there is only one."""

    async def silence(
        self, matchers: Sequence[str], starts: Instant, ends: Instant, author: str, comment: str
    ) -> tuple[Answered, str]:
        """(outcome, id of the silence or reason). One that stands already is not made again."""
        ...

    async def expire(self, comment: str) -> tuple[Answered, str]:
        """(outcome, reason). DONE: none stands any more, as a look afterwards says."""
        ...

    async def end(self, source: str, id: str) -> tuple[Answered, str]:
        """(outcome, reason) of ending one silence of one of them by its id, whoever made it."""
        ...

    async def standing(self, comment: str) -> bool | None:
        """None: cannot be told."""
        ...

    async def close(self) -> None: ...


class Secrets(Protocol):
    async def value(self, reference: str) -> str:
        """What `env:NAME`, `file:PATH` or `command:argv` gives now. Raises SecretError."""
        ...


class FlagProvider(Protocol):
    """One store of flags. Nothing raises for what happens outside; trouble is an outcome."""

    name: str

    def capabilities(self) -> FlagCapabilities: ...

    async def list(self, env: str) -> Sequence[FlagState]:
        """Raises SourceError when it cannot be read."""
        ...

    async def get(self, key: str, env: str) -> FlagState | None:
        """None: there is no such flag. Raises SourceError."""
        ...

    async def set(
        self,
        key: str,
        env: str,
        want: Scalar,
        expect: FlagState | None,
        *,
        comment: str,
        actor: str,
        op_id: str,
    ) -> FlagChange:
        """Sets, never toggles. `expect`: what the operator saw; where it differs now that is a CONFLICT."""
        ...

    async def verify(self, key: str, env: str, want: Scalar, deadline: Seconds) -> FlagOutcome:
        """By reading back for at most `deadline`: APPLIED, or UNKNOWN."""
        ...

    async def restore(
        self, before: FlagState, *, comment: str, actor: str, op_id: str, expect: FlagState | None = None
    ) -> FlagChange:
        """Puts back exactly what was, unless somebody else has changed it since: CONFLICT.

        `expect`: what our change left behind; None: whatever such a change may have left.
        """
        ...

    async def close(self) -> None: ...
