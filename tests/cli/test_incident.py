"""An incident from the command line: declared, lived through, called over, and nothing said twice or lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .running import cockpit, environment, small

# Nobody listens there: what is measured is unknown, and everything else works.
NOWHERE = "prometheus: [{name: eu, url: 'http://127.0.0.1:9'}]\n"
DEBT = {"title": "drain the queue", "owner": "web"}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    config = small(tmp_path) / "cockpit.yaml"
    config.write_text(config.read_text() + NOWHERE)
    return tmp_path


def go(here: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return cockpit(*arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))


def said(here: Path, *arguments: object, code: int = 0) -> str:
    done = go(here, "incident", *arguments)
    assert "Traceback" not in done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr or done.stdout


def shown(here: Path, *arguments: object) -> dict[str, Any]:
    return dict(json.loads(said(here, "show", "--json", *arguments)))


def kinds(here: Path) -> list[str]:
    lines = go(here, "journal", "export").stdout.splitlines()
    return [json.loads(line)["kind"] for line in lines if '"kind"' in line]


def test_from_declaration_to_reopening(here: Path) -> None:
    assert said(here, "declare", "Orders fail", "--severity", "sev2") == "INC-1 declared, SEV2: Orders fail\n"
    said(here, "role", "incident-commander")
    said(here, "note", "--hypothesis", "the disk")
    said(here, "note", "--ruled-out", "1", "the disk is fine")
    said(here, "note", "--decision", "we fail over")
    said(here, "severity", "SEV1", "--reason", "customers cannot buy")
    found = shown(here)
    assert (found["id"], found["severity"], found["state"]) == ("INC-1", "SEV1", "open")
    assert [(each["text"], each["verdict"]) for each in found["hypotheses"]] == [("the disk", "ruled out")]
    assert [each["text"] for each in found["decisions"]] == ["we fail over"]
    assert list(found["roles"]) == ["incident-commander"]
    # Nobody can see how it is, so nobody calls it over in silence.
    blind = said(here, "resolve", "--reason", "failed over", code=1)
    assert "nobody can see how checkout is" in blind
    left = said(here, "resolve", "--reason", "failed over", "--leave", "metrics are down, checked by hand")
    assert "left: nobody can see how checkout is" in left
    over = shown(here, "--incident", "last")
    assert (over["state"], over["left"]) == (
        "resolved",
        ["nobody can see how checkout is", "nobody can see how search is"],
    )
    said(here, "reopen", "--reason", "it is back")
    assert shown(here)["reopened"] == 1


def test_a_pasted_chat_keeps_its_times_and_hostile_text_stays_text(here: Path) -> None:
    said(here, "declare", "Orders fail", "--severity", "SEV3")
    said(here, "note", "00:00 mara: \x1b[2Jdb is gone\n00:01 leo: [/red] looking")
    timeline = shown(here)["timeline"]
    assert [(each["actor"], each["text"]) for each in timeline[-2:]] == [
        ("mara", "db is gone"),
        ("leo", "[/red] looking"),
    ]
    assert timeline[-1]["at"] - timeline[-2]["at"] == 60.0
    assert "\x1b" not in said(here, "show")


def test_a_block_with_one_message_that_is_too_long_is_written_down_whole_or_not_at_all(here: Path) -> None:
    said(here, "declare", "Orders fail")
    block = f"02:14 mara: one\n02:15 leo: {'x' * 20_001}\n02:16 ada: two\n"
    assert "longer than 20,000" in said(here, "note", block, code=2)
    assert kinds(here) == ["incident.declared"]


def test_what_is_wrong_is_told_in_one_line(here: Path) -> None:
    for arguments, code, told in (
        (("join",), 64, "no incident is open"),
        (("join", "--incident", "INC-7"), 64, "there is no incident 'INC-7'"),
        (("declare", "  "), 2, "an incident needs a title"),
        (("declare", "x", "--severity", "SEV9"), 64, "there is no severity 'SEV9'"),
        (("resolve",), 64, "--reason is empty"),
        (("note", "x", "--hypothesis", "--decision"), 64, "one at a time"),
        (("clean-up", "queue", "--reason", "done"), 64, "'queue' names no obligation"),
    ):
        done = go(here, "incident", *arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert kinds(here) == []


def test_with_several_open_one_has_to_be_named(here: Path) -> None:
    said(here, "declare", "Orders fail", "--severity", "SEV2")
    said(here, "declare", "Search is slow", "--severity", "SEV3")
    assert "2 incidents are open" in said(here, "join", code=64)
    assert said(here, "join", "--incident", "INC-2").startswith("INC-2: ")
    assert [line.split("  ")[0] for line in said(here, "list").splitlines()] == ["INC-2", "INC-1"]


def test_of_those_who_declare_at_once_each_gets_an_incident_or_a_word(here: Path) -> None:
    """Nothing is lost and nothing has two meanings: who was second is told who was first."""
    command = [sys.executable, "-m", "cockpit", "incident", "declare"]
    racing = [
        subprocess.Popen(
            [*command, f"Orders fail {number}", "--severity", "SEV2"],
            cwd=here,
            env={**environment(here), "XDG_STATE_HOME": str(here / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(5)
    ]
    done = [(each.communicate(timeout=120), each.returncode) for each in racing]
    assert {code for _, code in done} <= {0, 2}
    lucky = [out for (out, _), code in done if code == 0]
    assert len(lucky) == len(set(lucky)) >= 1
    assert kinds(here) == ["incident.declared"] * len(lucky)
    for (_, complained), code in done:
        assert code == 0 or "was first" in complained or "is declared already" in complained


def test_what_is_done_meanwhile_belongs_to_the_one_that_is_open(here: Path) -> None:
    said(here, "declare", "Orders fail", "--severity", "SEV2")
    assert go(here, "ack", "checkout").returncode == 0
    assert "has checkout" in [each["text"] for each in shown(here)["timeline"]][-1]
