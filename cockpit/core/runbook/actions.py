"""What a step can do or ask, as declared: texts may still hold `${...}`. Durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cockpit.core.levels import Seconds
from cockpit.core.model import NO_TEXT, Scalar


@dataclass(frozen=True, slots=True)
class Command:
    """`run`: an argv list; with `shell` one element, a text for `sh -c`."""

    argv: tuple[str, ...]
    shell: bool = False
    stdin: str = ""
    """Name of a secret parameter that is written to its standard input; empty: no input."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    json: object = None
    """Sent as the body; None: no body."""
    status: tuple[tuple[int, int], ...] = ((200, 299),)
    """Ranges, both ends included, that mean it was done."""
    pointer: str = ""
    """JSON pointer into the answer that must equal `equals`; empty: the answer is not looked at."""
    equals: Scalar = None


@dataclass(frozen=True, slots=True)
class FlagSet:
    key: str
    to: Scalar
    provider: str = ""
    env: str = ""
    """Empty: the only one that the provider has."""
    reason: str = ""
    expires: Seconds | None = None


@dataclass(frozen=True, slots=True)
class FlagLook:
    """A flag that is read; `value` in its condition."""

    key: str
    provider: str = ""
    env: str = ""


@dataclass(frozen=True, slots=True)
class Promql:
    """An instant query with one number for an answer; `value` and `age` in its condition."""

    query: str


@dataclass(frozen=True, slots=True)
class SignalLook:
    """The newest value of a service's own signal."""

    service: str
    signal: str


@dataclass(frozen=True, slots=True)
class Silence:
    matchers: tuple[str, ...]
    """`name=value`, `!=`, `=~` or `!~`, as Alertmanager writes them."""
    lasts: Seconds


@dataclass(frozen=True, slots=True)
class EndSilence:
    """Ends what the same step has silenced: the undo of every silence, never written in a file."""


@dataclass(frozen=True, slots=True)
class Notify:
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Manual:
    instructions: str
    command: str = ""
    """To be copied, never run by us."""
    evidence: str = ""
    """What to write down as proof; asked for."""
    answer: str = ""
    """What is asked; the answer is `answers.STEP`."""


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    when: str = ""
    """Only preselects."""
    goto: str = ""
    """Empty: the next step."""


@dataclass(frozen=True, slots=True)
class Decide:
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Either a time, or until a query says so."""

    lasts: Seconds | None = None
    promql: str = ""
    success: str = ""
    within: Seconds = 120.0


@dataclass(frozen=True, slots=True)
class Nested:
    runbook: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)


Look: TypeAlias = Promql | Command | HttpCall | FlagLook | SignalLook
"""Something that is asked and changes nothing."""


@dataclass(frozen=True, slots=True)
class Probe:
    ask: Look
    success: str = ""
    """Empty: a command must exit 0, any answer of the others will do."""


Action: TypeAlias = (
    Command | HttpCall | FlagSet | Silence | EndSilence | Notify | Manual | Decide | Probe | Wait | Nested
)
