"""From a page to what somebody has to do: steps in order, what is said about them, what might take them back.

Nothing here decides what is safe. Every step is a person's step with a command to copy; whether it may be
repeated, how to find out what it did, and how to take it back are never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.importing.commands import command
from cockpit.config.importing.headings import Role, is_procedure, plain, role
from cockpit.config.importing.page import Fence, Items, Page, Section, Table
from cockpit.config.importing.steps import StepDraft, lines, step_column, steps

MOST_STEPS: Final = 300


@dataclass(slots=True)
class Procedure:
    """What becomes one runbook."""

    title: str
    steps: list[StepDraft] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    rollback: list[str] = field(default_factory=list)
    """Lines of what the page says about taking it back."""
    left_out: int = 0
    """Steps beyond the most."""


def procedures(page: Page, name: str) -> list[Procedure]:
    """At least one; `name` is the page's own where it has no title."""
    title = next((each.title for each in page.sections if each.level == 1 and each.title), "")
    title = title or next(iter(page.front.get("title", ())), "") or name
    parts = _parts(page.sections)
    if parts is None:
        return [_procedure(title, page.sections)]
    before, many = parts
    made = [_procedure(plain(each[0].title), each) for each in many]
    for each in made:
        each.about[:0] = [f"{title}.", *_said(before)]
    return made


def _parts(sections: Sequence[Section]) -> tuple[list[Section], list[list[Section]]] | None:
    """Where the page holds several procedures under headings of one level: what stands before, and each."""
    for level in (1, 2):
        starts = [number for number, each in enumerate(sections) if each.level == level]
        if len(starts) < 2:
            continue
        ends = [*starts[1:], len(sections)]
        chunks = [list(sections[start:end]) for start, end in zip(starts, ends, strict=True)]
        chosen = [chunk for chunk in chunks if _is_whole(chunk)]
        if len(chosen) >= 2:
            whole = set(map(id, chosen))
            rest = [each for chunk in chunks if id(chunk) not in whole for each in chunk]
            return [*sections[: starts[0]], *rest], chosen
    return None


def _is_whole(chunk: Sequence[Section]) -> bool:
    """Whether a heading and what is under it is a procedure by itself."""
    own = role(chunk[0].title)
    if own in ("about", "rollback", "contents", "before"):
        return False
    inner = {role(each.title) for each in chunk[1:]}
    has_parts = "steps" in inner and bool(inner - {"", "steps"})
    does = any(_does_something(each) or (each.blocks and role(each.title) == "steps") for each in chunk)
    return does and (has_parts or (own != "steps" and is_procedure(chunk[0].title)))


def _does_something(section: Section) -> bool:
    return any(
        (isinstance(each, Fence) and command(each) is not None)
        or (isinstance(each, Items) and each.ordered)
        or (isinstance(each, Table) and step_column(each) is not None)
        for each in section.blocks
    )


def _procedure(title: str, sections: Sequence[Section]) -> Procedure:
    made = Procedure(plain(title))
    above: list[tuple[int, Role]] = []
    for number, section in enumerate(sections):
        above = [each for each in above if each[0] < section.level]
        own: Role = role(section.title) if section.level else ""
        inherited: Role = next((each for _, each in reversed(above) if each), "")
        kind: Role = own or (inherited if inherited != "steps" else "") or _by_content(section, number == 0)
        above.append((section.level, own or inherited))
        _put(made, section, kind)
    if not made.steps:  # a page of prose: then its prose is what there is to do
        for section in sections:
            if role(section.title) not in ("contents", "rollback") and section.blocks:
                made.steps += steps(section, made.title)
    made.left_out = max(0, len(made.steps) - MOST_STEPS)
    made.steps = made.steps[:MOST_STEPS]
    return made


def _by_content(section: Section, is_first: bool) -> Role:
    """What stands under the page's own title is about it, unless it tells what to do."""
    if (section.level <= 1 or is_first) and not _does_something(section):
        return "about"
    return "steps"


def _put(made: Procedure, section: Section, kind: Role) -> None:
    if kind == "contents":
        return
    if kind == "rollback":
        made.rollback += _as_lines(section)
    elif kind == "about":
        said = [*lines(section.blocks)]
        if said and section.level > 1:
            said[0] = f"{section.title}: {said[0]}"
        made.about += said
    elif kind == "before":
        if section.blocks:
            made.steps.append(StepDraft(plain(section.title), told=list(lines(section.blocks))))
    else:
        made.steps += steps(section, made.title)


def _as_lines(section: Section) -> list[str]:
    said = [line for text in lines(section.blocks) for line in text.split("\n")]
    return [f"{section.title}:", *said] if said else []


def _said(sections: Iterable[Section]) -> list[str]:
    return [line for each in sections if role(each.title) != "contents" for line in lines(each.blocks)]
