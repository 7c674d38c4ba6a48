"""What somebody has to do under one heading: commands, list items and rows of tables, each with its prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from cockpit.config.importing.commands import command, looks_typed
from cockpit.config.importing.headings import plain
from cockpit.config.importing.page import Block, Fence, Items, Para, Section, Table

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


def steps(section: Section, page_title: str) -> list[StepDraft]:
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
            case Table() if (column := step_column(block)) is not None:
                self._table(block, column)
            case _:
                self.prose += lines([block])
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
            prose += lines([block])
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


def step_column(table: Table) -> int | None:
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


def lines(blocks: Iterable[Block], depth: int = 0) -> Iterator[str]:
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
        text = "\n".join(lines(item, depth + 1)).split("\n")
        yield f"{mark} {text[0]}"
        yield from (f"  {line}" for line in text[1:])
