"""Evidence beside the configuration is read as strictly as the rest, and counts as soon as it is there."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config import lint, load
from cockpit.config.evidence_files import LONGEST
from cockpit.config.watch import stamp
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.evidence_line import line
from tests.config.files import NOW, SHOP, loaded, write

DONE = Evidence("restart", "freeze", "d1", 1_700_000_000.0, "aiko", "sandbox", "succeeded", "release", 4.0)
LINE = json.dumps(line(DONE))
AGAIN = "Remove the line, or write it again with `cockpit drill --evidence FILE`"


def said(folder: Path, text: str | bytes) -> list[str]:
    """Complaints about lines of evidence."""
    write(folder, {"cockpit.yaml": SHOP, "evidence/x": ""})
    (folder / "evidence/ci.ndjson").write_bytes(text.encode() if isinstance(text, str) else text)
    return [f"{each.code} {each}".replace(f"{folder}/", "") for each in lint([folder], environ={})]


def test_every_line_of_every_file_is_a_piece_of_evidence(tmp_path: Path) -> None:
    files = {"cockpit.yaml": SHOP, "evidence/a.ndjson": f"{LINE}\n\n{LINE}\n", "evidence/b.ndjson": LINE}
    found = loaded(tmp_path, files)
    assert found.model.evidence == (DONE, DONE, DONE)
    assert [file.name for file in found.files] == ["cockpit.yaml", "a.ndjson", "b.ndjson"]


def test_a_configuration_without_evidence_has_none(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"cockpit.yaml": SHOP}).model.evidence == ()


def test_hidden_files_others_and_symlinks_that_lead_out_are_not_read(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"x.ndjson": LINE, "folder/y.ndjson": LINE})
    shop = write(tmp_path / "shop", {"cockpit.yaml": SHOP, "evidence/.a.ndjson": "{", "evidence/b.txt": "{"})
    (shop / "evidence/c.ndjson").symlink_to(outside / "x.ndjson")
    found = load(shop, environ={}, now=NOW)
    assert found.model.evidence == ()
    assert [note.partition(" is ")[2] for note in found.notes] == [
        "skipped: a symlink that leads out of the folder"
    ]
    other = write(tmp_path / "other", {"cockpit.yaml": SHOP})
    (other / "evidence").symlink_to(outside / "folder")
    assert load(other, environ={}, now=NOW).model.evidence == ()


HIDDEN = "C20 {{}}:2:1: the line holds the hidden character U+00{}. Take it out"
WRONG = {
    "{": "C20 {}:2:1: the line is not JSON. " + AGAIN,
    "[" * 5000: "C20 {}:2:1: the line is not JSON. " + AGAIN,
    "[1]": "C04 {}:2:1: the line is not a JSON object. " + AGAIN,
    "{}": "C04 {}:2:1: 'schema' is not cockpit.evidence/v1. " + AGAIN,
    LINE.replace("sandbox", "prod"): "C04 {}:2:1: 'mode' is none of simulated, sandbox, live. " + AGAIN,
    LINE.replace("1700000000.0", '"noon"'): "C04 {}:2:1: 'at' is not a number of seconds. " + AGAIN,
    LINE.replace("1700000000.0", "NaN"): "C04 {}:2:1: 'at' is not a number of seconds. " + AGAIN,
    LINE.replace("4.0", "1e308"): "C04 {}:2:1: 'seconds' is not a number of seconds. " + AGAIN,
    LINE.replace("4.0", "1e400"): "C04 {}:2:1: 'seconds' is not a number of seconds. " + AGAIN,
    LINE.replace("4.0", "-1"): "C04 {}:2:1: 'seconds' is not a number of seconds. " + AGAIN,
    LINE.replace("aiko", "ai\\u001b[2Jko"): HIDDEN.format("1B"),
    LINE.replace("aiko", "ai\\nko"): HIDDEN.format("0A"),
    LINE.replace("aiko", "a" * LONGEST): "C20 {}:2:1: the line is longer than 16 KiB. " + AGAIN,
}


def test_what_is_said_to_be_done_in_the_future_does_not_count_and_stops_nothing(tmp_path: Path) -> None:
    day, later = (json.dumps(line(replace(DONE, at=NOW + seconds))) for seconds in (86_400.0, 86_401.0))
    found = loaded(tmp_path, {"cockpit.yaml": SHOP, "evidence/a.ndjson": f"{day}\n{later}\n"})
    assert found.model.evidence == (replace(DONE, at=NOW + 86_400.0),)
    said = f"a.ndjson:2:1: 'at' lies in the future, so it does not count. {AGAIN}"
    assert [(each.severity, str(each).rpartition("evidence/")[2]) for each in found.findings] == [
        ("warning", said)
    ]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_bad_line_is_a_complaint_with_its_place(tmp_path: Path, wrong: str) -> None:
    assert said(tmp_path, f"{LINE}\n{wrong}\n{LINE}\n") == [WRONG[wrong].format("evidence/ci.ndjson")]


def test_a_file_that_is_no_text_or_too_large_is_a_complaint(tmp_path: Path) -> None:
    assert said(tmp_path, b'{"by": "\xff"}') == ["C20 evidence/ci.ndjson:1:1: is not UTF-8. Save it as UTF-8"]
    large = b" " * (8 * 1024 * 1024 + 1)
    assert said(tmp_path, large) == [
        "C20 evidence/ci.ndjson: is larger than 8 MiB. Split it, or drop old lines"
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"cockpit.yaml": SHOP, "evidence/x": ""})
    os.mkfifo(tmp_path / "evidence/pipe.ndjson")
    found = lint([tmp_path], environ={})
    assert [each.message for each in found] == ["cannot be read: not a regular file"]


def test_a_file_of_evidence_is_linted_alone_too(tmp_path: Path) -> None:
    write(tmp_path, {"a.ndjson": LINE + "\nx\n"})
    assert [(each.code, each.at.line) for each in lint([tmp_path / "a.ndjson"], environ={})] == [("C20", 2)]


def test_new_evidence_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, {"cockpit.yaml": SHOP, "evidence/a.ndjson": LINE})
    before = stamp(tmp_path)
    write(tmp_path, {"evidence/notes.txt": "x"})
    assert stamp(tmp_path) == before
    write(tmp_path, {"evidence/b.ndjson": LINE})
    assert stamp(tmp_path) != before


def test_the_same_bytes_from_a_windows_editor(tmp_path: Path) -> None:
    write(tmp_path, {"cockpit.yaml": SHOP, "evidence/a.ndjson": f"\ufeff{LINE}\r\n{LINE}\r\n"})
    assert load(tmp_path, environ={}, now=NOW).model.evidence == (DONE, DONE)
