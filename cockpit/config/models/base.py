"""What every part of a file has in common: no unknown keys, no silent conversions, errors in our words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from cockpit.config import deadlines, durations
from cockpit.core.levels import Seconds


class Part(BaseModel):
    """A mapping in a file. Field descriptions stand underneath the fields and reach schema and reference."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    instead_of_text: ClassVar[str] = ""
    """A hint for people who write a word where this mapping belongs; `{}` is the word."""


def wrong(message: str, hint: str, field: str = "") -> PydanticCustomError:
    """An error in words of our own; `field` says which field of the mapping to point at."""
    return PydanticCustomError("wrong", "{what}", {"what": message, "hint": hint, "field": field})


def exactly_one(part: Part, names: Sequence[str]) -> None:
    """Raises unless exactly one of the fields `names` was written."""
    given = [name for name in names if name in part.model_fields_set]
    choice = " or ".join(names)
    if not given:
        raise wrong(f"has neither {' nor '.join(names)}", f"write {choice}")
    if len(given) > 1:
        raise wrong(f"has both {' and '.join(given)}", f"write {choice}, not both", given[1])


def _duration(value: object) -> Seconds:
    try:
        if isinstance(value, str):
            return durations.seconds(value)
    except ValueError:
        pass
    raise wrong("is not a duration", durations.meant(value))


def _above_zero(value: Seconds) -> Seconds:
    if value <= 0:
        raise wrong("is no time at all", "write a duration above zero, as in 5s")
    return value


def _tier(value: object) -> int:
    """Tiers are written "1" or 1."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[1-9]", text):
        raise wrong("is not a tier", 'write a digit from 1 (most important) to 9, as in tier: "1"')
    return int(text)


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    raise wrong("is not a plain value", "write text, a number, true or false")


def _deadline(value: object) -> str:
    if not isinstance(value, str):
        raise wrong("is not a deadline", deadlines.HINT)
    if problem := deadlines.problem(value):
        raise wrong(*problem)
    return value


def _web_url(value: str) -> str:
    return _url(value, ("http", "https"), "https://host.example/path")


def _url(value: str, schemes: Sequence[str], example: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise wrong(f"is not a URL with {' or '.join(schemes)}", f"write it in full, as in {example}")
    return value


def _database_url(value: str) -> str:
    """As libpq reads it: several hosts, or none for the socket of this machine."""
    if not re.match(r"postgres(ql)?://[^\s\x00-\x1f\x7f]+$", value):
        raise wrong(
            "is not the URL of a database",
            "write it in full: postgresql://db.example/cockpit, or postgresql:///cockpit for the socket",
        )
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536 or " " in host:
        raise wrong("is not an address", "write host:port, as in orders-db.internal:5432")
    return value


_DURATION_SCHEMA: Final = WithJsonSchema({"type": "string", "pattern": durations.PATTERN})
_NAME: Final = r"^\S(.*\S)?$"
_SIGNAL_NAME: Final = r"^[A-Za-z0-9_][A-Za-z0-9_-]*$"
_LABEL: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
PARAMETER: Final = r"^[A-Za-z][A-Za-z0-9_]*$"
RUNBOOK_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
ANSWERS: Final = r"^(good|wrong|wrong-[A-Za-z0-9-]+)$"
CURRENCY: Final = "^[A-Z]{3}$"
TURN: Final = r"^(hold|continue|propose_rollback|goto:[A-Za-z0-9][A-Za-z0-9_.-]*)$"

FORMS: Final = {
    _NAME: "write a name on one line, without blanks around it",
    _SIGNAL_NAME: "use letters, digits, _ and - only",
    _LABEL: "use letters, digits and _ only, and no digit first",
    PARAMETER: "use letters, digits and _ only, and a letter first",
    RUNBOOK_ID: "use letters, digits, _, . and - only",
    ANSWERS: "write good, wrong, or wrong- and a name",
    CURRENCY: "write three capital letters, as in EUR",
    TURN: "write hold, continue, propose_rollback or goto: and the id of a step",
}
"""What to write where text has to have a form; the form is a regular expression."""

Text = Annotated[str, Field(max_length=20_000)]
Word = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_NAME)]
SignalName = Annotated[str, Field(max_length=100, pattern=_SIGNAL_NAME)]
Label = Annotated[str, Field(max_length=200, pattern=_LABEL)]
Promql = Annotated[str, Field(min_length=1)]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=1_000)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Amount = Annotated[float, Strict(), Field(allow_inf_nan=False, ge=0)]
Duration = Annotated[Seconds, PlainValidator(_duration), _DURATION_SCHEMA]
Interval = Annotated[Seconds, PlainValidator(_duration), AfterValidator(_above_zero), _DURATION_SCHEMA]
TierNumber = Annotated[
    int,
    PlainValidator(_tier),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[1-9]$"}, {"enum": list(range(1, 10))}]}),
]
Deadline = Annotated[
    str, PlainValidator(_deadline), WithJsonSchema({"type": "string", "pattern": deadlines.PATTERN})
]
WebUrl = Annotated[str, AfterValidator(_web_url), Field(json_schema_extra={"pattern": "^https?://"})]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Address = Annotated[str, AfterValidator(_address)]
BadLevel = Literal["AT_RISK", "DEGRADED", "FAILING", "DOWN"]
Thresholds = Annotated[dict[BadLevel, Number], Field(min_length=1)]
PlainValue = Annotated[
    str | int | float | bool | None,
    PlainValidator(_plain),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
