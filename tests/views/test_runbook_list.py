"""What a runbook changes: nobody calls harmless what nobody has looked at."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.runbook.actions import Command, Manual, Probe
from cockpit.core.runbook.model import Runbook, Step
from cockpit.views.runbook_list import coverage_short, coverage_words

LOOK = Step("look", "Look", Probe(Command(("df",))))


def test_only_what_somebody_has_checked_changes_nothing() -> None:
    book = Runbook("b", "B", (LOOK, Step("tell", "Tell", Manual("tell them"))))
    typed = replace(book, steps=(LOOK, Step("restart", "Restart", Manual("restart it", "kubectl rollout"))))
    books = (book, replace(book, status="draft"), typed)
    assert [(coverage_words(each), coverage_short(each)) for each in books] == [
        ("changes nothing", "changes nothing"),
        ("what it changes nobody has said", "undo not known"),
        ("what it changes nobody has said", "undo not known"),
    ]
