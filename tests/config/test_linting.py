"""What `lint` looks at: folders as a whole, files of any kind alone, a scenario with its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import lint, shop
from cockpit.errors import UsageError
from tests.config.files import SHOP, TEAM, UNREHEARSED, write

SCENARIO = """\
apiVersion: cockpit/v1
kind: Scenario
metadata: {id: fire}
length: 10m
signals: {api.errors: [{at: 1m, step_to: 1}]}
expect: [{what: detected, service: api, within: 2m}]
"""
RUNBOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: r, owner: ops, target: prod}
steps: [{title: Restart, run: [systemctl, restart, api]}]
"""
API = "services: [{name: api, owner: ops, signals: [{use: otel-http}]}]\n"


def codes(*paths: Path) -> list[tuple[str, str]]:
    return [(each.at.file.rpartition("/")[2], each.code) for each in lint(paths, environ={})]


def test_what_ships_has_nothing_to_complain_about_but_measures() -> None:
    assert {code for _, code in codes(shop(), shop().parent / "runbooks")} <= {"C15"} | UNREHEARSED


def test_several_folders_and_files_at_once_and_each_complaint_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/c.yaml": SHOP + "x: 1\n", "b/c.yaml": SHOP + "y: 1\n"})
    assert codes(tmp_path / "b", tmp_path / "a", tmp_path / "a/c.yaml") == [
        ("c.yaml", "C01"),
        ("c.yaml", "C01"),
    ]


def test_a_scenario_is_held_against_the_configuration_it_belongs_to(tmp_path: Path) -> None:
    files = {"c.yaml": SHOP + TEAM + API + "z: 1\n", "scenarios/fire.yaml": SCENARIO}
    fire = write(tmp_path, files) / "scenarios/fire.yaml"
    assert codes(fire) == []
    write(
        tmp_path, {"c.yaml": SHOP + TEAM + API, "scenarios/fire.yaml": SCENARIO.replace("api.err", "apo.err")}
    )
    assert codes(fire) == [("fire.yaml", "S01")]
    assert codes(tmp_path) == [("fire.yaml", "S01")]


def test_a_scenario_that_belongs_nowhere_names_nobody_unknown(tmp_path: Path) -> None:
    write(tmp_path, {"fire.yaml": SCENARIO})
    assert codes(tmp_path / "fire.yaml") == []


def test_with_mistakes_in_the_configuration_a_scenario_is_only_read(tmp_path: Path) -> None:
    files = {"c.yaml": SHOP + TEAM + "servces: []\n", "scenarios/fire.yaml": SCENARIO + "lenght: 1m\n"}
    assert codes(write(tmp_path, files)) == [("c.yaml", "C01"), ("fire.yaml", "C01")]


def test_a_folder_of_runbooks_or_presets_by_itself(tmp_path: Path) -> None:
    runbook = "apiVersion: cockpit/v1\nkind: Runbook\nmetadata: {id: r}\nsteps: [{token: hunter2}]\n"
    preset = "apiVersion: cockpit/v1\nkind: Preset\nmetadata: {name: p}\nsignals: [{name: e}]\n"
    folder = write(tmp_path, {"runbooks/r.yaml": runbook, "presets/p.yaml": preset})
    assert codes(folder / "runbooks", folder / "presets") == [
        ("r.yaml", "R15"),
        ("r.yaml", "C04"),
        ("r.yaml", "C01"),
        ("r.yaml", "C18"),
        ("p.yaml", "C04"),
        ("p.yaml", "C04"),
    ]


def test_a_runbook_alone_is_held_against_itself_only(tmp_path: Path) -> None:
    assert codes(write(tmp_path, {"r.yaml": RUNBOOK}) / "r.yaml") == [("r.yaml", "R02"), ("r.yaml", "R04")]


def test_a_runbook_is_held_against_the_configuration_it_belongs_to(tmp_path: Path) -> None:
    write(tmp_path, {"config/c.yaml": SHOP + TEAM + "z: 1\n", "runbooks/r.yaml": RUNBOOK})
    known = [("r.yaml", "R19"), ("r.yaml", "R02"), ("r.yaml", "R04")]
    assert codes(tmp_path / "runbooks/r.yaml") == known
    assert codes(tmp_path / "runbooks") == known
    assert codes(tmp_path / "config") == [("c.yaml", "C01"), *known]


def test_an_unreadable_runbook_makes_no_other_name_unknown(tmp_path: Path) -> None:
    config = SHOP + TEAM + "services: [{name: a, owner: ops, runbooks: [gone]}]\n"
    files = {"c.yaml": config, "runbooks/r.yaml": "kind: Runbook\n*a\n"}
    assert codes(write(tmp_path, files)) == [("r.yaml", "C20")]


def test_without_paths_the_configuration_that_would_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="no configuration found"):
        lint([], environ={})
    write(tmp_path, {"config/cockpit.yaml": SHOP + "x: 1\n"})
    assert [str(each.at) for each in lint([], environ={})] == ["config/cockpit.yaml:4:1"]
