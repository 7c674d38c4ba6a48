"""Procedures written down as draft runbooks in which every guess says so.

What keeps people safe is never guessed: idempotence, `reconcile`, rollbacks. What the page says about taking
things back stands at the foot, for somebody to put where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.config.ids import free, slug
from cockpit.config.importing.commands import Parameters, assigned
from cockpit.config.importing.page import Page
from cockpit.config.importing.procedures import MOST_STEPS, Procedure
from cockpit.config.importing.steps import SHOWS, StepDraft
from cockpit.config.writing import Value, guessed, written

MOST_TOLD: Final = 500
"""What the format takes as instructions; longer prose goes under `why`."""
MOST_WHY: Final = 6_000
MOST_ABOUT: Final = 6_000
MOST_FOOT: Final = 80
_alert: Final = re.compile(r"(?=.{9})(?:[A-Z][a-z0-9]+|[a-z][a-z0-9]+(?=.*[a-z][A-Z]))(?:[A-Z]+[a-z0-9]+)+")
_mark: Final = re.compile(r"(?:^|\s)# guessed\b.*$", re.MULTILINE)
_humps: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_braced: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Around:
    """What the configuration has already."""

    services: Collection[str] = ()
    runbooks: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A runbook to be, and how much of it was made of what."""

    id: str
    text: str
    steps: int
    commands: int
    parameters: int
    guesses: int
    rollback: int
    """Lines about taking it back, at the foot."""
    left_out: int = 0


def drafts(made: Sequence[Procedure], page: Page, name: str, source: str, around: Around) -> list[Draft]:
    """One for each; `name` is the page's, `source` is told on top."""
    taken: set[str] = set()
    found = []
    for each in made:
        wanted = slug(_humps.sub("-", name if len(made) == 1 else each.title))
        if wanted == "step":  # a title in letters that no id may have
            wanted = slug(name) if slug(name) != "step" else "page"
        id = free(wanted, taken)
        taken.add(id)
        found.append(_draft(each, page, id, source, around))
    return found


def _draft(made: Procedure, page: Page, id: str, source: str, around: Around) -> Draft:
    names = Parameters(assigned=assigned("\n".join(each.command for each in made.steps)))
    steps = [_step(each, names) for each in made.steps]
    document: dict[str, Value] = {
        "apiVersion": "cockpit/v1",
        "kind": "Runbook",
        "metadata": _metadata(made, page, id, around),
    }
    if names.prompts:
        document["parameters"] = {name: _parameter(prompt) for name, prompt in names.prompts.items()}
    document["steps"] = steps
    text = written(document, _head(source, made), _foot(made, names))
    commands = sum(bool(each.command) for each in made.steps)
    return Draft(
        id, text, len(steps), commands, len(names.prompts), marks(text), len(made.rollback), made.left_out
    )


def marks(text: str) -> int:
    """Guesses, as lint counts them."""
    return len(_mark.findall(text))


def _head(source: str, made: Procedure) -> list[str]:
    lines = [
        f"Draft, made by cockpit from {source}; that is left as it was. Look at every guess, and take its "
        "mark away when it is right: lint counts them (R25).",
        "Nobody has said yet what may be repeated, how to find out what a step did, and how to take it back.",
    ]
    if made.left_out:
        lines.append(f"Left out: {made.left_out} steps beyond the first {MOST_STEPS}. Split the page.")
    return [*lines, ""]


def _foot(made: Procedure, names: Parameters) -> list[str]:
    lines: list[str] = []
    if names.secrets:
        said = ", ".join(names.secrets[:20])
        lines += ["", f"{said}: a secret, so it is no parameter; type it where the command asks for it."]
    if made.rollback:
        lines += ["", "What the page says about taking it back. An undo stands under the step it takes back:"]
        lines += [f"  {each}" for each in made.rollback[:MOST_FOOT]]
        more = len(made.rollback) - MOST_FOOT
        lines += [f"  and {more} more lines"] if more > 0 else []
    return lines


def _metadata(made: Procedure, page: Page, id: str, around: Around) -> dict[str, Value]:
    card: dict[str, Value] = {
        "id": guessed(id, "it is there already; take another") if id in around.runbooks else guessed(id),
        "title": made.title[:200],
        "status": "draft",
    }
    if services := _services(f"{id} {made.title}", around.services):
        card["services"] = guessed(services, "named in the title")
    for key, names in (("owner", ("owner", "team")), ("severity", ("severity",))):
        if said := next((each for name in names for each in page.front.get(name, ())), ""):
            card[key] = said[:200]
    if alerts := _alerts(made.title, page.front):
        card["alerts"] = alerts
    if tags := [each[:200] for each in page.front.get("tags", ())][:20]:
        card["tags"] = tags
    if docs := cut("\n\n".join(made.about), MOST_ABOUT):
        card["docs"] = docs
    return card


def _services(said: str, known: Iterable[str]) -> list[str]:
    words = set(re.split(r"[^a-z0-9]+", said.lower()))
    whole = f"-{'-'.join(re.split(r'[^a-z0-9]+', said.lower()))}-"
    return [each for each in known if each.lower() in words or f"-{slug(each)}-" in whole][:5]


def _alerts(title: str, front: dict[str, list[str]]) -> Value | None:
    said = [each[:500] for name in ("alert", "alertname", "alerts") for each in front.get(name, ())]
    if said:
        return said
    return guessed([title], "the page is called like one") if _alert.fullmatch(title) else None


def _parameter(prompt: str) -> Value:
    return {"prompt": guessed(prompt)}


def _step(made: StepDraft, names: Parameters) -> Value:
    title = made.title or "Step"
    told = "\n".join(made.told).strip("\n")
    if told.startswith(SHOWS):  # what comes of it is not what to do
        told = f"{title}\n{told}"
    why = "\n\n".join(made.why).strip()
    if len(told) > MOST_TOLD:
        why = f"{why}\n\n{told}".strip()
        told = cut(told, MOST_TOLD - 40) + " (all of it under why)"
    step: dict[str, Value] = {"title": escaped(title) if made.is_named else guessed(escaped(title))}
    if why:
        step["why"] = unfilled(cut(why, MOST_WHY))
    manual: dict[str, Value] = {"instructions": _fitting(told or title)}
    if made.command:
        command, _ = names.filled(made.command)
        manual["command"] = guessed(command, made.because) if made.because else command
    step["manual"] = manual
    return step


def _fitting(text: str) -> str:
    """Escaping makes text longer, and it has to fit all the same."""
    safe = escaped(text)
    return safe if len(safe) <= MOST_TOLD else cut(text.replace("${", "$ {"), MOST_TOLD)


def escaped(text: str) -> str:
    """`${` as text, where `${...}` would be filled in."""
    return re.sub(r"\$(?=\{)", "$$", text)


def unfilled(text: str) -> str:
    """The same where nothing is filled in and people would read the escape."""
    return escaped(_braced.sub(r"$\1", text))


def cut(text: str, most: int) -> str:
    """Whole words, and an ellipsis where something is missing."""
    if len(text) <= most:
        return text
    return text[: most - 2].rsplit(None, 1)[0].rstrip() + " …"
