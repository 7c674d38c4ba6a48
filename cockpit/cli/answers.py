"""`--answer` and `--yes`: what a script says to the questions of a run, each once a visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.said import answer_from, name_of
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Question
from cockpit.errors import UsageError

WITH_REASON = frozenset({"attest", "skip", "override", "leave", "break-glass"})


@dataclass
class Answers:
    """Texts by what they answer: `STEP`, `undo:STEP`, `hold:STEP`, `already:STEP`, `pre:N`, ..."""

    texts: dict[str, str] = field(default_factory=dict)
    yes: bool = False
    used: set[tuple[str, int, Phase]] = field(default_factory=set)

    @staticmethod
    def of(given: Iterable[str], yes: bool = False) -> Answers:
        """Raises UsageError for what is no answer."""
        texts = {}
        for each in given:
            name, equals, text = each.partition("=")
            if not equals or not name:
                raise UsageError(f"--answer {each!r:.60} is no answer", "write STEP=TEXT, or hold:STEP=retry")
            if name in texts:
                raise UsageError(f"--answer {name} is given twice")
            texts[name] = text
        return Answers(texts, yes)

    def overrides(self) -> dict[int, str]:
        """`pre:N=REASON`, by number."""
        found = {}
        for name, text in self.texts.items():
            if name.startswith("pre:"):
                number = name.removeprefix("pre:")
                if not number.isdigit() or not text:
                    raise UsageError(f"--answer {name} is no precondition", "write pre:1=REASON")
                found[int(number)] = text
        return found

    def to(self, question: Question) -> Answer | None:
        """None: nothing was said to it, or it has been said in this visit already."""
        name = name_of(question)
        use = (name, question.key.visit, question.key.phase)
        if name in self.texts and use not in self.used:
            self.used.add(use)
            return answer_from(question, self.texts[name])
        if self.yes and _a_key_will_do(question):
            return Answer()
        return None


def _a_key_will_do(question: Question) -> bool:
    if question.kind == "manual":
        return not any(each.needs_reason for each in question.choices)
    return question.kind == "confirm" and not question.phrase
