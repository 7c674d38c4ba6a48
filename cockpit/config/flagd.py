"""Flag files held against the switches that rely on them: lint F."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cockpit.config.findings import Names, Placed, finding, short
from cockpit.core.flagd import LONGEST, FlagdError, FlagdFlag, parse_flagd
from cockpit.core.model import KillSwitch
from cockpit.errors import Finding, Place
from cockpit.text import clean, join_names


def read_flagd(path: Path, shown: str | None = None) -> tuple[dict[str, FlagdFlag] | None, list[Finding]]:
    """The flags of a file, or None and what is wrong with it (F02). Never raises for a bad file."""
    name = shown or str(path)
    try:
        if not path.is_file():
            return None, [_unusable(name, "does not exist or is not a file", "create it, or mend the path")]
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            return None, [_unusable(name, f"is larger than {LONGEST // 1024 // 1024} MiB", "split it")]
        return parse_flagd(data.decode()), []
    except OSError as error:
        return None, [_unusable(name, f"cannot be read: {error.strerror}", "mend its permissions")]
    except UnicodeDecodeError:
        return None, [_unusable(name, "is not UTF-8", "save it as UTF-8")]
    except FlagdError as error:
        about = f"flag '{short(error.flag)}' {error.message}" if error.flag else error.message
        hint = "flagd keeps serving the old values of all flags until this is mended"
        return None, [finding("F02", Place(name, error.line, error.column), clean(about), hint)]


def switch_findings(
    switch: KillSwitch, place: Placed[Any], flags: Mapping[str, FlagdFlag] | None
) -> list[Finding]:
    """What keeps `switch` from doing what it says; without readable flags only its expiry is looked at."""
    found = [] if flags is None else list(_flag_findings(switch, place, flags))
    if switch.expires is None:
        message = f"kill switch '{short(switch.key)}' never expires"
        hint = "say when somebody must look again, as in expires: 4h"
        found.append(finding("F05", place.at("key"), message, hint))
    return found


def _flag_findings(
    switch: KillSwitch, place: Placed[Any], flags: Mapping[str, FlagdFlag]
) -> Iterator[Finding]:
    flag = flags.get(switch.key)
    named = f"flag '{short(switch.key)}'"
    if flag is None:
        message = f"{named} is not in its provider '{short(switch.provider)}'"
        yield finding("F03", place.at("key"), message, Names("flag", flags).hint(switch.key))
        return
    if flag.variant_with(switch.kill) is None:
        message = f"{named} has no variant with the kill value {_as_json(switch.kill)}"
        yield finding("F01", place.at("kill"), message, f"its variants are {_shown(flag)}")
    if flag.has_targeting:
        message = f"{named} has targeting rules, and a match beats the kill"
        yield finding("F04", place.at("key"), message, "a kill parks them; know that they are there")


def _shown(flag: FlagdFlag) -> str:
    return join_names([f"{short(name)}: {_as_json(value)}" for name, value in flag.variants.items()], 4)


def _as_json(value: object) -> str:
    return short(json.dumps(value, ensure_ascii=False))


def _unusable(name: str, what: str, hint: str) -> Finding:
    return finding("F02", Place(name), f"the flag file {what}", hint)
