"""Whatever a value holds, it stays a value: in every kind of step, through parameters and captures."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import promql_parser
import pytest

from cockpit.core.promql_text import literal
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.render import MARK
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Effect, RunState
from cockpit.errors import RunRefused

from .payloads import EVERY, OPTIONS
from .place import FLAGS, Place, attacked

NO_UNDO = "on_unknown: ask\n    rollback: {none: true, reason: it only writes}"
BOOKS = {
    "run": f"""
  - id: record
    title: "Record ${{params.x}}"
    run: [./record, "${{params.x}}", "pre-${{params.x}}", "$${{params.x}}"]
    env: {{VALUE: "${{params.x}}"}}
    {NO_UNDO}
""",
    "undo": """
  - id: record
    title: Record it
    run: [./record, do]
    on_unknown: ask
    rollback: {run: [./record, undo, "${params.x}"]}
  - id: last
    title: Is it over?
    probe: {run: ["false"]}
""",
    "shell": f"""
  - id: record
    title: By a shell
    run: 'exec ./record "$PARAM_x" "$CAPTURE_said"'
    shell: true
    capture: {{said: {{run: [cat, said]}}}}
    {NO_UNDO}
""",
    "capture": f"""
  - id: record
    title: Record what was captured
    run: [./record, "${{captures.said}}"]
    env: {{VALUE: "${{captures.said}}"}}
    capture: {{said: {{run: [cat, said]}}}}
    {NO_UNDO}
""",
    "manual": """
  - id: ask
    title: Ask somebody
    manual: {instructions: "Look at ${params.x}", command: "kubectl get ${params.x}", answer: What is there?}
""",
    "http": f"""
  - id: send
    title: Send it
    http:
      method: POST
      url: "URL/a/${{params.x}}/b?q=${{params.x}}"
      headers: {{X-Value: "${{params.x}}"}}
      json: {{"value": "${{params.x}}", list: ["${{params.x}}"]}}
    {NO_UNDO}
""",
    "body": f"""
  - id: send
    title: Send it
    http: {{method: POST, url: "URL/a", json: {{"value": "${{params.x}}", list: ["${{params.x}}"]}}}}
    {NO_UNDO}
""",
    "notify": """
  - id: tell
    title: Tell them
    notify: {to: room, text: "It is ${params.x}"}
""",
    "flag": """
  - id: kill
    title: Kill it
    flag: {key: "${params.x}", provider: files, to: "on", reason: "${params.x}"}
    rollback: {flag: {key: "${params.x}", provider: files, to: "no"}}
""",
    "value": """
  - id: kill
    title: Kill it
    flag: {key: "off", provider: files, to: "${params.x}", reason: "${params.x}"}
    rollback: {flag: {key: "off", provider: files, to: false}}
""",
    "probe": """
  - id: look
    title: Look at it
    probe: {promql: 'x{a="${params.x}",b=~"${params.x}|z"}', success: value == 1}
""",
    "wait": """
  - id: wait
    title: Wait for it
    wait: {promql: 'x{a="${params.x}"}', success: value == 1, within: 5s}
""",
    "decide": f"""
  - id: choose
    title: Choose
    when: params.x == params.x and contains(params.x, "")
    decide: {{options: [{{label: one, when: 'params.x == "touch canary"', goto: record}}, {{label: two}}]}}
  - id: record
    title: Record it
    run: [./record, chosen]
    {NO_UNDO}
""",
    "inner": f"""
  - id: record
    title: Record it
    run: [./record, "${{params.x}}"]
    {NO_UNDO}
""",
    "nested": """
  - id: inside
    title: The one inside
    runbook: {id: inner, parameters: {x: "${params.x}", other: "${params.x}"}}
