"""An audit and a gate for people, machines and wikis: whole, within the width, and text stays text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.audit.answers import QUESTIONS, Answer, Answered, Audit, Finding, Score, Severity
from cockpit.core.audit.auditing import audit
from cockpit.core.audit.gate import Check, Gate
from cockpit.errors import Place
from cockpit.text import first_hidden
from cockpit.views.audit import gate as gates
from cockpit.views.audit.markdown import rendered
from cockpit.views.audit.told import document, lines, verdict
from cockpit.views.layout import width_of
from tests.core.audit.world import known, needs, ready, with_service
from tests.tui.payloads import PAYLOADS

ONE = Finding(
    "shared",
    "web",
    "web is shared",
    "Two fail.",
    "Split it.",
    Severity.HIGH,
    Score(4, 8.0, 3),
    Place("shop.yaml", 4, 11),
)
SMALL = Audit(
    (
        Answered(QUESTIONS[0], Answer.YES, ("web does.",), ("web", "db")),
        Answered(QUESTIONS[1], Answer.YES, ("All can.",)),
        Answered(QUESTIONS[2], Answer.UNKNOWN, ("Nobody knows.",)),
    ),
    (ONE, replace(ONE, kind="stale", severity=Severity.LOW, score=Score(1, 1.0, 1), at=None)),
)


def test_for_people() -> None:
    assert lines(SMALL, 60) == [
        "SEVEN QUESTIONS: 1 of 3 answered well, 1 badly, 1 unknown",
        "",
        "1. Can one fault reach unrelated workflows?",
        "   ✗ YES, and it should be no",
        "     web does.",
        "     worst: web, db",
        "",
        "2. Can we roll back fast without losing data?",
        "   ✓ YES, as it should be",
        "     All can.",
        "",
        "3. Does the critical path live without the rest?",
        "   ? UNKNOWN, and it should be yes",
        "     Nobody knows.",
        "",
        "FIX FIRST: 2 findings",
        "(score = who would be hurt x weight of the tier x width of",
        "the gap)",
        "",
        " 1. HIGH web is shared",
        "    why  Two fail.",
        "    do   Split it.",
        "    score 96 = 4 x 8 x 3, shop.yaml:4:11",
        "",
        " 2. LOW web is shared",
        "    why  Two fail.",
        "    do   Split it.",
        "    score 1 = 1 x 1 x 1",
    ]


def test_for_machines() -> None:
    assert document(SMALL) == {
        "schema": "cockpit.audit/v1",
        "questions": [
            {
                "id": "containment",
                "question": "Can one fault reach unrelated workflows?",
                "answer": "yes",
                "good": "no",
                "evidence": ["web does."],
                "worst": ["web", "db"],
            },
            {
                "id": "rollback",
                "question": "Can we roll back fast without losing data?",
                "answer": "yes",
                "good": "yes",
                "evidence": ["All can."],
                "worst": [],
            },
            {
                "id": "critical-path",
                "question": "Does the critical path live without the rest?",
                "answer": "unknown",
                "good": "yes",
                "evidence": ["Nobody knows."],
                "worst": [],
            },
        ],
        "fix_first": [
            {
                "kind": "shared",
                "subject": "web",
                "severity": "high",
                "score": 96.0,
                "because": {"blast": 4, "tier": 8.0, "gap": 3},
                "what": "web is shared",
                "why": "Two fail.",
                "do": "Split it.",
                "file": "shop.yaml",
                "line": 4,
            },
            {
                "kind": "stale",
                "subject": "web",
                "severity": "low",
                "score": 1.0,
                "because": {"blast": 1, "tier": 1.0, "gap": 1},
                "what": "web is shared",
                "why": "Two fail.",
                "do": "Split it.",
                "file": None,
                "line": None,
            },
        ],
        "asked_live": False,
    }


def test_for_a_wiki() -> None:
    assert rendered(replace(SMALL, answers=SMALL.answers[:1], fix_first=(ONE,)), "Shop [x](y)") == (
        "# Readiness of Shop \\[x\\](y)\n"
        "\n"
        "0 of 1 answered well, 1 badly, 0 unknown.\n"
        "\n"
        "## Seven questions\n"
        "\n"
        "### 1. Can one fault reach unrelated workflows?\n"
        "\n"
        "**YES, and it should be no**\n"
        "\n"
        "- web does.\n"
        "- Worst: `web`, `db`\n"
        "\n"
        "## Fix first\n"
        "\n"
        "1 finding; score = who would be hurt x weight of the tier x width of the gap.\n"
        "\n"
        "1. **HIGH** web is shared\n"
        "   - Why: Two fail.\n"
        "   - Do: Split it.\n"
        "   - Score: 96 = 4 x 8 x 3\n"
        "   - Where: `shop.yaml:4:11`\n"
    )


def test_which_answer_is_good_is_said_with_each() -> None:
    made = audit(known(ready()))
    assert {verdict(each) for each in made.answers} == {"YES, as it should be", "NO, as it should be"}


def test_nothing_to_fix_is_said() -> None:
    nothing = Audit((), ())
    assert "FIX FIRST: nothing was found" in lines(nothing)
    assert "Nothing was found." in rendered(nothing, "x")


def test_a_long_list_is_cut_for_people_and_whole_for_machines() -> None:
    many = replace(SMALL, fix_first=(ONE,) * 130)
    assert lines(many)[-1] == "110 more: --json has all of them"
    assert rendered(many, "x").rstrip().endswith("30 more: `cockpit audit --json` has all of them.")
    assert len(document(many)["fix_first"]) == 130


HOSTILE = [f"<{each[:300]}>" for each in PAYLOADS] + [
    "| a |\n# b\n- c",
    "[x](javascript:alert(1))",
    "`` ` ``",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(text: str) -> None:
    model = with_service("desk", depends_on=needs("web"), owner="")
    model = replace(
        model,
        capabilities=tuple(replace(each, title=text) for each in model.capabilities),
        title=text,
    )
    made = audit(known(model))
    told = lines(made, 80)
    assert all(width_of(each) <= 80 and not first_hidden(each) for each in told)
    page = rendered(made, text)
    assert not any(first_hidden(each) for each in page.splitlines())
    assert all(each[0] in "#*-0123456789 FN" for each in page.splitlines() if each)
    assert "[x](" not in page
    assert "\n# b" not in page


GATE = Gate(
    "web",
    (
        Check("incident", "No open incident touches it", Answer.YES, ("No incident is open.",)),
        Check("rollback", "A way back is proven", Answer.NO, ("Nobody has tried it.",)),
        Check("health", "It is well now", Answer.UNKNOWN, ("Nobody can see it.",)),
    ),
)


def test_a_gate_for_people_and_machines() -> None:
    assert gates.lines(GATE) == [
        "web: not now: 1 thing is not so, and 1 cannot be told, which is no pass",
        "✓ yes      No open incident touches it.",
        "           No incident is open.",
        "✗ NO       A way back is proven.",
        "           Nobody has tried it.",
        "? UNKNOWN  It is well now.",
        "           Nobody can see it.",
    ]
    assert gates.document(GATE) == {
        "schema": "cockpit.gate/v1",
        "service": "web",
        "go": False,
        "checks": [
            {
                "id": "incident",
                "question": "No open incident touches it",
                "answer": "yes",
                "evidence": ["No incident is open."],
            },
            {
                "id": "rollback",
                "question": "A way back is proven",
                "answer": "no",
                "evidence": ["Nobody has tried it."],
            },
            {
                "id": "health",
                "question": "It is well now",
                "answer": "unknown",
                "evidence": ["Nobody can see it."],
            },
        ],
        "reasons": ["Nobody has tried it.", "Nobody can see it."],
    }


def test_a_gate_that_is_open() -> None:
    fine = Gate("web", GATE.checks[:1])
    assert gates.lines(fine)[0] == "web: nothing stands in the way of a release"
    assert gates.document(fine)["go"] is True
