"""What was done in an incident and stayed becomes a draft; what was taken back, failed or is secret, none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit import config
from cockpit.config.importing.deeds import cleared, deeds
from cockpit.config.importing.drafts import Draft
from cockpit.config.importing.from_incident import Known, draft
from cockpit.config.yaml import parse
from cockpit.core.flips import Flip
from cockpit.core.incident.model import Incident, Told
from cockpit.core.journal import Fact, Recorded
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Effect, Phase, StepState
from cockpit.core.runbook.work import FlagOutcome
from tests.cli.running import small

BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: move, title: Move it, owner: web, target: here}
parameters: {zone: {prompt: Which zone}, key: {type: secret, env: KEY}}
steps:
  - id: look
    title: Look where it is
    probe: {run: [./get, "${params.zone}"], success: exit_code == 0}
  - id: move
    title: Move it
    run: [./move, --from, "${captures.place}", --to, "${params.zone}", "$${HOME}"]
    env: {KEY: "${params.key}"}
    capture: {place: {run: [./get, place], when: before}}
    on_unknown: ask
    rollback: {none: true, reason: no way back}
  - id: undone
    title: Take it down
    run: [./down]
    on_unknown: ask
    rollback: {run: [./up]}
  - id: broken
    title: Break it
    run: [./break]
    on_unknown: ask
    rollback: {run: [./mend]}
"""
TARGET = "targets: [{name: here, cwd: .}]\nflags: [{name: files, provider: flagd-file, path: f.json}]\n"
AT = 1_700_000_000.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = small(tmp_path_factory.mktemp("incident"))
    file = where / "cockpit.yaml"
    file.write_text(file.read_text() + TARGET)
    (where / "f.json").write_text(
        '{"flags": {"off": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}}'
    )
    (where / "runbooks").mkdir()
    (where / "runbooks" / "move.yaml").write_text(BOOK)
    return where


@pytest.fixture(scope="module")
def book(folder: Path) -> Runbook:
    return config.load(folder).model.books["move"]


def one(step: str, at: float, effect: Effect, phase: Phase = Phase.DO) -> Execution:
    state = StepState.FAILED if effect is Effect.NOT_APPLIED else StepState.SUCCEEDED
    captured = {"place": "b"} if step == "move" else {}
    return Execution(Key(step, 1, 1, phase), state, effect, AT + at, AT + at + 1, captured=captured)


def run(book: Runbook) -> Run:
    executions = (
        one("look", 10, Effect.NONE),
        one("move", 20, Effect.APPLIED),
        one("undone", 30, Effect.APPLIED),
        one("broken", 40, Effect.UNKNOWN),
        one("undone", 50, Effect.REVERTED, Phase.UNDO),
    )
    parameters = {"zone": "eu-1", "key": "env:KEY"}
    return Run("R-1", book, "live", AT + 9, "mara", parameters, "INC-7", "here", executions=executions)


INCIDENT = Incident(
    "INC-7",
    "Orders: lost",
    AT,
    "mara",
    AT - 60,
    touched=("checkout", "gone"),
    story=(
        Told(AT + 15, "note", "leo", "it is in ${the} wrong zone"),
        Told(AT + 1, "note", "leo", "see https://u:hunter2@wiki.example/"),
        Told(AT + 99, "decision", "mara", "we stay"),
    ),
)
KNOWN = Known({"checkout"}, {"here"}, {"files"})


def typed(at: float, *argv: str, code: int | None = 0, why: str = "") -> list[Recorded]:
    about = {"argv": list(argv), "target": "here", "nonce": f"n{at}", "why": why}
    facts = [Fact("did.intent", AT + at, "leo", about)]
    if code is not None:
        facts.append(
            Fact("did.exited", AT + at + 1, "leo", {"nonce": f"n{at}", "ending": "exited", "code": code})
        )
    return [Recorded(number, fact, "x", "b", 0, "", "") for number, fact in enumerate(facts, 1)]


def flip(at: float, kind: str, outcome: FlagOutcome | None = FlagOutcome.APPLIED, key: str = "off") -> Flip:
    made = Flip(f"o{at}", "files", "default", key, "kill", True, "leo", AT + at, "stop", outcome=outcome)
    return replace(made, kind=kind) if kind != "kill" else made  # type: ignore[arg-type]


def linted(made: Draft, folder: Path) -> list[str]:
    file = folder / "runbooks" / "drafted.yaml"
    file.write_text(made.text)
    try:
        return [f"{each.code} {each.severity}" for each in config.lint([file])]
    finally:
        file.unlink()


