"""What nobody has rehearsed is said where it stands (R14, R16); what it took counts against budgets (R11)."""

from __future__ import annotations

import json
from pathlib import Path

from cockpit.config import lint, load
from cockpit.core.rehearsal.evidence import Evidence, parts
from cockpit.core.rehearsal.evidence_line import line
from tests.config.files import NOW, SHOP, TEAM, write

BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: mend, owner: ops, target: box}
time_budget: 1m
steps:
  - id: look
    title: Look
    probe: {run: [df]}
  - id: stop
    title: Stop it
    run: [stop, it]
    on_unknown: ask
    rollback: {run: [start, it]}
  - id: tell
    title: Tell them
    run: [tell]
    on_unknown: ask
    rollback: {none: true, reason: it is said}
"""
DRILL = "Run `cockpit drill --runbook mend --evidence FILE`, with FILE in evidence/ beside the configuration"
PROVE = "Take it back in `cockpit drill --runbook mend --target NAME`, on a target with sandbox: true"


def shop(folder: Path, book: str = BOOK) -> Path:
    config = SHOP + TEAM + "targets: [{name: box, sandbox: true}]\n"
    return write(folder, {"cockpit.yaml": config, "runbooks/mend.yaml": book})


def done(folder: Path, mode: str, *names: str, seconds: float = 4.0) -> None:
    """Evidence of these parts, as they are now."""
    book = load(folder, environ={}, now=NOW).model.books["mend"]
    told = [
        line(Evidence("mend", one.id, one.digest, NOW, "aiko", mode, seconds=seconds))  # type: ignore[arg-type]
        for one in parts(book)
        if one.id in names
    ]
    with (write(folder, {"evidence/x": ""}) / "evidence/done.ndjson").open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in told)


def said(folder: Path) -> list[str]:
    return [f"{each.code} {each}".replace(f"{folder}/", "") for each in lint([folder], environ={}, now=NOW)]


def test_a_runbook_that_nobody_rehearsed_is_one_complaint_and_each_rollback_another(
    tmp_path: Path,
) -> None:
    assert said(shop(tmp_path)) == [
        f"R14 runbooks/mend.yaml:6:5: the runbook has never been rehearsed. {DRILL}",
        f"R16 runbooks/mend.yaml:9:5: the rollback of step 'stop' has never been proven. {PROVE}",
    ]


def test_a_step_that_was_left_out_is_said_by_itself(tmp_path: Path) -> None:
    done(shop(tmp_path), "simulated", "look", "stop", "undo:stop")
    assert said(tmp_path) == [
        f"R16 runbooks/mend.yaml:9:5: the rollback of step 'stop' was only simulated, never proven. {PROVE}",
        f"R14 runbooks/mend.yaml:14:5: step 'tell' has never been rehearsed. {DRILL}",
    ]


def test_what_was_proven_has_nothing_to_say(tmp_path: Path) -> None:
    done(shop(tmp_path), "sandbox", "look", "stop", "undo:stop", "tell")
    assert said(tmp_path) == []


def test_whoever_changes_a_step_starts_over(tmp_path: Path) -> None:
    done(shop(tmp_path), "sandbox", "look", "stop", "undo:stop", "tell")
    shop(tmp_path, BOOK.replace("[stop, it]", "[stop, it, now]"))
    assert said(tmp_path) == [
        f"R14 runbooks/mend.yaml:9:5: step 'stop' has changed since it was rehearsed. {DRILL}",
        f"R16 runbooks/mend.yaml:9:5: step 'stop' has changed since its rollback was rehearsed. {PROVE}",
    ]


def test_words_may_change(tmp_path: Path) -> None:
    done(shop(tmp_path), "sandbox", "look", "stop", "undo:stop", "tell")
    shop(tmp_path, BOOK.replace("title: Stop it", "title: Stop\n    why: It burns"))
    assert said(tmp_path) == []


def test_what_does_not_load_is_not_asked_for_rehearsals(tmp_path: Path) -> None:
    shop(tmp_path, BOOK.replace("rollback: {run: [start, it]}", "timeout: 1s"))
    assert [each[:3] for each in said(tmp_path)] == ["R02"]


def test_a_runbook_of_no_configuration_is_not_either(tmp_path: Path) -> None:
    write(tmp_path, {"alone.yaml": BOOK})
    assert lint([tmp_path / "alone.yaml"], environ={}) == []
    assert lint([shop(tmp_path / "shop") / "cockpit.yaml"], environ={}) == []


def test_a_draft_is_told_as_well(tmp_path: Path) -> None:
    shop(tmp_path, BOOK.replace("id: mend", "id: mend, status: draft"))
    assert [each[:3] for each in said(tmp_path)] == ["R14", "R16"]


def test_what_proven_runs_took_counts_against_the_time_budget(tmp_path: Path) -> None:
    done(shop(tmp_path), "sandbox", "look", "stop", "undo:stop", "tell", seconds=40.2)
    taken = "the time budget is 1m, and the steps may take 2m3s (p95, some of it as proven runs took)"
    assert said(tmp_path) == [f"R11 runbooks/mend.yaml:4:14: {taken}. Write 2m3s or more, or do less"]
    expected = BOOK.replace("run: [stop, it]", "run: [stop, it]\n    expected: {p95: 1s}")
    shop(tmp_path, expected.replace("run: [tell]", "run: [tell]\n    expected: {p95: 1s}"))
    assert said(tmp_path) == []


def test_simulated_times_are_none(tmp_path: Path) -> None:
    done(shop(tmp_path), "simulated", "look", "stop", "undo:stop", "tell", seconds=400.0)
    assert [each[:3] for each in said(tmp_path)] == ["R16"]
