"""A made-up incident, told in full as Markdown and as JSON; every word of both is looked at."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.core.incident import words
from cockpit.core.journal_head import NOTHING
from cockpit.views.export import document, html, markdown
from cockpit.views.export.series import Charts
from cockpit.views.export.summary import proof, sentences
from tests.views.export.made_up import ID, T, level, postmortem, state, told

HERE = Path(__file__).parent


def same(name: str, text: str) -> None:
    """As it was read by a person; `WRITE_EXPECTED=1` writes it anew, to be read again."""
    file = HERE / name
    if os.environ.get("WRITE_EXPECTED"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


def test_markdown_tells_all_of_it() -> None:
    same("expected.md", markdown.rendered(postmortem()))


def test_json_tells_the_same() -> None:
    found = document.document(postmortem())
    same("expected.json", json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def test_html_says_every_sentence_of_the_summary() -> None:
    it = postmortem()
    page = html.rendered(it)
    said = [each.replace("'", "&#x27;") for each in sentences(it)]
    assert [each for each in said if each not in page] == []


def test_an_open_incident_is_never_told_as_if_it_were_over() -> None:
    it = postmortem(state(told()[:10]), now=T + 700)
    assert it.open
    assert (
        sentences(it)[0]
        == "It began on 2023-11-14 at 22:13 UTC, SEV1 at its worst, and has lasted 11 min so far."
    )
    assert sentences(it)[-1] == "It is not over: whatever stands here may change."
    by_name = {stage.name: (stage.at, stage.what) for stage in it.stages}
    assert by_name["Mitigated"] == (None, "not yet")
    assert by_name["Resolved"] == (None, "not yet")
    assert ">not over</span>" in html.rendered(it)
    assert "**Not over.**" in markdown.rendered(it)


def test_what_was_never_seen_well_is_not_called_mitigated() -> None:
    facts = [fact for fact in told() if fact.body.get("level") != "OK"]
    it = postmortem(state(facts))
    found = next(stage for stage in it.stages if stage.name == "Mitigated")
    assert (found.at, found.what) == (None, "something was not seen to be well when it was resolved")


def test_unknown_at_the_end_is_not_mitigated_either() -> None:
    facts = told()
    facts.insert(-1, level("place-order", "UNKNOWN", "OK", T + 1700))
    it = postmortem(state(facts))
    assert next(stage.at for stage in it.stages if stage.name == "Mitigated") is None


def test_an_incident_without_anything_is_told_as_such() -> None:
    bare = words.declared(ID, "a feeling", None, "ada", T)
    it = replace(
        postmortem(state([bare]), Charts(trouble="no history"), T + 60),
        head=NOTHING,
        tried=(),
        owed=(),
        undone=(),
    )
    assert sentences(it) == (
        "It began on 2023-11-14 at 22:13 UTC, and has lasted 1 min so far.",
        "No declared business capability was seen to be hurt.",
        "Somebody noticed it as it began, and declared it at once.",
        "Nobody wrote down a hypothesis, so the cause is not on record.",
        "No runbook was run; no update went out.",
        "It is not over: whatever stands here may change.",
    )
    assert proof(it) == (
        "There was no record when this was made, so nothing here can be checked against one.",
    )
    assert "no history" in html.rendered(it)
    assert "The record names nothing that was hurt." in markdown.rendered(it)


def test_a_reopened_incident_says_so() -> None:
    again = [
        *told(),
        words.reopened(ID, "it is back", "bo", T + 1900),
        words.resolved(ID, "for good", [], "bo", T + 2000),
    ]
    it = postmortem(state(again))
    assert it.stages[-1].what == "by bo, after it was reopened"


def test_lines_that_could_not_be_read_again_are_missed_aloud() -> None:
    of = state()
    incident = replace(of.record.incidents[ID], told=4_000)
    record = replace(of.record, incidents={ID: incident})
    assert (
        "Timeline: 3,974 lines of it could not be read again" in postmortem(replace(of, record=record)).unseen
    )


def test_wrong_data_is_in_the_summary_and_in_the_picture() -> None:
    facts = told()
    facts.insert(8, level("orders-db", "DOWN DATA WRONG", "DOWN", T + 550))
    it = postmortem(state(facts))
    assert "Data written by orders-db was wrong." in sentences(it)
    assert [(part.name, part.note) for part in it.picture.parts if part.note] == [("orders-db", "data wrong")]


@pytest.mark.parametrize("outcome", ["unknown", ""])
def test_a_lost_answer_is_never_told_as_sent(outcome: str) -> None:
    it = postmortem()
    update = replace(it.updates[0], outcome=outcome)
    page = markdown.rendered(replace(it, updates=(update,)))
    assert "may or may not have been sent" in page
    assert "1 update went out" not in page


def test_a_line_a_day_for_years_takes_no_longer_than_a_day_of_as_many_lines() -> None:
    it = postmortem()
    every = [replace(it.timeline[0], at=T + 86_400.0 * day) for day in range(8_000)]
    assert markdown.rendered(replace(it, timeline=tuple(every))).count("\n**20") > 8_000
