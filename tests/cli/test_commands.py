"""Every command as people run it: what it prints, what it exits with, and never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .running import CONFIG, cockpit, recording, small

FINE = {"checkout": {"errors": 0.01}, "search": {"errors": 0.01}}
BAD = {"checkout": {"errors": 0.4}, "search": {"errors": 0.01}}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    small(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["--frobnicate"],
        ["--config"],
        ["--theme", "pink"],
        ["status", "--until", "never"],
        ["status", "--timeout", "10m"],
        ["status", "--until", "clear", "--timeout", "10 minutes"],
        ["replay"],
        ["replay", "missing.ndjson"],
        ["schema", "Nonsense"],
        ["status", "--config", "nowhere"],
        ["--prometheus", "gopher://x", "status"],
        [],
        ["demo"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_64(here: Path, arguments: list[str]) -> None:
    done = cockpit(*arguments, cwd=here)
    assert done.returncode == 64, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_configuration_says_where_it_looked(tmp_path: Path) -> None:
    done = cockpit("status", cwd=tmp_path)
    assert done.returncode == 64
    assert "cockpit demo" in done.stderr


@pytest.mark.parametrize(
    "order", [["--config", "c", "status"], ["status", "--config", "c"]], ids=["before", "after"]
)
def test_config_may_stand_before_or_behind_the_command(tmp_path: Path, order: list[str]) -> None:
    small(tmp_path).rename(tmp_path / "c")
    done = cockpit(*order, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("Small shop  ? ")


def test_broken_configuration_is_a_line_each_complaint_and_64(tmp_path: Path) -> None:
    small(tmp_path, CONFIG.replace("owner: web", "onwer: web").replace("to: checkout", "to: chekout"))
    done = cockpit("status", cwd=tmp_path)
    assert done.returncode == 64
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("config/cockpit.yaml:") for line in lines)
    assert "did you mean 'checkout'" in done.stderr.lower()


def test_status_without_a_server_knows_nothing_and_says_so(here: Path) -> None:
    done = cockpit("status", "--json", cwd=here)
    found = json.loads(done.stdout)
    assert done.returncode == 3
    assert {each["level"] for each in found["services"].values()} == {"UNKNOWN"}


def test_replay_prints_a_document_a_line(here: Path) -> None:
    done = cockpit("replay", recording(here, FINE, FINE, BAD, BAD), "--json", cwd=here)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["at"] - 1_700_000_000 for each in found] == [0, 15, 30, 45]
    assert [each["services"]["checkout"]["level"] for each in found] == ["OK", "OK", "FAILING", "FAILING"]
    assert found[-1]["suspects"][0]["service"] == "checkout"


def test_replay_without_a_terminal_prints_the_last_picture(here: Path) -> None:
    done = cockpit("replay", recording(here, FINE, FINE, BAD, BAD), cwd=here)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("Small shop  ◆ FAILING  REPLAY") or "REPLAY" in done.stdout
    assert "Probably checkout, FAILING." in done.stdout


def test_replay_at_a_pace_takes_its_time(here: Path) -> None:
    begun = time.monotonic()
    done = cockpit("replay", recording(here, FINE, FINE, FINE), "--json", "--speed", "60", cwd=here)
    assert done.returncode == 0
    assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("speed", ["0", "-1", "inf", "nan", "x"])
def test_a_speed_must_make_sense(here: Path, speed: str) -> None:
    done = cockpit("replay", recording(here, FINE), "--json", f"--speed={speed}", cwd=here)
    assert done.returncode == 64, done.stderr


def test_lint_keeps_its_contract(here: Path) -> None:
    fine = cockpit("lint", cwd=here)
    assert fine.returncode == 0, fine.stdout
    config = here / "config" / "cockpit.yaml"
    config.write_text(CONFIG.replace("owner: web", "onwer: web", 1))
    done = cockpit("lint", "--json", cwd=here)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["schema"] == "cockpit.lint/v1"
    wrong = [each for each in found["findings"] if each["severity"] == "error"]
    assert [list(each) for each in wrong] == [
        ["code", "severity", "file", "line", "column", "message", "hint"]
    ]
    assert (wrong[0]["code"], wrong[0]["file"], wrong[0]["line"]) == ("C01", "config/cockpit.yaml", 8)


def test_lint_of_a_file_that_is_not_there_is_a_finding(here: Path) -> None:
    done = cockpit("lint", "nowhere.yaml", cwd=here)
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stdout


def test_hostile_names_are_printed_clean(tmp_path: Path) -> None:
    text = CONFIG.replace("owner: web", 'owner: "\\e]0;owned\\ahere"', 1)
    small(tmp_path, text)
    for command in (["lint"], ["lint", "--json"], ["status"], ["doctor"]):
        done = cockpit(*command, cwd=tmp_path)
        both = done.stdout + done.stderr
        assert "\x1b" not in both, command
        assert "\x07" not in both, command
        assert "Traceback" not in both, command


def test_a_title_that_would_steer_the_terminal_does_not(tmp_path: Path) -> None:
    file = small(tmp_path) / "cockpit.yaml"
    file.write_text(CONFIG.replace("Small shop", "Small ‮pohs"))
    done = cockpit("status", cwd=tmp_path)
    assert "\u202e" not in done.stdout + done.stderr


def test_an_ascii_terminal_gets_ascii(here: Path) -> None:
    file = recording(here, FINE, FINE, BAD, BAD)
    done = cockpit("replay", file, cwd=here, LANG="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "# FAILING" in done.stdout
    forced = cockpit("--ascii", "replay", file, cwd=here)
    assert "# checkout" in forced.stdout


def test_a_reader_that_leaves_early_hears_no_complaint(here: Path) -> None:
    file = recording(here, *[FINE] * 400)
    child = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "replay", str(file), "--json"],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr.read() == b""
    assert child.wait(30) == 141
    child.stderr.close()


def test_an_interrupt_ends_quietly_with_130(here: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "record", "out.ndjson"],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    first = child.stderr.readline()
    assert first.startswith("recording a poll every 5 s")
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    rest = child.communicate(timeout=30)[1]
    assert (child.returncode, rest) == (130, "")
    assert (here / "out.ndjson").read_text().startswith('{"schema":"cockpit.recording/v1"}\n')


def test_record_never_overwrites(here: Path) -> None:
    (here / "out.ndjson").write_text("precious")
    done = cockpit("record", "out.ndjson", cwd=here)
    assert done.returncode == 64
    assert (here / "out.ndjson").read_text() == "precious"


def test_until_ends_with_1_when_time_is_over(here: Path) -> None:
    done = cockpit("status", "--until", "contained", "--timeout", "1s", "--json", cwd=here)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["spread"]["verdict"] == "CANNOT_TELL"


def test_doctor_looks_at_everything_even_when_the_configuration_is_broken(here: Path) -> None:
    done = cockpit("doctor", cwd=here)
    assert done.returncode == 1
    assert "!!  Prometheus     none is configured" in done.stdout
    assert "ok  installation   cockpit " in done.stdout
    (here / "config" / "cockpit.yaml").write_text("apiVersion: cockpit/v1\nkind: [")
    broken = cockpit("doctor", cwd=here)
    assert broken.returncode == 1
    assert "!!  configuration  config/cockpit.yaml:" in broken.stdout
    assert "installation" in broken.stdout


def test_doctor_sees_what_everybody_may_write(here: Path) -> None:
    os.chmod(here / "config" / "cockpit.yaml", 0o666)
    assert "cockpit.yaml can be written by everybody" in cockpit("doctor", cwd=here).stdout


def test_schema_and_version_and_help(here: Path) -> None:
    schema = cockpit("schema", "Cockpit", cwd=here)
    assert json.loads(schema.stdout)["$schema"].startswith("https://json-schema.org/")
    assert cockpit("--version", cwd=here).stdout.startswith("cockpit 0.")
    for arguments in (["--help"], ["status", "--help"], ["-h"]):
        done = cockpit(*arguments, cwd=here)
        assert done.returncode == 0
        assert "Usage:" in done.stdout


def test_a_fault_of_ours_is_one_line_that_says_how_to_report_it(here: Path) -> None:
    program = (
        "import sys, cockpit.cli.schema as s\n"
        "s.schema = lambda kind: 1 / 0\n"
        "from cockpit.cli.main import run\n"
        "sys.exit(run(['schema', 'Cockpit']))\n"
    )

    def fault(**environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environ},
        )

    done = fault()
    assert (done.returncode, len(done.stderr.splitlines())) == (70, 1)
    assert "COCKPIT_DEBUG=1" in done.stderr
    assert "Traceback" in fault(COCKPIT_DEBUG="1").stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [["lint"], ["schema", "Cockpit"], ["status", "--json"], ["--help"]])
def test_a_full_disk_behind_the_output_is_said_and_no_fault_of_ours(
    here: Path, command: list[str], unbuffered: str
) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cockpit", *command],
            cwd=here,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.stderr == "cockpit: the output cannot be written: No space left on device\n"
    assert done.returncode == 64


def test_an_option_in_the_wrong_place_is_told_the_right_one(here: Path) -> None:
    done = cockpit("status", "--prometheus", "http://localhost:9090", cwd=here)
    assert done.returncode == 64
    assert done.stderr.endswith("--prometheus stands before the command: cockpit --prometheus ... COMMAND\n")


def test_lint_live_asks_the_server_of_the_command_line(tmp_path: Path) -> None:
    here = small(tmp_path, CONFIG.replace("kind: errors", "kind: latency")).parent
    done = cockpit("--prometheus", "http://127.0.0.1:9", "lint", "--live", cwd=here)
    assert done.returncode == 1
    assert "refuse" in done.stderr.lower()
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_recording_cut_short_or_of_something_else_is_one_clear_answer(here: Path, json: list[str]) -> None:
    cut = here / "cut.ndjson"
    cut.write_text('{"schema": "cockpit.recording/v1"}\n{"at": 17000')
    done = cockpit("replay", cut, *json, cwd=here)
    assert done.returncode == 64
    assert done.stderr.splitlines() == [
        f"{cut}: line 2 was cut off and is left out",
        f"cockpit: {cut} holds no poll",
    ]
    binary = here / "binary.ndjson"
    binary.write_bytes(bytes(range(256)) * 1000)
    done = cockpit("replay", binary, *json, cwd=here)
    assert done.returncode == 64
    assert done.stderr == f"cockpit: {binary}:1: is not text, so it is no recording\n"


def test_pressed_twice_it_is_still_left_without_a_traceback() -> None:
    program = (
        "import os, signal\n"
        "from cockpit.cli import main\n"
        "def dispatch(_): raise KeyboardInterrupt\n"
        "main._dispatch = dispatch\n"
        "code = main.run([])\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "print(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "130\n", "")
