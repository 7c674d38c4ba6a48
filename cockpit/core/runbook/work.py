"""What is handed to the outside to be done, everything filled in, and what comes back of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import NO_TEXT, Scalar

PurposeKind: TypeAlias = Literal["do", "undo", "capture", "reconcile", "verify", "verify-undo", "look"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What something is done or asked for. The real world does not care; a simulated one answers by it."""

    runbook: str = ""
    step: str = ""
    """Empty: it is about the runbook as a whole."""
    kind: PurposeKind = "look"
    name: str = ""
    """Of what is captured."""
    yes: str = ""
    """The condition that an answer has to meet to say yes: it is so, it happened, it helped."""
    no: str = ""
    """The condition that says no; empty: whatever does not say yes."""
    names: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What both may refer to beside the answer."""


JUST_LOOKING: Final = Purpose()


@dataclass(frozen=True, slots=True)
class Job:
    """One command for the shim. It stays in memory: secrets never reach a file or an argv."""

    nonce: str
    """Unique for the attempt; result and process are known by it."""
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    """The whole environment of the command."""
    cwd: str = ""
    folder: str = ""
    """Where output and result go; absolute, ours alone. Empty: nothing outlives the call (looks)."""
    name: str = ""
    """Of the files in `folder`, as in `restart.1.1.do`."""
    timeout: Seconds = 60.0
    kill_grace: Seconds = 5.0
    start_by: int | None = None
    """CLOCK_BOOTTIME in nanoseconds after which it must not start any more; None: no limit."""
    stdin: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Exact values to be redacted from all output, with their base64 and URL forms."""
    purpose: Purpose = field(default=JUST_LOOKING, repr=False)


@dataclass(frozen=True, slots=True)
class Fence:
    """What proves that a run is still ours. A target that has seen a higher token refuses a lower one."""

    token: int
    until: int
    """CLOCK_BOOTTIME in nanoseconds after which we must not act on it any more."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where an attempt was meant to be done."""

    host: str = ""
    boot_id: str = ""
    """Changes with every start of the machine."""


@dataclass(frozen=True, slots=True)
class Identity:
    """By what an attempt is found again: pids come back to others, so start times belong to them."""

    nonce: str
    host: str
    boot_id: str
    pid_namespace: str
    shim_pid: int
    shim_start: int
    """Field 22 of /proc/PID/stat: clock ticks since boot."""
    pid: int = 0
    """Of the command's leader; 0: not started."""
    start: int = 0


class Ending(StrEnum):
    """How a command ended, as far as anybody can tell."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    """Stopped because a person asked."""
    NOT_STARTED = "not_started"
    """Surely nothing has happened: too late, no such program, no permission."""
    LOST = "lost"
    """Nobody saw the end: the shim died, too. It may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what a command says, redacted; not yet clean for a terminal."""

    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    ending: Ending
    code: int | None = None
    """Exit status, or the number of the signal that ended it."""
    stdout: str = ""
    """Redacted; the first 256 KiB and the last 768 KiB at most."""
    stderr: str = ""
    dropped: int = 0
    """Bytes left out of both."""
    seconds: Seconds = 0.0
    reason: str = ""
    """Why it was not started, or what is odd."""
    still_running: int = 0
    """Processes of its session that outlived the leader when this was written."""


@dataclass(frozen=True, slots=True)
class Started:
    identity: Identity


Heard: TypeAlias = Started | Output | Exit
"""What is heard of a command, in order: started once (or not), output, one exit."""


class Trace(StrEnum):
    """What is left of an attempt that somebody else, or an earlier life of ours, began."""

    ENDED = "ended"
    """There is a result with its nonce."""
    RUNNING = "running"
    """Its shim is alive and can be adopted."""
    ORPHANED = "orphaned"
    """The shim is gone, something of its session is alive: wait."""
    GONE = "gone"
    """Nothing alive, no result: it may or may not have happened."""
    ELSEWHERE = "elsewhere"
    """Another host, boot or namespace: not visible from here."""


@dataclass(frozen=True, slots=True)
class Found:
    trace: Trace
    exit: Exit | None = None
    where: str = ""
    """Host or pid, for people."""


class Answered(StrEnum):
    """Whether a request reached the other side."""

    DONE = "done"
    REFUSED = "refused"
    """It surely changed nothing: never sent, or refused as a whole."""
    UNKNOWN = "unknown"
    """Sent, and the answer was lost or says nothing."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    outcome: Answered
    status: int | None = None
    body: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One number from outside; `value` None: no data, and `why`."""

    value: float | str | bool | None
    age: Seconds | None = None
    at: Instant | None = None
    """When the sample was taken, where that is known."""
    why: str = ""


class FlagOutcome(StrEnum):
    APPLIED = "APPLIED"
    NOOP = "NOOP"
    CONFLICT = "CONFLICT"
    DENIED = "DENIED"
    NEEDS_APPROVAL = "NEEDS_APPROVAL"
    NOT_FOUND = "NOT_FOUND"
    FAILED = "FAILED"
    """Surely not applied."""
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag as its provider stores it."""

    key: str
    env: str
    value: Scalar
    """What clients get where nothing else decides; None: the code's own default."""
    revision: str = ""
    """For compare-and-set; empty: the provider knows none."""
    hazards: tuple[str, ...] = ()
    """What can defeat a kill: targeting rules, parent flags."""
    record: Mapping[str, object] = field(default_factory=dict)
    """All that is needed to put back exactly this; plain JSON."""


@dataclass(frozen=True, slots=True)
class FlagChange:
    outcome: FlagOutcome
    before: FlagState | None = None
    after: FlagState | None = None
    reason: str = ""
    atomic: bool = True
    """False: read, compared, set, read again; somebody may have been in between."""


@dataclass(frozen=True, slots=True)
class FlagCapabilities:
    compare_and_set: bool = False
    comment: bool = False
    several_environments: bool = False
    watch: bool = False
    approvals: bool = False
    event_log: bool = False
    seen_after: Seconds | None = None
    """How long until clients see a change, usually; None: not known."""
