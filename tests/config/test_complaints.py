"""Bad files: each is refused with code, file, line, column, message and hint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from cockpit.config import lint, load
from cockpit.config.codes import CODES, SEVERITY
from cockpit.errors import ConfigError

BASE = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: shop}
teams: [{name: ops, oncall: {chat: '#ops'}}]
"""


class Case(NamedTuple):
    title: str
    text: str
    complaints: list[str]

    def __str__(self) -> str:
        return self.title.replace(" ", "-")


def cases() -> list[Case]:
    _, *parts = re.split(r"^### ", (Path(__file__).parent / "complaints.txt").read_text(), flags=re.MULTILINE)
    return [case(part) for part in parts]


def case(part: str) -> Case:
    title, _, rest = part.partition("\n")
    complaints = [line.removeprefix("=> ") for line in rest.splitlines() if line.startswith("=> ")]
    text = "".join(line + "\n" for line in rest.rstrip().splitlines() if not line.startswith("=> "))
    return Case(
        title.removesuffix(" (whole)"), text if title.endswith(" (whole)") else BASE + text, complaints
    )


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("shop.yaml")


@pytest.mark.parametrize("bad", cases(), ids=str)
def test_a_bad_file_is_told_what_is_wrong_where_and_what_to_write(bad: Case, shop: Path) -> None:
    shop.write_text(bad.text)
    assert [f"{finding.code} {finding}" for finding in lint([shop], environ={})] == bad.complaints


@pytest.mark.parametrize("bad", cases(), ids=str)
def test_a_file_with_errors_is_not_loaded_and_one_with_warnings_is(bad: Case, shop: Path) -> None:
    shop.write_text(bad.text)
    wrong = any(SEVERITY[complaint[:3]] == "error" for complaint in bad.complaints)
    if not wrong:
        assert [finding.severity for finding in load(shop, environ={}).findings] == ["warning"]
        return
    with pytest.raises(ConfigError) as raised:
        load(shop, environ={})
    assert [f"{finding.code} {finding}" for finding in raised.value.findings] == bad.complaints


def test_every_complaint_has_a_hint_and_no_secret() -> None:
    said = [complaint for bad in cases() for complaint in bad.complaints]
    assert len(said) > 100
    assert [each for each in said if "hunter2" in each] == []
    assert [each for each in said if not re.fullmatch(r"[CF]\d\d \S+: .+\. .+", each)] == []


def test_every_code_about_files_is_shown_here_or_in_its_own_test() -> None:
    shown = {complaint[:3] for bad in cases() for complaint in bad.complaints}
    switches = {"C16", "F01", "F02", "F03", "F04", "F05"}
    scenarios = {code for code in CODES if code.startswith("S")}
    runbooks = {code for code in CODES if code.startswith("R")}
    assert set(CODES) - shown == {"C19"} | switches - shown | scenarios | runbooks  # C19 needs a server
