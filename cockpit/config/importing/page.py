"""A Markdown page as blocks under headings: what people wrote, without the marks they wrote it with."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from cockpit.config.importing.loose import documents, mapping, texts
from cockpit.config.importing.secrets import without_secrets
from cockpit.config.importing.words import words
from cockpit.text import clean

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Para:
    """Prose on one line; code in it stands between backticks, links have their address behind."""

    text: str
    codes: tuple[str, ...] = ()
    links_only: bool = False
    """Nothing but links."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Lines that were set apart."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[Para, ...]
    rows: tuple[tuple[Para, ...], ...]


Block: TypeAlias = Para | Fence | Items | Table


@dataclass(slots=True)
class Section:
    """A heading and what stands under it up to the next one."""

    level: int
    """1 to 6; 0 is what stands before the first heading."""
    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    sections: tuple[Section, ...]
    front: dict[str, list[str]]
    """What stands between --- on top: texts by key, in lower case."""


_front: Final = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_plus: Final = re.compile(r"\A\+\+\+[ \t]*\n.*?\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_fence: Final = re.compile(r" {0,3}(```|~~~)")
_crammed: Final = re.compile(r"#{1,6}(?=[^\s#!])")
_short_code: Final = re.compile(
    r"\{\{[<%][^{}]{0,300}[%>]\}\}|^(?:\[\[_TOC_\]\]|\[TOC\]|\{:? ?toc\})$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
"""What a wiki replaces by something of its own."""
_comment: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_tag: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_anchor: Final = re.compile(r"\s*\{#[^{}]*\}\s*$")
_TAGS: Final = words(
    """
    a abbr b blockquote br center code dd del details div dl dt em figure font h1 h2 h3 h4 h5 h6 hr i
    iframe img ins kbd li mark ol p pre q s samp script small span strong style sub summary sup table
    tbody td tfoot th thead title tr tt u ul var video
    """
)
"""What is HTML; everything else between < and > was written as a placeholder."""


def page(text: str) -> Page:
    """Never fails: everything is Markdown."""
    from markdown_it import MarkdownIt

    front, rest = _split(without_secrets(clean(text, multiline=True)))
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse("\n".join(_spaced(_short_code.sub("", rest).split("\n"))))
    return Page(tuple(_Reading(tokens).sections()), front)


def _split(text: str) -> tuple[dict[str, list[str]], str]:
    if found := _plus.match(text):
        return {}, text[found.end() :]
    found = _front.match(text)
    if found is None:
        return {}, text
    read = documents(found[1] + "\n", "front matter").found
    known = mapping(read[0][1]) if read else {}
    return {key.lower(): list(texts(value)) for key, value in known.items()}, text[found.end() :]


def _spaced(lines: Sequence[str]) -> Iterator[str]:
    """`##Heading` is one to everybody but CommonMark; in code it is a comment."""
    inside = ""
    for line in lines:
        if mark := _fence.match(line):
            inside = mark[1] if not inside else "" if mark[1] == inside else inside
        yield (
            _crammed.sub(lambda found: f"{found[0]} ", line, count=1)
            if not inside and line[:1] == "#"
            else line
        )


class _Reading:
    """Tokens into blocks; lists are nested no deeper than the parser allows."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._at = tokens, 0

    def sections(self) -> Iterator[Section]:
        current = Section(0, "")
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.type == "heading_open":
                yield current
                title = _anchor.sub("", _prose(self._tokens[self._at + 1]).text).strip()
                current = Section(int(token.tag[1]), title)
                self._at += 3
            else:
                current.blocks += self._block()
        yield current

    def _block(self) -> list[Block]:
        """What begins here; moves behind it."""
        token = self._tokens[self._at]
        self._at += 1
        match token.type:
            case "inline":
                found = _prose(token)
                return [found] if found.text else []
            case "fence" | "code_block":
                said = token.info.strip().split()
                return [Fence(token.content.rstrip("\n"), said[0].lower().strip("{}.") if said else "")]
            case "bullet_list_open" | "ordered_list_open":
                return [self._list(token.type.replace("_open", "_close"), token.type.startswith("ordered"))]
            case "table_open":
                return [self._table()]
            case "html_block":
                told = _without_tags(token.content)
                return [Para(told)] if told else []
        return []

    def _list(self, end: str, ordered: bool) -> Items:
        items: list[tuple[Block, ...]] = []
        depth = 0
        while self._at < len(self._tokens) and (self._tokens[self._at].type != end or depth):
            if self._tokens[self._at].type == "list_item_open":
                items.append(self._item())
            else:
                self._at += 1
        self._at += 1
        return Items(tuple(items), ordered)

    def _item(self) -> tuple[Block, ...]:
        self._at += 1
        blocks: list[Block] = []
        while self._at < len(self._tokens) and self._tokens[self._at].type != "list_item_close":
            if self._tokens[self._at].type == "heading_open":  # a heading in a list is a title of the item
                self._at += 1
            blocks += self._block()
        self._at += 1
        return tuple(blocks)

    def _table(self) -> Table:
        rows: list[tuple[Para, ...]] = []
        row: list[Para] = []
        while self._at < len(self._tokens) and self._tokens[self._at].type != "table_close":
            token = self._tokens[self._at]
            if token.type == "inline":
                row.append(_prose(token))
            elif token.type == "tr_close":
                rows.append(tuple(row))
                row = []
            self._at += 1
        self._at += 1
        return Table(rows[0] if rows else (), tuple(rows[1:]))


def _prose(token: Token) -> Para:
    parts: list[str] = []
    codes: list[str] = []
    address, outside = "", 0
    for each in token.children or ():
        match each.type:
            case "text":
                parts.append(each.content)
                outside += 0 if address else len(each.content.strip(" -:,.|()[]x"))
            case "code_inline":
                parts.append(f"`{each.content}`")
                codes.append(each.content)
                outside += 0 if address else len(each.content)
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "image":
                parts.append(each.content)
            case "html_inline":
                parts.append(_without_tags(each.content) if _is_html(each.content) else each.content)
            case "link_open":
                address = str(each.attrs.get("href", "")) or "#"
            case "link_close":
                if address.startswith(("http:", "https:")) and address not in "".join(parts[-3:]):
                    parts.append(f" ({address})")
                address = ""
    text = " ".join(clean(html.unescape("".join(parts)), multiline=True).split())
    has_link = any(each.type == "link_open" for each in token.children or ())
    return Para(text, tuple(codes), has_link and not outside)


def _is_html(said: str) -> bool:
    found = _tag.match(said)
    return said.startswith("<!") or (found is not None and found[1].lower() in _TAGS)


def _without_tags(said: str) -> str:
    said = _comment.sub("", said)
    said = _tag.sub(lambda found: " " if found[1].lower() in _TAGS else found[0], said)
    return " ".join(clean(html.unescape(said), multiline=True).split())
