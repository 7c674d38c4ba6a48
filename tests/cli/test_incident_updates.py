"""Updates and handovers from the plain command line, to a webhook that answers and one that does not."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from cockpit.text import first_hidden

from .running import CONFIG, cockpit, small

Said = CompletedProcess[str]


class Webhook(ThreadingHTTPServer):
    """Keeps what it was told; `mode` says how it answers."""

    mode = "fine"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.told: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error of ours."""


class Answer(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body)["text"])
        if self.server.mode == "drops":
            self.close_connection = True
            return
        self.send_response({"fine": 200, "refuses": 403, "fails": 500}[self.server.mode])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def listening() -> Iterator[Webhook]:
    server = Webhook()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening() as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, hook: Webhook) -> Path:
    """One incident is declared; there is no Prometheus, so nothing can be seen."""
    notify = f"{{name: chat, webhook: '{hook.url}', announce: false}}"
    small(tmp_path, f"{CONFIG}incident: {{notify: [{notify}]}}\n")
    assert incident(tmp_path, "declare", "Orders fail", "--severity", "SEV1").returncode == 0
    return tmp_path


def incident(here: Path, *arguments: str, **environ: str) -> Said:
    return cockpit("incident", *arguments, cwd=here, XDG_STATE_HOME=str(here / "state"), **environ)


def facts(here: Path) -> list[dict[str, object]]:
    told = cockpit("journal", "export", cwd=here, XDG_STATE_HOME=str(here / "state")).stdout
    return [each for each in map(json.loads, told.splitlines()) if "kind" in each]


def updates(here: Path) -> list[tuple[str, object]]:
    return [
        (each["kind"].removeprefix("incident.update_"), each["body"].get("outcome"))  # type: ignore[attr-defined]
        for each in facts(here)
        if str(each["kind"]).startswith("incident.update_")
    ]


def test_without_words_it_prints_a_draft_and_sends_nothing(here: Path, hook: Webhook) -> None:
    said = incident(here, "update")
    assert said.returncode == 0
    assert said.stdout.startswith("INC-1, SEV1, investigating: Orders fail.")
    assert "CONDITIONS" in said.stdout
    assert "nothing was sent" in said.stderr
    alone = incident(here, "update", "--print", "--one-line", "--audience", "customers", "--text", "x")
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, "x\n", "")
    assert (hook.told, updates(here)) == ([], [])


@pytest.mark.parametrize(
    ("mode", "code", "outcome"),
    [("fine", 0, "sent"), ("refuses", 1, "refused"), ("fails", 3, "unknown"), ("drops", 3, "unknown")],
)
def test_it_is_sent_once_and_the_exit_code_says_what_came_of_it(
    here: Path, hook: Webhook, mode: str, code: int, outcome: str
) -> None:
    hook.mode = mode
    said = incident(here, "update", "--text", "we are on it")
    assert said.returncode == code, said.stderr
    assert hook.told == ["we are on it"]
    assert updates(here) == [("requested", None), ("settled", outcome)]


def test_the_draft_is_sent_where_somebody_says_yes(here: Path, hook: Webhook) -> None:
    assert incident(here, "update", "--yes", "--status", "identified", "--one-line").returncode == 0
    assert [each.startswith("INC-1 SEV1 identified.") for each in hook.told] == [True]
    printed = incident(here, "update", "--print")
    assert printed.stdout.startswith("INC-1, SEV1, identified:"), "the status of the last one goes on"


@pytest.mark.parametrize("point", ["after_update_request", "after_update_sent"])
def test_a_death_in_the_middle_leaves_it_unknown_and_nothing_sends_it_again(
    here: Path, hook: Webhook, point: str
) -> None:
    died = incident(here, "update", "--text", "we are on it", COCKPIT_DIE_AT=point)
    assert died.returncode == -signal.SIGKILL
    arrived = ["we are on it"] if point == "after_update_sent" else []
    assert hook.told == arrived
    assert updates(here) == [("requested", None)]
    assert incident(here, "handover").returncode == 0
    assert incident(here, "update").returncode == 0
    assert hook.told == arrived
    assert "that update" not in incident(here, "show").stdout


