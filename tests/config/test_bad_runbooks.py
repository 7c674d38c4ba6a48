"""Bad runbooks: each is refused whole with code, file, line, column, message and hint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from cockpit.config import lint, load
from cockpit.config.codes import CODES
from cockpit.errors import ConfigError
from tests.config.files import UNREHEARSED

BASE = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: r, title: Mend it, owner: ops, target: prod, services: [api]}
"""
CONFIGURATION = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: shop}
teams: [{name: ops, oncall: {chat: '#ops'}}]
targets: [{name: prod, protected: true}, {name: staging, sandbox: true}]
flags: [{name: files, provider: flagd-file, path: flags.json}]
services: [{name: api, owner: ops, signals: [{use: otel-http}]}]
"""
FLAGS = """\
{"flags": {"search-off":
  {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"}}}
"""
OTHER = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: other, title: Another, owner: ops}
steps: [{title: Look, manual: {instructions: Look at it}}]
"""


class Case(NamedTuple):
    title: str
    text: str
    complaints: list[str]

    def __str__(self) -> str:
        return self.title.replace(" ", "-")


def cases() -> list[Case]:
    written = (Path(__file__).parent / "bad_runbooks.txt").read_text()
    _, *parts = re.split(r"^### ", written, flags=re.MULTILINE)
    return [case(part) for part in parts]


def case(part: str) -> Case:
    title, _, rest = part.partition("\n")
    complaints = [line.removeprefix("=> ") for line in rest.splitlines() if line.startswith("=> ")]
    text = "".join(line + "\n" for line in rest.rstrip().splitlines() if not line.startswith("=> "))
    whole = title.endswith(" (whole)")
    return Case(title.removesuffix(" (whole)"), text if whole else BASE + text, complaints)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/cockpit.yaml").write_text(CONFIGURATION)
    (tmp_path / "shop/flags.json").write_text(FLAGS)
    (tmp_path / "runbooks/other.yaml").write_text(OTHER)
    return Path("runbooks/r.yaml")


@pytest.mark.parametrize("bad", cases(), ids=str)
def test_a_bad_runbook_is_told_what_is_wrong_where_and_what_to_write(bad: Case, shop: Path) -> None:
    shop.write_text(bad.text)
    assert said() == bad.complaints


@pytest.mark.parametrize("bad", cases(), ids=str)
def test_a_runbook_with_errors_is_refused_whole(bad: Case, shop: Path) -> None:
    shop.write_text(bad.text)
    found = lint([Path("shop")], environ={})
    if any(each.severity == "error" for each in found):
        with pytest.raises(ConfigError) as raised:
            load(Path("shop"), environ={})
        assert list(raised.value.findings) == found
    else:
        assert sorted(load(Path("shop"), environ={}).model.books) == ["other", "r"]


def said() -> list[str]:
    """Of what was only just written nobody expects that it was rehearsed: see test_rehearsed.py."""
    found = [each for each in lint([Path("shop")], environ={}) if each.code not in UNREHEARSED]
    return [f"{each.code} {each}".replace("runbooks/", "") for each in found]


def test_every_complaint_has_a_hint_and_no_secret() -> None:
    told = [complaint for bad in cases() for complaint in bad.complaints]
    assert len(cases()) > 70
    assert [each for each in told if "hunter2" in each] == []
    assert [each for each in told if not re.fullmatch(r"[CR]\d\d \S+:\d+:\d+: .+\. .+", each)] == []


def test_every_code_about_runbooks_is_shown() -> None:
    shown = {complaint[:3] for bad in cases() for complaint in bad.complaints}
    live = {"R17", "R18", "R24"}
    assert {code for code in CODES if code.startswith("R")} - live - UNREHEARSED <= shown
