"""What a run asks in a dialog: before it is stopped, taken back, or gone on with."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.levels import Instant
from cockpit.core.runbook.model import Reach
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.words import Choice, Question
from cockpit.text import join_names
from cockpit.views.asking import Asking, Option
from cockpit.views.lines import Line, Tone, line
from cockpit.views.run_steps import preview

WEIGHTY = frozenset({"undo", "undo-all", "abort", "do", "override"})
"""Choices that are asked for once more: what follows from them is not taken back by a key."""
EVIDENCE = {"manual": "what you did or saw", "decide": "why"}


def needs_dialog(question: Question, choice: Choice) -> bool:
    return choice.needs_reason or choice.name in WEIGHTY


def answering(run: Run, question: Question, choice: Choice, now: Instant) -> Asking:
    """One choice of a question, asked once more."""
    wants = EVIDENCE.get(question.kind, "why") if choice.needs_reason else ""
    told: list[Line] = []
    if choice.name == "undo-all":
        told = preview(run, now)
    elif choice.name == "abort":
        told = left_standing(run)
    return Asking(question.text, tuple(told), (Option(choice.name, choice.words, choice.why_not, wants),))


def confirming(question: Question, told: Sequence[Line]) -> Asking:
    """A phrase that has to be typed."""
    return Asking(question.text, tuple(told), (Option("y", "Do it", phrase=question.phrase),))


def undoing_one(run: Run, one: Execution) -> Asking:
    step = run.step(one.key.step)
    title = step.title if step else one.key.step
    option = Option("undo", "Take this step back", wants="why (may stay empty)", optional=True)
    return Asking(f"Take back “{title}”?", (), (option,))


def undoing_all(run: Run, now: Instant) -> Asking:
    told = (line("This would be done, one after the other, each asked for:", Tone.DIM), *preview(run, now))
    option = Option("undo-all", "Take everything back", wants="why (may stay empty)", optional=True)
    return Asking("Take everything back?", told, (option,))


def interrupting(run: Run) -> Asking:
    """Destructive steps want their id typed: half of one may be worse than all of it."""
    step = run.current
    destructive = step is not None and step.reach is Reach.DESTRUCTIVE
    told = (
        line("It gets a signal to end, and is killed when it does not; then it is found out what it did."),
    )
    phrase = step.id if step is not None and destructive else ""
    title = f"Interrupt “{step.title}”?" if step else "Interrupt?"
    return Asking(title, told, (Option("interrupt", "Interrupt the command", phrase=phrase),), "Let it run")


def wrong(run: Run, now: Instant) -> Asking:
    told = preview(run, now) or [line("Nothing of it stands: there is nothing to take back.")]
    options = (
        Option("undo-all", "Take it back now", "" if run.standing() else "nothing stands"),
        Option("abort", "Leave it: it is stopped, what stands is listed to clean up"),
    )
    return Asking(
        "The wrong runbook? This is what it did, newest first:", tuple(told), options, "Go on with it"
    )


def stopping(run: Run) -> Asking:
    """ctrl+c: nothing further starts, and the person says how it goes on."""
    stands = "" if run.standing() else "nothing stands"
    options = (
        Option("interrupt", "Interrupt the command that runs"),
        Option("undo-all", "Take everything back", stands),
        Option("leave", "Leave it: what runs goes on by itself, and nothing further starts"),
    )
    return Asking(f"Stop {run.id}?", (), options, "Keep waiting")


def quitting(runs: Sequence[Run]) -> Asking:
    names = join_names([run.id for run in runs], 4)
    it = "it" if len(runs) == 1 else "them"
    told = (
        line(f"{names} {'is' if len(runs) == 1 else 'are'} not over. A command that runs goes on by itself;"),
        line("nothing further starts until somebody comes back. To come back:"),
        line(f"  cockpit, then r; or cockpit resume {runs[0].id}", Tone.STRONG),
    )
    return Asking("Leave the cockpit?", told, (Option("quit", f"Leave {it}"),), "Stay")


def left_standing(run: Run) -> list[Line]:
    titles = [step.title for one in run.standing() if (step := run.step(one.key.step))]
    if not titles:
        return [line("Nothing of it stands.")]
    return [line(f"This stays, and is listed to clean up: {join_names(titles, 6)}.", Tone.WARNING)]
