"""Lint F: flag files as they lie there, and switches that could not do what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cockpit.config.findings import Placed
from cockpit.config.flagd import read_flagd, switch_findings
from cockpit.config.yaml import parse
from cockpit.core.flagd import LONGEST, parse_flagd
from cockpit.core.model import KillSwitch
from cockpit.errors import Finding, Place

SWITCH: dict[str, Any] = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}
FROZEN = "flagd keeps serving the old values of all flags until this is mended"


def told(findings: list[Finding]) -> list[str]:
    return [f"{finding.code} {finding.severity} {finding}" for finding in findings]


def complaints(text: str, flags: dict[str, Any] | None) -> list[str]:
    """About the one switch in `text`, with a flag file that holds `flags`."""
    document, findings = parse(text, "flags.yaml")
    assert document is not None
    assert findings == []
    written: Any = document.value
    switch = KillSwitch(
        written["key"], "files", kill=written.get("kill", True), expires=written.get("expires")
    )
    read = None if flags is None else parse_flagd(json.dumps({"flags": flags}))
    return told(switch_findings(switch, Placed(switch, document, ()), read))


def refused(path: Path) -> Finding:
    flags, (only,) = read_flagd(path, "flags/shop.flagd.json")
    assert flags is None
    assert (only.code, only.severity) == ("F02", "error")
    return only


def test_a_good_file_has_flags_and_no_findings(tmp_path: Path) -> None:
    file = tmp_path / "shop.flagd.json"
    file.write_text(json.dumps({"flags": {"pay-async": SWITCH}}))
    flags, findings = read_flagd(file)
    assert flags is not None
    assert (list(flags), findings) == (["pay-async"], [])


def test_f02_points_into_the_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.flagd.json"
    file.write_text('{"flags": {\n  "a": tru}}')
    assert refused(file) == Finding(
        "F02", Place("flags/shop.flagd.json", 2, 8), "is not JSON: Expecting value", FROZEN
    )
    file.write_text(json.dumps({"flags": {"pay\x1b[31m": {**SWITCH, "state": "on"}}}))
    message = "flag 'pay' has no \"state\" that is ENABLED or DISABLED"
    assert refused(file) == Finding("F02", Place("flags/shop.flagd.json"), message, FROZEN)


def test_f02_is_a_finding_for_whatever_lies_there(tmp_path: Path) -> None:
    file = tmp_path / "shop.flagd.json"
    assert str(refused(file)) == (
        "flags/shop.flagd.json: the flag file does not exist or is not a file. Create it, or mend the path"
    )
    assert "does not exist or is not a file" in refused(tmp_path).message
    file.write_bytes(b'{"flags": "\xff"}')
    assert refused(file).message == "the flag file is not UTF-8"
    # The cut comes in the middle of a character.
    file.write_bytes(b'"' + "é".encode() * (LONGEST // 2) + b'"')
    assert refused(file).message == "the flag file is larger than 8 MiB"
    file.unlink()
    file.symlink_to(file)
    assert refused(file).message.startswith("the flag file")


@pytest.mark.parametrize(
    ("text", "flags", "expected"),
    [
        ("{key: a, kill: true, expires: 1}", {"a": SWITCH}, []),
        (
            "{key: a, kill: paused, expires: 1}",
            {"a": SWITCH},
            [
                "F01 error flags.yaml:1:16: flag 'a' has no variant with the kill value \"paused\"."
                " Its variants are on: true and off: false"
            ],
        ),
        (
            "{key: a, kill: 1, expires: 1}",
            {"a": SWITCH},
            [
                "F01 error flags.yaml:1:16: flag 'a' has no variant with the kill value 1."
                " Its variants are on: true and off: false"
            ],
        ),
        (
            "{key: pay-asinc, expires: 1}",
            {"pay-async": SWITCH},
            [
                "F03 error flags.yaml:1:7: flag 'pay-asinc' is not in its provider 'files'."
                " Did you mean 'pay-async'?"
            ],
        ),
        (
            "{key: a, expires: 1}",
            {"a": {**SWITCH, "targeting": {"if": [True, "off"]}}},
            [
                "F04 warning flags.yaml:1:7: flag 'a' has targeting rules, and a match beats the kill."
                " A kill parks them; know that they are there"
            ],
        ),
        (
            "{key: a}",
            {"a": SWITCH},
            [
                "F05 warning flags.yaml:1:7: kill switch 'a' never expires."
                " Say when somebody must look again, as in expires: 4h"
            ],
        ),
        # Of a file that cannot be read F02 tells; nothing is guessed.
        ("{key: b, expires: 1}", None, []),
    ],
)
def test_a_switch_that_could_not_do_what_it_says_is_told(
    text: str, flags: dict[str, Any] | None, expected: list[str]
) -> None:
    assert complaints(text, flags) == expected


def test_everything_wrong_with_a_switch_is_told_at_once() -> None:
    flags = {"a": {**SWITCH, "variants": {"off": False}, "targeting": {"if": []}}}
    assert [line.split()[0] for line in complaints("{key: a}", flags)] == ["F01", "F04", "F05"]