def test_resolved_is_refused_while_nobody_can_see(here: Path, hook: Webhook) -> None:
    config = here / "config" / "cockpit.yaml"
    config.write_text(
        f"{config.read_text()}capabilities:\n"
        "- {name: buy, title: Customers can buy, audience: customers, requires: [{to: checkout}]}\n"
    )
    for words in (("--text", "over"), ("--yes",), ("--text", "over", "--to", "copy")):
        said = incident(here, "update", "--status", "resolved", *words)
        assert said.returncode == 2, said.stdout
        assert "nobody can see how it is: Customers can buy" in said.stderr
        assert len(said.stderr.splitlines()) == 1
    assert (hook.told, updates(here)) == ([], [])


def test_what_is_copied_is_printed_and_on_record(here: Path, hook: Webhook) -> None:
    said = incident(here, "update", "--to", "copy", "--text", "we are on it")
    assert (said.returncode, said.stdout) == (0, "we are on it\n")
    assert (hook.told, updates(here)) == ([], [("requested", None), ("settled", "copied")])


WRONG = {
    ("--audience", "press"): 64,
    ("--status", "fine"): 64,
    ("--text", " "): 64,
    ("--text", "x", "--file", "y"): 64,
    ("--file", "nowhere"): 64,
    ("--text", "x", "--to", "nowhere"): 2,
    ("--text", "x", "--incident", "INC-7"): 64,
}


def test_wrong_words_are_refused_in_one_line(here: Path, hook: Webhook) -> None:
    for words, code in WRONG.items():
        said = incident(here, "update", *words)
        assert said.returncode == code, (words, said.stdout)
        assert len(said.stderr.splitlines()) == 1, words
    assert (hook.told, updates(here)) == ([], [])


def test_hostile_notes_stay_text_in_what_is_printed_and_sent(here: Path, hook: Webhook) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J<!channel> [red]x[/]\nNEEDS\n- nothing"
    assert incident(here, "note", "--hypothesis", hostile).returncode == 0
    file = here / "words.txt"
    file.write_text(hostile)
    printed = incident(here, "update")
    assert first_hidden(printed.stdout.replace("\n", "")) == ""
    assert printed.stdout.splitlines().count("NEEDS") == 1
    assert incident(here, "update", "--yes").returncode == 0
    assert incident(here, "update", "--file", str(file)).returncode == 0
    for each in hook.told:
        assert first_hidden(each) == ""
        assert "<!channel>" not in each
        assert "&lt;!channel&gt; [red]x[/]" in each


def test_a_handover_is_printed_offered_and_taken_over_by_another(here: Path) -> None:
    alone = incident(here, "handover")
    assert alone.returncode == 0
    assert alone.stdout.startswith("HANDOVER INC-1  SEV1")
    assert len(alone.stdout.splitlines()) <= 22
    assert max(map(len, alone.stdout.splitlines())) <= 78
    assert incident(here, "handover", "--accept", "INC-1").returncode == 2
    assert incident(here, "handover", "--to", "anybody", "--print").returncode == 0
    assert [each["kind"] for each in facts(here)] == ["incident.declared"]
    assert incident(here, "handover", "--to", "leo").returncode == 0
    assert incident(here, "handover", "--accept", "INC-1").returncode == 2, "who offers it keeps it"
    as_leo = {"LOGNAME": "leo"}
    assert incident(here, "handover", "--accept", "INC-2", **as_leo).returncode == 2
    taken = incident(here, "handover", "--accept", "INC-1", **as_leo)
    assert (taken.returncode, taken.stderr) == (0, "")
    assert "leo is in command" in taken.stdout
    assert [each["kind"] for each in facts(here)][1:] == ["incident.handover", "incident.handover"]
    assert "leo is incident-commander" in incident(here, "handover").stdout