""",
}


OURS = {
    *("host", "accept", "accept-encoding", "user-agent", "content-type", "content-length"),
    *("idempotency-key", "connection"),
}
BEFORE = ["cockpit.yaml", "flags.json", "record", "runbooks"]
TEXTS = [payload for payload in EVERY if "\ud800" not in payload]
SOME = list(dict.fromkeys((*OPTIONS, *TEXTS[::3], "a\0b")))
"""For what goes the way of others."""


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with attacked(tmp_path, monkeypatch, BOOKS) as place:
        yield place
        assert place.canaries() == []
        assert json.loads((place.config / "flags.json").read_text()) == FLAGS


def plain(payload: str) -> str:
    """Without what would pass for the mark of a secret."""
    return payload.replace(MARK, "")


def fits_argv(payload: str) -> bool:
    """What can stand in a command line at all, and makes no option of an argument."""
    return "\0" not in payload and not payload.startswith("-")


def untouched(run: Run) -> bool:
    """It is held, and its first step has not begun."""
    return run.state is RunState.HELD and run.executions[0].intent is None


async def test_half_a_character_is_refused_before_anything(place: Place) -> None:
    with pytest.raises(RunRefused, match="the parameter 'x' holds bytes that are no text"):
        await place.run("run", "\ud800")


async def test_an_argument_stays_one_argument(place: Place) -> None:
    for payload in TEXTS:
        run, value = await place.run("run", payload), plain(payload)
        if fits_argv(payload):
            assert place.recorded() == [[value, f"pre-{value}", "${params.x}", value]]
            assert run.state is RunState.COMPLETED
        else:
            assert (place.recorded(), untouched(run)) == ([], True)


async def test_an_argument_of_an_undo_stays_one_argument(place: Place) -> None:
    for payload in SOME:
        run = await place.run("undo", payload, {"hold:last": [Answer("undo-all")]})
        if fits_argv(payload):
            assert place.recorded() == [["do", ""], ["undo", plain(payload), ""]]
            assert run.state is RunState.ROLLED_BACK
        else:
            # What could not be taken back is not begun before somebody says so.
            assert (place.recorded(), untouched(run)) == ([], True)
            assert run.hold
            assert run.hold.reason.startswith("there is no way back: ")


async def test_a_shell_gets_values_by_its_environment(place: Place) -> None:
    for payload in TEXTS:
        (place.config / "said").write_text(payload)
        run = await place.run("shell", payload)
        if "\0" not in payload:
            assert place.recorded() == [[plain(payload), plain(payload).strip(), ""]]
            assert run.state is RunState.COMPLETED
        else:
            assert (place.recorded(), untouched(run)) == ([], True)


async def test_what_was_captured_stays_a_value(place: Place) -> None:
    for payload in TEXTS:
        (place.config / "said").write_text(payload)
        run, value = await place.run("capture", "x"), plain(payload).strip()
        if fits_argv(value):
            assert place.recorded() == [[value, value]]
            assert run.state is RunState.COMPLETED
        else:
            assert (place.recorded(), untouched(run)) == ([], True)


async def test_bytes_that_are_no_text_are_captured_as_such(place: Place) -> None:
    (place.config / "said").write_bytes(b"a\xff\xfeb\x9b2J")
    await place.run("capture", "x")
    assert place.recorded() == [["a\ufffd\ufffdb\ufffd2J"] * 2]


async def test_what_a_person_reads_and_answers_runs_nothing(place: Place) -> None:
    for payload in TEXTS:
        run = await place.run("manual", payload, {"manual:ask": [Answer("y", f"seen {payload}")]})
        assert run.state is RunState.COMPLETED
        assert run.answers == {"ask": f"seen {payload}"}
    assert place.recorded() == []


async def test_a_request_cannot_be_split(place: Place) -> None:
    for payload in TEXTS:
        run, value = await place.run("http", payload), plain(payload)
        if value in ("", ".", "..") or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            assert (place.asked(), run.state) == ([], RunState.HELD)
            assert run.executions[0].effect in (Effect.NONE, Effect.NOT_APPLIED)
            continue
        ((line, headers, body),) = place.asked()
        encoded = quote(value, safe="")
        assert line == f"POST /a/{encoded}/b?q={encoded} HTTP/1.1"
        assert headers.pop("x-value") == value.strip(" \t")
        assert set(headers) == OURS
        assert json.loads(body) == {"value": value, "list": [value]}


async def test_a_body_says_what_it_is_given(place: Place) -> None:
    for payload in TEXTS:
        assert (await place.run("body", payload)).state is RunState.COMPLETED
        ((_, _, body),) = place.asked()
        assert json.loads(body) == {"value": plain(payload), "list": [plain(payload)]}


async def test_a_message_says_what_it_is_given(place: Place) -> None:
    for payload in TEXTS:
        assert (await place.run("notify", payload)).state is RunState.COMPLETED
        ((line, headers, body),) = place.asked()
        assert (line, set(headers)) == ("POST /room HTTP/1.1", OURS)
        assert json.loads(body) == {"text": f"It is {plain(payload)}"}


@pytest.mark.parametrize("book", ["flag", "value"])
async def test_no_value_makes_another_flag_or_variant(place: Place, book: str) -> None:
    for payload in TEXTS:
        run = await place.run(book, payload)
        assert run.state is RunState.HELD
        assert run.executions[0].effect in (Effect.NONE, Effect.NOT_APPLIED)
    assert sorted(each.name for each in place.config.iterdir()) == BEFORE


@pytest.mark.parametrize("book", ["probe", "wait"])
async def test_a_value_stays_in_its_quotes_in_a_query(place: Place, book: str) -> None:
    for payload in TEXTS:
        run, value = await place.run(book, payload), plain(payload)
        assert run.state is RunState.COMPLETED
        for query in place.queries():
            found = re.search(r"x\{.*\}", query, re.DOTALL)
            assert found
            matchers = promql_parser.parse(found[0]).matchers.matchers
            assert matchers[0].value == value
            assert [each.value for each in matchers[1:]] in ([], [f"{literal(value)}|z"])


async def test_a_condition_runs_nothing_and_a_choice_is_a_persons(place: Place) -> None:
    for payload in SOME:
        run = await place.run("decide", payload, {"decide:choose": [Answer("two")]})
        assert (run.state, place.recorded()) == (RunState.COMPLETED, [["chosen", ""]])


async def test_a_runbook_inside_gets_the_value_as_it_is(place: Place) -> None:
    for payload in SOME:
        run = await place.run("nested", payload)
        if fits_argv(payload):
            assert (run.state, place.recorded()) == (RunState.COMPLETED, [[plain(payload), ""]])
        else:
            assert (run.state is RunState.COMPLETED, place.recorded()) == (False, [])
