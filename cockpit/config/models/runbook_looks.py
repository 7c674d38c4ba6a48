"""What may be asked in a runbook, each inline under its own name: a look changes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from cockpit.config.models.base import Flag, Part, PlainValue, Promql, Text, Word, wrong

if TYPE_CHECKING:
    from cockpit.config.models.runbook_actions import Doing

LOOKS: Final = ("promql", "run", "flag", "http")
_status: Final = re.compile(r"([1-5][0-9]{2})-([1-5][0-9]{2})")


def _statuses(value: object) -> tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
        return value, value
    found = _status.fullmatch(value) if isinstance(value, str) else None
    if not found or found[1] > found[2]:
        raise wrong("is not an HTTP status", "write a number or a range, as in [200-299, 404]")
    return int(found[1]), int(found[2])


def _json_pointer(value: object) -> str:
    if not isinstance(value, str) or (value and not value.startswith("/")):
        raise wrong("is not a JSON pointer", "begin it with a slash, as in /status/phase")
    return value


StatusRange = Annotated[
    tuple[int, int], PlainValidator(_statuses), WithJsonSchema({"type": ["integer", "string"]})
]
Pointer = Annotated[str, PlainValidator(_json_pointer), WithJsonSchema({"type": "string"})]
Condition = Annotated[str, Field(min_length=1, max_length=4_000)]
Argument = Annotated[str, Field(max_length=20_000)]
CommandLine: TypeAlias = Annotated[
    Annotated[Word, Tag("a text")]
    | Annotated[tuple[Argument, ...], Field(min_length=1), Tag("an argv list")],
    Discriminator(lambda value: "a text" if isinstance(value, str) else "an argv list"),
]


class HttpExpect(Part):
    """What an answer must be to mean that it was done."""

    status: Annotated[tuple[StatusRange, ...], Field(min_length=1)] = ((200, 299),)
    """Numbers and ranges (default `[200-299]`)."""
    json_: Pointer = Field(default="", alias="json")
    """JSON pointer into the answer."""
    equals: PlainValue = None
    """What must stand there."""


class Http(Part):
    """One request."""

    instead_of_text: ClassVar[str] = "write {{method: GET, url: '{}'}}"

    url: Word
    """http or https; values in it are filled in."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """How."""
    headers: dict[Word, Text] = Field(default={})
    """Sent with it; the place for a secret."""
    json_: Any = Field(default=None, alias="json")
    """The body."""
    expect: HttpExpect = HttpExpect()
    """What the answer must be."""

    @model_validator(mode="after")
    def _is_for_the_web(self) -> Http:
        if not self.url.startswith(("http://", "https://", "${")):
            raise wrong("has a url that is none", "begin it with https://", "url")
        return self


class FlagLook(Part):
    """A flag that is read."""

    instead_of_text: ClassVar[str] = "write {{key: {}}}"

    key: Word
    """The flag's key in its store."""
    provider: Text = ""
    """The flag store (default: the only one there is)."""
    env: Text = ""
    """The environment (default: the only one the store has)."""


class Look(Part):
    """Something that is asked and changes nothing: one of promql, run, flag and http."""

    promql: Promql | None = None
    """An instant query with one number for an answer: `value`, `age`."""
    run: CommandLine | None = None
    """A command as a list: `exit_code`, `stdout`."""
    shell: Flag = False
    """`run` is one text for `sh -c`."""
    flag: FlagLook | None = None
    """The stored value of a flag: `value`."""
    http: Http | None = None
    """A request: `status`, `value`."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Look:
        given = one_of(self, self.ways())
        check_command(self, given)
        return self

    def ways(self) -> tuple[str, ...]:
        return LOOKS


class Probe(Look):
    """A look for people; with `success` it must be true to go on."""

    success: Condition | None = None
    """What must hold (default: a command exits 0; of anything else any answer will do)."""


def one_of(part: Part, names: tuple[str, ...]) -> str:
    """The one of `names`, as people write them, that was written; raises unless it is exactly one."""
    fields = {field.alias or name: name for name, field in type(part).model_fields.items()}
    given = [name for name in names if fields[name] in part.model_fields_set]
    choice = f"{', '.join(names[:-1])} or {names[-1]}"
    if not given:
        raise wrong(f"has none of {', '.join(names)}", f"write {choice}")
    if len(given) > 1:
        raise wrong(f"has both {given[0]} and {given[1]}", f"write {choice}, only one of them", given[1])
    return given[0]


def check_command(part: Look | Doing, given: str) -> None:
    """A list without a shell, a text with one, and neither word beside anything else."""
    for word in ("shell", "stdin"):
        if word in part.model_fields_set and given != "run":
            raise wrong(f"{word} stands beside {given}", f"{word} goes with run; remove it", word)
    if given != "run":
        return
    if isinstance(part.run, str) and not part.shell:
        raise wrong("run is a text", "write a list, as in [kubectl, get, pods], or add shell: true", "run")
    if part.shell and not isinstance(part.run, str):
        raise wrong("run is a list, and shell: true wants a text", "remove shell, or write one text", "run")
    if not isinstance(part.run, str) and not (part.run and part.run[0]):
        raise wrong("run names no program", "write the program first, as in [kubectl, get, pods]", "run")