def test_what_stayed_is_a_step_and_the_rest_is_left_out(folder: Path, book: Runbook) -> None:
    done = deeds(
        INCIDENT, [run(book)], [flip(70, "kill")], typed(60, "./get", "x", why="look again"), AT + 100
    )
    made = draft(INCIDENT, done, KNOWN)
    document, _ = parse(made.text, "x.yaml")
    assert document is not None
    assert document.value == {
        "apiVersion": "cockpit/v1",
        "kind": "Runbook",
        "metadata": {
            "id": "orders-lost",
            "title": "Orders: lost",
            "status": "draft",
            "services": ["checkout"],
            "docs": "INC-7: Orders: lost\nAfterwards: 22:14 mara: we stay",
        },
        "parameters": {
            "zone": {"prompt": "Which zone; it was eu-1"},
            "place": {"prompt": "place; it was b"},
        },
        "steps": [
            {
                "title": "Look where it is",
                "why": "22:13 leo: see https://REMOVED@wiki.example/",
                "target": "here",
                "probe": {"run": ["./get", "${params.zone}"], "success": "exit_code == 0"},
            },
            {
                "title": "Move it",
                "why": "22:13 leo: it is in $the wrong zone",
                "target": "here",
                "run": ["./move", "--from", "${params.place}", "--to", "${params.zone}", "$${HOME}"],
            },
            {"title": "look again", "target": "here", "run": ["./get", "x"]},
            {
                "title": "Kill off",
                "flag": {"key": "off", "provider": "files", "env": "default", "to": True},
            },
        ],
    }
    assert made.text.endswith(
        "# Left out:\n"
        "#   22:13 Take it down (R-1, step undone of move): taken back\n"
        "#   22:14 Break it (R-1, step broken of move): it may or may not have happened\n"
    )
    codes = linted(made, folder)
    assert {"R02 warning", "R04 warning", "R15 warning", "R25 warning"} <= set(codes)
    assert not any("error" in each for each in codes)


def test_flags_that_were_put_back_and_commands_that_failed_are_no_steps(book: Runbook) -> None:
    flips = [flip(1, "kill"), flip(5, "restore"), flip(6, "kill", FlagOutcome.DENIED), flip(7, "kill", None)]
    done = deeds(INCIDENT, [], flips, [*typed(8, "false", code=1), *typed(9, "x", code=None)], AT + 100)
    assert [(each.title, each.left_out) for each in done] == [
        ("Kill off", "changed again later"),
        ("Restore off", "it puts back what a kill had changed"),
        ("Kill off", "not applied: denied"),
        ("Kill off", "nobody knows whether it happened"),
        ("false", "it ended with 1"),
        ("x", "nobody knows how it ended"),
    ]
    assert draft(INCIDENT, done, KNOWN).steps == 0


def test_what_fell_outside_the_incident_is_not_its_doing(book: Runbook) -> None:
    over = replace(INCIDENT, resolved_at=AT + 5)
    other = replace(run(book), incident="INC-6")
    assert deeds(over, [other], [flip(70, "kill")], typed(60, "./get"), AT + 100) == []
    drill = replace(run(book), mode="drill")
    assert deeds(INCIDENT, [drill], [], [], AT + 100) == []


def test_a_command_with_a_secret_is_for_people_to_type(folder: Path) -> None:
    done = deeds(INCIDENT, [], [], typed(1, "mysql", "--password", "hunter2", "${x}"), AT + 100)
    made = draft(INCIDENT, done, KNOWN, "Ask the database", taken={"ask-the-database"})
    assert "hunter2" not in made.text
    assert "      command: mysql --password REMOVED '$${x}'  # guessed\n" in made.text
    assert "  id: ask-the-database  # guessed: it is there already; take another\n" in made.text
    assert not any("error" in each for each in linted(made, folder))


@pytest.mark.parametrize(
    ("argv", "safe"),
    [
        (["ls", "-l"], ["ls", "-l"]),
        (
            ["x", "--token=abc", "--api-key", "abc", "-v"],
            ["x", "--token=REMOVED", "--api-key", "REMOVED", "-v"],
        ),
        (["env", "PGPASSWORD=abc", "psql"], ["env", "PGPASSWORD=REMOVED", "psql"]),
        (["curl", "-H", "Authorization: Bearer abc"], ["curl", "-H", "Authorization: REMOVED"]),
        (["curl", "https://mara:abc@x.example/"], ["curl", "https://REMOVED@x.example/"]),
    ],
)
def test_secrets_that_were_typed_are_taken_out(argv: list[str], safe: list[str]) -> None:
    assert cleared(argv) == (safe, argv != safe)


words = st.text(max_size=15)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=3), words, words, words)
def test_whatever_was_typed_and_said_the_draft_has_no_error(
    folder: Path, commands: list[list[str]], title: str, note: str, why: str
) -> None:
    incident = replace(INCIDENT, title=title, story=(Told(AT + 1, "note", "leo", note),))
    records = [each for number, argv in enumerate(commands) for each in typed(10 + number, *argv, why=why)]
    made = draft(incident, deeds(incident, [], [flip(50, "kill")], records, AT + 100), KNOWN)
    assert not [each for each in linted(made, folder) if "error" in each]
