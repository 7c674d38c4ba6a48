"""From a page to what somebody has to do: steps in order, what is said about them, what might take them back.

Nothing here decides what is safe. Every step is a person's step with a command to copy; whether it may be
repeated, how to find out what it did, and how to take it back are never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.importing.commands import command, looks_typed
from cockpit.config.importing.headings import Role, is_procedure, plain, role
from cockpit.config.importing.page import Block, Fence, Items, Page, Para, Section, Table

MOST_STEPS: Final = 300
MOST_TITLE: Final = 90
SHOWS: Final = "It shows:"
"""Before what the page has as the output of a command."""
_sentence: Final = re.compile(r"(?<=[.!?。！？])\s+(?=\S)|(?<=[。！？])")
_address: Final = re.compile(r"\s*\(https?://[^\s()]*\)")
_task: Final = re.compile(r"^\[[ xX]\]\s*")
_COLUMNS: Final = (
    "step",
    "action",
    "what",
    "do",
    "task",
    "check",
    "schritt",
    "étape",
    "paso",
    "手順",
    "步骤",
)


@dataclass(slots=True)
class StepDraft:
    """One thing to do."""

    title: str
    is_named: bool = True
    """The page gives it this title; otherwise it was made of a sentence."""
    why: list[str] = field(default_factory=list)
    """Prose that stands before it."""
    told: list[str] = field(default_factory=list)
    """What to do, in the words of the page."""
    command: str = ""
    because: str = ""
    """Why the command is a guess."""


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
        or (isinstance(each, Table) and _step_column(each) is not None)
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
                made.steps += _steps(section, made.title)
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
        said = [*_lines(section.blocks)]
        if said and section.level > 1:
            said[0] = f"{section.title}: {said[0]}"
        made.about += said
    elif kind == "before":
        if section.blocks:
            made.steps.append(StepDraft(plain(section.title), told=list(_lines(section.blocks))))
    else:
        made.steps += _steps(section, made.title)


def _as_lines(section: Section) -> list[str]:
    lines = [line for text in _lines(section.blocks) for line in text.split("\n")]
    return [f"{section.title}:", *lines] if lines else []


def _said(sections: Iterable[Section]) -> list[str]:
    return [line for each in sections if role(each.title) != "contents" for line in _lines(each.blocks)]


# Blocks of one section into steps.


def _steps(section: Section, page_title: str) -> list[StepDraft]:
    title = plain(section.title) or page_title
    made = _Making(title)
    listed = _steps_are_listed(section.blocks)
    for block in section.blocks:
        made.take(block, listed)
    return made.done()


def _steps_are_listed(blocks: Sequence[Block]) -> bool:
    """Whether items without numbers are steps here: only where nothing else is."""
    return not any(
        (isinstance(each, Items) and each.ordered) or (isinstance(each, Fence) and command(each) is not None)
        for each in blocks
    )


class _Making:
    """Collects prose until something to do comes that it belongs to."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.steps: list[StepDraft] = []
        self.prose: list[str] = []
        self.after_list = False

    def take(self, block: Block, listed: bool) -> None:
        match block:
            case Items() if _are_steps(block, listed):
                self._items(block)
                self.after_list = True
                return
            case Fence() if (found := command(block)) is not None:
                self._command(found.text, found.because, found.shown)
            case Table() if (column := _step_column(block)) is not None:
                self._table(block, column)
            case _:
                self.prose += _lines([block])
        self.after_list = False

    def done(self) -> list[StepDraft]:
        if self.prose and self.steps:
            self.steps[-1].told += self.prose
        elif self.prose:
            self.steps.append(StepDraft(self.title, told=self.prose))
        for step in self.steps:
            _typed_in_prose(step)
        if len(self.steps) == 1 and not self.steps[0].is_named:
            only = self.steps[0]
            only.told = only.told or [only.title]
            only.title, only.is_named = self.title, True
        return self.steps

    def _command(self, text: str, because: str, shown: str) -> None:
        last = self.steps[-1] if self.steps else None
        told = [f"{SHOWS}\n{shown}"] if shown else []
        if self.after_list and last is not None and not last.command and not self.prose:
            last.command, last.because = text, because  # the code of the list's last item, not indented
            last.told += told
            return
        title, rest = _title(self.prose[-1]) if self.prose else ("", "")
        step = StepDraft(
            title or (self.title if not self.steps else f"{self.title} ({len(self.steps) + 1})"),
            is_named=not title and not self.steps,
            why=self.prose[:-1],
            told=[*([rest] if rest else []), *told],
            command=text,
            because=because,
        )
        self.prose = []
        self.steps.append(step)

    def _items(self, block: Items) -> None:
        why, self.prose = self.prose, []
        for item in block.items:
            made = _item_steps(item, block.ordered)
            if made and why:
                made[0].why, why = [*why, *made[0].why], []
            self.steps += made
        self.prose = why

    def _table(self, block: Table, column: int) -> None:
        why, self.prose = self.prose, []
        for row in block.rows:
            if len(row) <= column or not row[column].text:
                continue
            title, rest = _title(row[column].text)
            others = [
                f"{head.text}: {cell.text}"
                for number, (head, cell) in enumerate(zip(block.head, row, strict=False))
                if number != column and cell.text and not cell.text.isdigit()
            ]
            step = StepDraft(title, False, why, [*([rest] if rest else []), *others])
            codes = [code for cell in row for code in cell.codes if looks_typed(code)]
            if len(codes) == 1:
                step.command, step.because = codes[0], "from the table"
            why = []
            self.steps.append(step)


