"""`cockpit drill` as people and CI run it: what it exits with, says and writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cockpit.cli.drill import Wanted, drill
from cockpit.cli.drill_result import add_evidence
from cockpit.cli.files import put
from cockpit.cli.main import run
from cockpit.cli.settings import Settings
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.evidence_line import NAMES, line, parsed
from cockpit.errors import UsageError
from tests.cli.changing import changing

ROOT = Path(__file__).parents[2]
CONFIG = ("--config", str(ROOT / "config"))
PASSED, FAILED, WRONG, REFUSED = 0, 1, 64, 2


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where journals go in here."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "cockpit"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run([*arguments])
    out, err = capsys.readouterr()
    return code, out, err


def drilled(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out, err = told(capsys, "drill", *arguments, "--headless", "--json", *CONFIG)
    assert err == ""
    return code, json.loads(out)


def test_good_answers_pass_and_everything_is_told_and_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, state: Path
) -> None:
    evidence, junit = tmp_path / "e.ndjson", tmp_path / "j.xml"
    evidence.write_text("")
    files = ("--evidence", str(evidence), "--junit", str(junit))
    code, out, err = told(capsys, "drill", "bad-release", "--headless", *files, *CONFIG)
    assert (code, err) == (PASSED, "")
    assert out.startswith("DRILL bad-release: passed\n")
    assert "  ok      checkout-api detected within 1 min 30 s: after 30 s\n" in out
    assert "checkout-rollback: completed" in out
    lines = [json.loads(line) for line in evidence.read_text().splitlines()]
    assert all(tuple(each) == NAMES for each in lines)
    assert {(one.runbook, one.part, one.mode, one.scenario, one.result) for one in map(parsed, lines)} == {
        ("checkout-rollback", "undo", "simulated", "bad-release", "succeeded"),
        ("checkout-rollback", "freeze", "simulated", "bad-release", "succeeded"),
    }
    suite = ElementTree.parse(junit).getroot()
    assert suite.get("failures") == "0"
    assert len(list(suite.iter("testcase"))) == int(suite.get("tests") or 0) > 3
    assert sorted(each.name for each in state.iterdir()) == ["shop@drill"], "the live record is left alone"

    code, out, _ = told(capsys, "runs", "--mode", "drill", *CONFIG)
    assert code == 0
    assert out.startswith("R-1  ")
    assert "checkout-rollback" in out
    assert told(capsys, "runs", *CONFIG)[1] == "no runs yet\n"


def test_wrong_answers_fail_and_say_where_it_went_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    junit = tmp_path / "j.xml"
    code, document = drilled(capsys, "bad-release", "--answers", "wrong", "--junit", str(junit))
    assert (code, document["passed"]) == (FAILED, False)
    assert {"kind": "runbook", "what": "search-restart"}.items() <= document["wrong_turns"][0].items()
    failed = [each for each in document["expect"] if not each["passed"]]
    assert failed
    assert all(each["why"] for each in failed)
    cases = ElementTree.parse(junit).getroot()
    assert len(list(cases.iter("failure"))) == len(failed)


def test_the_same_drill_twice_is_the_same_document_and_another_is_held_against_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, again = drilled(capsys, "bad-release"), drilled(capsys, "bad-release")
    assert first == again
    assert first[1]["earlier"] == []
    _, worse = drilled(capsys, "bad-release", "--answers", "wrong")
    assert worse["earlier"] == [{"passed": True, "times": first[1]["times"]}]


def test_answers_come_from_a_file_as_well_and_silence_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("- {at: 5m, run: checkout-rollback}\n")
    code, document = drilled(capsys, "bad-release", "--answers", str(file))
    assert (code, document["answers"]) == (FAILED, "mine.yaml")
    run_ = document["runs"][0]
    assert (run_["runbook"], run_["state"]) == ("checkout-rollback", "running"), "it waits for a word"
    assert document["times"]["first_action"] is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- {at: 5m, run: checkout-rolback}\n", "runbook 'checkout-rolback' is not defined"),
        ("- {at: 5m}\n", "mine.yaml:1:3: an entry of 'answers' has neither run"),
        ("- {at: 5m, run: a, flip: b}\n", "both"),
        ("answers: [{at: 5m, run: checkout-rollback, answers: {und: y}}]\n", "step 'und' is not defined"),
        ("- {at: 5m, shout: loud}\n", "shout"),
    ],
)
def test_a_wrong_file_of_answers_is_told_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    code, out, err = told(capsys, "drill", "bad-release", "--headless", "--answers", str(file), *CONFIG)
    assert (code, out) == (WRONG, "")
    assert complaint in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--headless",), "nothing was named that could be rehearsed. Name a scenario, or --runbook ID"),
        (("bad-relase", "--headless"), "there is no scenario 'bad-relase'"),
        (("--runbook", "nope", "--headless"), "there is no runbook 'nope'"),
        (("bad-release", "--headless", "--answers", "best"), "there are no answers 'best' in bad-release"),
        (("bad-release", "--junit", "x.xml"), "--junit is for a drill without a screen. Add --headless"),
        (("bad-release",), "the screen needs a terminal. --headless plays it without one"),
        (("bad-release", "--headless", "--speed", "0"), "--speed must be above 0"),
        (("bad-release", "--headless", "--inject", "undo=burn"), "'undo=burn' cannot be injected"),
        (("bad-release", "--headless", "--inject", "unod=hang"), "there is no step 'unod'"),
        (("bad-release", "--headless", "--inject", "freeze=hang"), "nothing is done at step 'freeze'"),
        (("bad-release", "--headless", "--param", "a=b"), "--param belongs to a runbook"),
        (("--runbook", "sync-pause", "--headless", "--param", "a"), "is no parameter"),
        (("bad-release", "--headless", "--target", "prod-eu"), "the target 'prod-eu' is protected"),
        (("bad-release", "--headless", "--target", "nowhere"), "there is no target 'nowhere'"),
        (("bad-release", "--headless", "--target", "staging", "--inject", "undo=hang"), "on a sandbox"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], state: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    code, out, err = told(capsys, "drill", *arguments, *CONFIG)
    assert (code, out) == (WRONG, "")
    assert complaint in err
    assert err.count("\n") == 1
    assert not state.exists()


def test_where_nothing_is_configured_the_shop_that_ships_is_rehearsed_and_that_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("COCKPIT_CONFIG", raising=False)
    code, out, err = told(capsys, "drill", "--runbook", "checkout-rollback", "--headless")
    assert (code, out.split("\n")[0]) == (PASSED, "DRILL runbook:checkout-rollback: passed")
    assert err == "cockpit: no configuration found; this is the shop of `cockpit demo`\n"
    code, out, err = told(capsys, "drill", "bad-release", "--headless", "--config", "nowhere")
    assert (code, out) == (WRONG, "")
    assert err.startswith("nowhere: ")


def test_a_runbook_alone_is_told_part_by_part(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    junit = tmp_path / "j.xml"
    code, document = drilled(capsys, "--runbook", "orders-db-failover", "--junit", str(junit))
    assert (code, document["passed"], document["runbook"]) == (PASSED, True, "orders-db-failover")
    told_ = {each["part"]: each["outcome"] for each in document["expect"]}
    assert told_["choose=Promote the standby"] == told_["promote"] == told_["wait-for-it"] == "passed"
    names = [case.get("name") for case in ElementTree.parse(junit).getroot().iter("testcase")]
    assert names == list(told_)


def test_an_injected_failure_fails_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = drilled(capsys, "--runbook", "search-restart", "--inject", "restart=failure")
    assert (code, document["injected"]) == (FAILED, ["restart=failure"])
    parts = {each["part"]: each for each in document["expect"]}
    assert (parts["restart"]["outcome"], parts["restart"]["why"]) == ("failed", "it ended with 1")


def test_a_runbook_can_be_tried_on_an_incident(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = drilled(capsys, "bad-release", "--runbook", "checkout-rollback")
    assert document["answers"] == "runbook checkout-rollback"
    assert document["runs"][0]["forward"].startswith("completed")
    assert code == FAILED, "nobody declared an incident"


def test_evidence_is_added_behind_whole_lines_of_evidence_and_to_nothing_else(tmp_path: Path) -> None:
    one = Evidence("book", "step", "d1", 100.0, "mara", "simulated")
    file, other, fifo = tmp_path / "e.ndjson", tmp_path / "notes.txt", tmp_path / "fifo"
    file.write_text("{}")
    add_evidence(file, [one])
    assert [json.loads(each) for each in file.read_text().splitlines()] == [{}, line(one)]
    other.write_text("precious")
    os.mkfifo(fifo)
    (tmp_path / "link").symlink_to(file)
    said = []
    for path in (other, fifo, Path("/dev/null"), tmp_path / "link"):
        with pytest.raises(UsageError) as refused:
            add_evidence(path, [one])
        said.append(str(refused.value).rpartition("cannot be written: ")[2])
    assert said == [
        "it holds something else than evidence. Name another file",
        "it is no file. Name another file",
        "it is no file. Name another file",
        "Too many levels of symbolic links. Name another file",
    ]
    assert (other.read_text(), len(file.read_text().splitlines())) == ("precious", 2)


def test_no_name_is_no_file() -> None:
    with pytest.raises(UsageError, match="is no name of a file"):
        put(Path(), "x", force=True)


def test_a_file_that_cannot_be_written_is_said_after_everything_else(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = ("--evidence", str(tmp_path / "nowhere" / "deeper" / "e.ndjson"))
    code, out, err = told(capsys, "drill", "--runbook", "search-restart", "--headless", *wrong, *CONFIG)
    assert code == WRONG
    assert "DRILL runbook:search-restart: passed" in out
    assert "cannot be written" in err


def test_a_drill_that_cannot_be_kept_counts_all_the_same(
    capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    state.mkdir(parents=True, mode=0o700)
    (state / "shop@drill").write_text("something else lies here")
    code, out, err = told(capsys, "drill", "--runbook", "search-restart", "--headless", *CONFIG)
    assert code == PASSED
    assert "passed" in out
    assert err.startswith("cockpit: this drill is not kept: ")


# With real commands


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    monkeypatch.chdir(changing(folder))
    return folder


def sandboxed(here: Path) -> None:
    config = here / "config" / "cockpit.yaml"
    config.write_text(config.read_text().replace("name: here,", "name: here, sandbox: true,"))


def test_on_a_target_that_is_no_sandbox_nothing_begins_and_nothing_is_on_record(
    here: Path, capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    code, out, err = told(capsys, "drill", "--runbook", "change", "--headless", "--target", "here")
    assert (code, out) == (WRONG, "")
    assert "the target 'here' is not marked as a sandbox, so nothing is begun" in err
    assert not (here / "config" / "effects").exists()
    assert not state.exists()


def test_a_step_with_a_target_of_its_own_is_looked_at_too(
    here: Path, capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    sandboxed(here)
    config, book = here / "config" / "cockpit.yaml", here / "config" / "runbooks" / "change.yaml"
    config.write_text(config.read_text().replace("targets: [", "targets: [{name: prod, protected: true}, "))
    book.write_text(
        book.read_text().replace("    title: Write another\n", "    title: Other\n    target: prod\n")
    )
    code, _, err = told(capsys, "drill", "--runbook", "change", "--headless", "--target", "here")
    assert code == WRONG
    assert "step 'second' of change acts on its own target: the target 'prod' is protected" in err
    assert not (here / "config" / "effects").exists()
    assert not state.exists()


def test_read_only_starts_no_command_on_a_sandbox(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sandboxed(here)
    code, _, err = told(
        capsys, "--readonly", "drill", "--runbook", "change", "--headless", "--target", "here"
    )
    assert code == REFUSED
    assert "read-only" in err
    assert not (here / "config" / "effects").exists()


@pytest.mark.timeout(300)
def test_on_a_sandbox_the_commands_are_real_and_prove_it(
    here: Path, capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    sandboxed(here)
    evidence = here / "e.ndjson"
    words = ("--runbook", "change", "--headless", "--json", "--target", "here", "--evidence", str(evidence))
    code, out, _ = told(capsys, "drill", *words)
    document = json.loads(out)
    assert (code, document["mode"], document["target"]) == (PASSED, "sandbox", "here")
    assert (here / "config" / "effects").read_text().split() == [
        "value=new",
        "other=new",
        "other=old",
        "value=old",
    ]
    found = [parsed(json.loads(line)) for line in evidence.read_text().splitlines()]
    assert {(each.part, each.mode, each.proves) for each in found} == {
        (part, "sandbox", True) for part in ("write", "second", "undo:write", "undo:second")
    }
    assert sorted(each.name for each in state.iterdir()) == ["small@drill"]
    _, out, _ = told(capsys, "runs", "--mode", "drill", "--json")
    assert [(each["run"], each["mode"]) for each in json.loads(out)["runs"]] == [("R-1", "drill")]


@pytest.mark.timeout(300)
def test_an_undo_that_takes_nothing_back_fails_on_a_sandbox_and_nothing_is_begun_after_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sandboxed(here)
    book = here / "config" / "runbooks" / "change.yaml"
    head, _, _ = book.read_text().partition("  - id: second")
    check = "verify: {run: [./get, value], success: stdout == captures.was, interval: 1s, within: 1s}"
    broken = f"    rollback:\n      run: [./set, value, new]\n      {check}\n"
    branch = "  - id: which\n    decide: {options: [{label: one}, {label: two}]}\n"
    book.write_text(head.replace('    rollback: {run: [./set, value, "${captures.was}"]}\n', broken) + branch)
    code, out, _ = told(capsys, "drill", "--runbook", "change", "--headless", "--json", "--target", "here")
    document = json.loads(out)
    assert (code, document["passes"]) == (FAILED, 1)
    assert {each["part"]: (each["outcome"], each["why"]) for each in document["expect"]} == {
        "write": ("passed", ""),
        "undo:write": ("failed", "the undo ran, and the check does not see that it is undone"),
        "which": ("passed", ""),
        "which=one": ("passed", ""),
        "which=two": (
            "failed",
            "it was never reached: what was to be taken back was not, so nothing more was begun",
        ),
    }


def test_who_interrupts_a_drill_on_a_sandbox_is_told_what_may_go_on(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    sandboxed(here)
    monkeypatch.setattr("cockpit.cli.drill._walk", interrupted)
    for target in ("here", ""):
        with pytest.raises(KeyboardInterrupt):
            drill(Settings(config=here / "config"), Wanted(runbook="change", headless=True, target=target))
    assert capsys.readouterr().err == (
        "cockpit: stopped: what has begun on here may go on there, and nothing is taken back; "
        "`cockpit runs --mode drill`\n"
    )
