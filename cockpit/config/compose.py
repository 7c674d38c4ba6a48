"""YAML events into plain values and their marks, without recursion, refusing what makes YAML a trap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from sys import intern
from typing import Any, Final, NoReturn

from yaml import events

from cockpit.config.marks import Document, Marks, Node, place, position
from cockpit.config.scalars import Scalar, resolve
from cockpit.errors import Finding
from cockpit.text import clean, first_hidden

MAX_DEPTH: Final = 24
MAX_SCALAR_BYTES: Final = 64 * 1024
MAX_EVENTS: Final = 600_000
"""Keys, values and ends of collections in one file: thrice what 5,000 services take, under 100 MB."""
MAX_FINDINGS: Final = 100


class _Enough(Exception):
    """Reading on would help nobody."""


@dataclass(slots=True)
class _Mapping:
    """A mapping that is being filled; it expects a key when `key` is None, and a value otherwise."""

    value: dict[str, object]
    marks: Node
    key: str | None = None

    def put(self, value: object, marks: Marks) -> None:
        assert self.key is not None
        self.value[self.key] = value
        self.marks.values[self.key] = marks
        self.key = None


@dataclass(slots=True)
class _List:
    """A list that is being filled; it never expects a key."""

    value: list[object]
    marks: Node
    key: str | None = ""

    def put(self, value: object, marks: Marks) -> None:
        self.marks.values[len(self.value)] = marks
        self.value.append(value)


class Composer:
    """Makes one document of the events of one file; `findings` are in the order of the file."""

    def __init__(self, file: str) -> None:
        self.findings: list[Finding] = []
        self._file = file
        self._documents: list[object] = []
        self._marks = Node(0, {}, {})
        self._stack: list[_Mapping | _List] = [_List(self._documents, self._marks)]
        self._whole = True

    def run(self, parsed: Iterable[events.Event]) -> None:
        """Raises what the parser raises."""
        takers: dict[type, Callable[[Any], object]] = {
            events.DocumentStartEvent: self._document,
            events.MappingStartEvent: self._mapping,
            events.MappingEndEvent: self._end,
            events.SequenceStartEvent: self._list,
            events.SequenceEndEvent: self._end,
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
        }
        with suppress(_Enough):
            for count, event in enumerate(parsed):
                if count > MAX_EVENTS:
                    self._give_up(_start(event), "holds too many values", "split the file")
                if take := takers.get(type(event)):
                    take(event)

    def document(self) -> Document | None:
        """None when anything was refused."""
        if not self._whole:
            return None
        if not self._documents:
            return Document(self._file, None, 0)
        return Document(self._file, self._documents[0], self._marks.values[0])

    def break_off(self, finding: Finding) -> None:
        """The parser cannot go on, for this reason."""
        self._whole = False
        self.findings.append(finding)

    def _document(self, event: events.DocumentStartEvent) -> None:
        if self._documents:
            self._give_up(_start(event), "a second document", "one document a file: split it")

    def _scalar(self, event: events.ScalarEvent) -> None:
        text, at, plain, top = event.value, _start(event), event.implicit[0], self._stack[-1]
        if event.anchor or event.tag:
            self._refuse_properties(event, at)
        if len(text) > MAX_SCALAR_BYTES // 4 or not text.isprintable():
            self._inspect(text, at)
        value = self._resolved(text, at) if plain else text
        if top.key is None:
            if plain and text == "<<":
                self._refuse(at, "a merge key (<<)", "write the fields out")
            self._key(top, text, value, at)
        else:
            top.put(value, at)

    def _inspect(self, text: str, at: int) -> None:
        if hidden := first_hidden(text):
            self._refuse(at, f"text that hides the character U+{ord(hidden):04X}", "delete it")
        if len(text.encode()) > MAX_SCALAR_BYTES:
            self._refuse(at, "text over 64 KiB", "put it into a file of its own")

    def _resolved(self, text: str, at: int) -> Scalar:
        try:
            return resolve(text)
        except ValueError as error:
            self._refuse(at, str(error), "put quotes around it if it is text")
            return text

    def _key(self, top: _Mapping | _List, text: str, value: Scalar, at: int) -> None:
        if value is None and not text:
            self._complain("C04", at, "a key is missing before ':'", "name the field")
        elif not isinstance(value, str):
            self._complain("C04", at, f"the key {text} is not text", f'put quotes around it: "{text}"')
        if text in top.marks.keys:
            first = place(self._file, top.marks.keys[text])
            self._complain(
                "C02", at, f"the key '{_short(text)}' is there twice, first at {first}", "remove one"
            )
        top.key = text = intern(text)  # a shop of 5,000 services has the same 30 keys over and over
        top.marks.keys[text] = at

    def _mapping(self, event: events.MappingStartEvent) -> None:
        self._begin(event, _Mapping({}, Node(_start(event), {}, {})), "a mapping")

    def _list(self, event: events.SequenceStartEvent) -> None:
        self._begin(event, _List([], Node(_start(event), {}, {})), "a list")

    def _begin(self, event: events.CollectionStartEvent, opened: _Mapping | _List, what: str) -> None:
        at, top = opened.marks.here, self._stack[-1]
        if event.anchor or event.tag:
            self._refuse_properties(event, at)
        if len(self._stack) > MAX_DEPTH:
            self._give_up(at, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        if top.key is None:
            self._no_key(top, at, what)
        else:
            top.put(opened.value, opened.marks)
        self._stack.append(opened)

    def _end(self, event: events.CollectionEndEvent) -> None:
        self._stack.pop()

    def _no_key(self, top: _Mapping | _List, at: int, what: str) -> None:
        """Something that cannot be a key stands in its place; what follows is still looked through."""
        self._whole = False
        self._complain(
            "C04", at, f"{what} as a key", "put quotes around it, as text with braces or brackets needs"
        )
        top.key = ""

    def _alias(self, event: events.AliasEvent) -> None:
        at, top = _start(event), self._stack[-1]
        self._refuse(at, f"an alias (*{_short(event.anchor)})", "write the value out here")
        if top.key is None:
            top.key = ""
        else:
            top.put(None, at)

    def _refuse_properties(self, event: events.ScalarEvent | events.CollectionStartEvent, at: int) -> None:
        if event.anchor:
            self._refuse(
                at, f"an anchor (&{_short(event.anchor)})", "write the value out wherever it is needed"
            )
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(at, f"a tag ({_short(tag)})", "remove it; quotes make text of anything")

    def _refuse(self, at: int, message: str, hint: str) -> None:
        self._whole = False
        self._complain("C20", at, message, hint)

    def _give_up(self, at: int, message: str, hint: str) -> NoReturn:
        self._refuse(at, message, hint)
        raise _Enough

    def _complain(self, code: str, at: int, message: str, hint: str) -> None:
        self.findings.append(Finding(code, place(self._file, at), message, hint))
        if len(self.findings) >= MAX_FINDINGS:
            self._whole = False
            raise _Enough


def _start(event: events.Event) -> int:
    mark = event.start_mark
    assert mark is not None  # libyaml marks every event; only events made by hand have none
    return position(mark.line, mark.column)


def _short(text: str | None) -> str:
    """For a message: safe to print, on one line, and no longer than it helps."""
    shown = clean(text or "")
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
