"""Changing one flag in the text of a flagd file; every other character of it stays as it is.

A kill sets `defaultVariant` and parks `targeting` as `{}`, for a match would beat the default variant; what
stood there is kept as text, so that it can be put back to the letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cockpit.core.flagd import FlagdError, FlagdFlag, parse_flagd
from cockpit.core.json import canonical
from cockpit.core.model import Scalar

PARKED: Final = "{}"
"""Targeting that decides nothing, for flagd and for the OpenFeature providers alike."""
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object with its value, by their places in the text."""

    name: str
    start: int
    """Of the key's quotation mark."""
    value: int
    end: int


def flag_text(text: str, key: str) -> str | None:
    """A flag as it is written, for `with_flag_text` later; None: there is no such flag.

    `text` is one that `parse_flagd` takes.
    """
    found = _flag(text, key)
    return None if found is None else text[found.value : found.end]


def with_flag_text(text: str, key: str, flag: str) -> str:
    """The file with the whole of a flag that is in it written as `flag`."""
    found = _flag(text, key)
    assert found is not None
    return text[: found.value] + flag + text[found.end :]


def with_value(text: str, key: str, want: Scalar) -> str:
    """The file after the flag `key`, which is in it, was set to `want` for everybody.

    Raises FlagdError when no variant has this value.
    """
    flag = parse_flagd(text)[key]
    variant = flag.variant_with(want)
    if variant is None:
        raise FlagdError(f"has no variant with the value {json.dumps(want, ensure_ascii=False)}", key)
    written = flag_text(text, key)
    assert written is not None
    new = with_flag_text(text, key, _set(written, flag, variant))
    if not is_set(parse_flagd(new)[key], want):
        raise FlagdError("is written in a way that cannot be edited", key)
    return new


def is_set(flag: FlagdFlag, want: Scalar) -> bool:
    """Whether everybody gets `want`: nothing else can decide."""
    return flag.enabled and not flag.has_targeting and same(flag.value, want)


def same(one: Scalar, other: Scalar) -> bool:
    """Equal as flags are: `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def is_one_step_from(before: str, now: str) -> bool:
    """Whether the flag `now` is what setting `before` to some value of its makes, and nothing else."""
    default = json.loads(now).get("defaultVariant")
    flags = parse_flagd(f'{{"flags":{{"x":{before}}}}}')
    if default not in flags["x"].variants:
        return False
    return canonical(json.loads(_set(before, flags["x"], default))) == canonical(json.loads(now))


def _set(written: str, flag: FlagdFlag, variant: str) -> str:
    """The flag as written, with another default variant, and nothing that could defeat it."""
    changes = {"defaultVariant": json.dumps(variant)}
    if not flag.enabled:
        # Disabled is not off: clients would go on with the default in their code.
        changes["state"] = '"ENABLED"'
    if flag.has_targeting:
        changes["targeting"] = PARKED
    members = {member.name: member for member in _members(written, 0)}
    # From the end, so that places further ahead stay where they are.
    for name in sorted(changes, key=lambda name: members.get(name, members["variants"]).start, reverse=True):
        member = members.get(name)
        if member is None:
            written = _inserted(written, members["variants"], name, changes[name])
        else:
            written = written[: member.value] + changes[name] + written[member.end :]
    return written


def _inserted(written: str, before: Member, name: str, value: str) -> str:
    """A new member ahead of `before`, spaced as that one is."""
    ahead = written[: before.start]
    lead = ahead[len(ahead.rstrip(" \t\r\n")) :]
    return f'{ahead}"{name}": {value},{lead}{written[before.start :]}'


def _flag(text: str, key: str) -> Member | None:
    flags = _last(text, _skip(text, 0), "flags")
    return None if flags is None else _last(text, flags.value, key)


def _last(text: str, at: int, name: str) -> Member | None:
    """Of a key that stands twice the last one counts."""
    found = None
    for member in _members(text, at):
        if member.name == name:
            found = member
    return found


def _members(text: str, at: int) -> Iterator[Member]:
    """Of the object that begins at `at`; the text is known to be JSON."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        if text[at] == ",":
            at = _skip(text, at + 1)
        name, after = _decoded(text, at)
        value = _skip(text, _skip(text, after) + 1)
        end = _decoded(text, value)[1]
        yield Member(str(name), at, value, end)
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    assert blank is not None
    return blank.end()


def _decoded(text: str, at: int) -> tuple[object, int]:
    """The value that begins at `at`, and where it ends."""
    decoded: tuple[object, int] = _DECODER.raw_decode(text, at)
    return decoded