def _are_steps(block: Items, listed: bool) -> bool:
    if all(_links_only(item) for item in block.items):
        return False
    if block.ordered:
        return True
    return listed or any(
        isinstance(each, Fence) and command(each) is not None for item in block.items for each in item
    )


def _links_only(item: Sequence[Block]) -> bool:
    return all(isinstance(each, Para) and each.links_only for each in item)


def _item_steps(item: Sequence[Block], ordered: bool) -> list[StepDraft]:
    """One step for each command in it, one where there is none."""
    made: list[StepDraft] = []
    prose: list[str] = []
    title = ""
    for block in item:
        if isinstance(block, Para) and not title:
            title, rest = _title(_task.sub("", block.text))
            prose += [rest] if rest else []
        elif isinstance(block, Fence) and (found := command(block)) is not None:
            told = [f"{SHOWS}\n{found.shown}"] if found.shown else []
            name = title if not made else f"{title} ({len(made) + 1})"
            made.append(StepDraft(name, ordered, [], [*prose, *told], found.text, found.because))
            prose = []
        elif isinstance(block, Items) and _has_commands(block):
            if title and (prose or not made):
                made.append(StepDraft(title, ordered, told=prose))
                prose = []
            for inner in block.items:
                made += _item_steps(inner, block.ordered)
        else:
            prose += _lines([block])
    if not made and (title or prose):
        made.append(StepDraft(title or _title(prose[0])[0], ordered, told=prose))
    elif made:
        made[-1].told += prose
    return [each for each in made if each.title or each.command]


def _has_commands(block: Items) -> bool:
    return any(
        (isinstance(each, Fence) and command(each) is not None)
        or (isinstance(each, Items) and _has_commands(each))
        for item in block.items
        for each in item
    )


def _typed_in_prose(step: StepDraft) -> None:
    """A command that stands in a sentence, where it is the only one."""
    if step.command:
        return
    codes = [code for text in (step.title, *step.told) for code in re.findall(r"`([^`]+)`", text)]
    typed = list(dict.fromkeys(code for code in codes if looks_typed(code)))
    if len(typed) == 1:
        step.command, step.because = typed[0], "from the sentence"


def _step_column(table: Table) -> int | None:
    for number, head in enumerate(table.head):
        if head.text.lower().strip(" #:") in _COLUMNS or head.text.lower().split(" ")[:1] in (
            ["step"],
            ["action"],
        ):
            rows = [row[number].text for row in table.rows if len(row) > number]
            if any(not text.strip(" .").isdigit() for text in rows):
                return number
    return None


def _title(text: str) -> tuple[str, str]:
    """The first sentence as a title, and all of it again where it says more."""
    whole = " ".join(_address.sub("", text).replace("`", "").split())
    first = _sentence.split(whole, maxsplit=1)[0].strip()
    title = first.rstrip(" :：.。").strip("*_ ") or first
    if len(title) > MOST_TITLE:
        return title[: MOST_TITLE - 1].rsplit(" ", 1)[0] + "…", text
    return title, text if first != text.strip() else ""


# Blocks as text.


def _lines(blocks: Iterable[Block], depth: int = 0) -> Iterator[str]:
    """A text a block; lists and tables line by line in one."""
    for block in blocks:
        match block:
            case Para():
                yield block.text
            case Fence():
                yield "\n".join(f"    {line}" for line in block.text.split("\n"))
            case Items():
                yield "\n".join(_item_lines(block, depth))
            case Table():
                yield "\n".join(" | ".join(cell.text for cell in row) for row in (block.head, *block.rows))


def _item_lines(block: Items, depth: int) -> Iterator[str]:
    for number, item in enumerate(block.items, start=1):
        mark = f"{number}." if block.ordered else "-"
        text = "\n".join(_lines(item, depth + 1)).split("\n")
        yield f"{mark} {text[0]}"
        yield from (f"  {line}" for line in text[1:])
