"""A run in the plain terminal: says what happens line by line, asks what has to be asked."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping

from cockpit.cli.answers import Answers
from cockpit.cli.keyboard import Keyboard
from cockpit.cli.output import say, say_json
from cockpit.core.journal import EVENT, Recorded
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.requests import request_of
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import Output
from cockpit.engine.runs.world import Wish
from cockpit.text import clean
from cockpit.views import approvals, run_lines
from cockpit.views.louder import careful, louder


class TerminalDesk:
    """`json`: one event of the journal a line, and nothing else on stdout."""

    def __init__(self, answers: Answers, *, json: bool = False, asks: bool | None = None) -> None:
        """`asks`: whether somebody sits here; by default when it is a terminal."""
        self.grades: Mapping[str, BookGrades] = {}
        """By runbook; whoever sits here is told what was never proven."""
        self._answers = answers
        self._json = json
        self._asks = sys.stdin.isatty() and sys.stdout.isatty() if asks is None else asks
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._keyboard = Keyboard()
        self._partial = ""
        self._told = ""

    @property
    def asks(self) -> bool:
        """Whether somebody sits here."""
        return self._asks

    def want(self, wish: Wish) -> None:
        self._wishes.put_nowait(wish)

    async def answer(self, run: Run, question: Question) -> Answer | None:
        given = self._answers.to(question)
        if given is not None:
            return given
        if not self._asks:
            self._say([*_before(run, question), *run_lines.question(question)])
            return None
        return await self._asked(run, question)

    async def wish(self) -> Wish:
        return await self._wishes.get()

    def recorded(self, run: Run, records: list[Recorded]) -> None:
        for record in records:
            if self._json:
                say_json({"schema": EVENT, **record.fields()})
            elif text := run_lines.record(run, record):
                self._say([text])

    def heard(self, run: Run, key: Key, output: Output) -> None:
        *whole, self._partial = (self._partial + output.text).split("\n")
        self._say([f"  | {line}" for line in whole])

    def progress(self, run: Run, key: Key, progress: Progress) -> None:
        text = run_lines.progress(run, key, progress)
        if text != self._told:
            self._told = text
            self._say([text])

    def complain(self, text: str) -> None:
        print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)

    def tell(self, text: str) -> None:
        """Before it begins."""
        self._say([text])

    async def reason(self, number: int, title: str, why: str, by_hand: str) -> str:
        """For a check that cannot be told; empty: nobody says anything, and it blocks."""
        hint = [f"  by hand: {by_hand}"] if by_hand else []
        self._say([f"? {title}: {why}", *hint, "  a reason to go on all the same, or nothing to leave it:"])
        if not self._asks:
            return ""
        return (await self._keyboard.line("> ") or "").strip()

    def ended(self, run: Run) -> None:
        """The last word: how it stands, and how one comes back to it."""
        if not run.final:
            self._say([f"{run.id} is left as it stands: cockpit resume {run.id}, cockpit rollback {run.id}"])

    def _say(self, lines: list[str]) -> None:
        if not self._json:
            say(lines)

    async def _asked(self, run: Run, question: Question) -> Answer | None:
        """Louder than the runbook itself asks where something destroys that was never proven."""
        grades = self.grades.get(run.runbook.id)
        asked, told = louder(run, question, grades), careful(run, question, grades)
        warned = [f"  careful: {told}"] if told else []
        self._say([*_before(run, asked), *warned, *run_lines.question(asked)])
        said = await self._typed(asked)
        while said is not None and asked is not question and said.text != asked.phrase:
            self.complain(f"type exactly: {asked.phrase}")
            said = await self._typed(asked)
        return said

    async def _typed(self, question: Question) -> Answer | None:
        """One line from the person; an empty one, or the end of input, is no answer.

        While others are waited for, an empty line leaves nothing.
        """
        text = await self._keyboard.line("> ")
        while text == "" and question.kind == "approval":
            text = await self._keyboard.line("> ")
        if text is None:
            return None
        if question.phrase:
            return Answer("y", text)
        if not question.choices:
            return Answer(text)
        return run_lines.chosen(question, text)


def _before(run: Run, question: Question) -> list[str]:
    """What has to be known to answer it: what is to be done by hand, or of whom it is asked."""
    request = request_of(run) if question.kind == "approval" else None
    if request is None:
        return run_lines.by_hand(run, question)
    return approvals.waiting(request, time.time())
