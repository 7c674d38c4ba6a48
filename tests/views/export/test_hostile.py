"""Whatever people, labels and chats wrote: in every export it is text, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cockpit.core.events import AlertsSeen
from cockpit.core.incident import words
from cockpit.core.levels import Severity
from cockpit.core.model import Audience, Capability, Dependency, Model
from cockpit.core.poll import Alert
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.text import first_hidden
from cockpit.views.export import document, html, impact, markdown
from cockpit.views.export.postmortem import Postmortem
from tests.views import shop as shops
from tests.views.export.made_up import ID, T, postmortem, recorded, state, told

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title></style><script src=//evil.example></script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example> https://evil.example www.evil.example mailto:a@evil.example a@evil.example",
    "`code` ``` fence\n```\n# heading\n- item\n1. item\n> quote\n---",
    "| cell | cell |\n|---|---|",
    "*bold* _it_ ~~gone~~ $math$ &copy; &#60;b&#62; @everyone",
    '"]; click n0 "javascript:alert(1)"; n0["',
    "%%{init: {'theme':'x'}}%% <br/> #quot; end",
    "\x1b]0;pwned\x07\x1b[2J\x1b[31mred\x9b1m\x00\x08",
    "\u202eevil\u2066 \U000e0041 \ud800 \ufeff\u2028",
    "]]><!--<![CDATA[ <svg onload=alert(1)>",
    "{{7*7}} ${7*7} #{7*7} =cmd|' /C calc'!A0",
    "\\[x\\](y) \\<b> \\\\",
)
ELEMENTS = """html head meta title style body main header nav section footer h1 h2 h3 p a b span div small
figure figcaption blockquote code table thead tbody tr th td ul ol li svg rect line path polyline circle text
"""
ATTRIBUTES = """lang charset http-equiv content name class id href colspan role aria-label viewbox
x y x1 x2 y1 y2 cx cy r rx width height d points"""
CLASSES = """where lead warn badge tiles tile scroll none dim time what name label key day answer chart field
during grid tickmark tick mid end band limit line sample unseen why mark graph need hard soft part capability
title level note track rail fill calm is-ok is-at-risk is-degraded is-failing is-down is-unknown
is-unmonitored"""


class Reader(HTMLParser):
    """What a browser would make of it: elements, attributes and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.odd += [] if tag in ELEMENTS.split() else [tag]
        for name, value in attrs:
            given = value or ""
            if name not in ATTRIBUTES.split():
                self.odd.append(f"{tag} {name}")
            if name == "href" and not given.startswith("#"):
                self.odd.append(f"href {given}")
            if name == "class" and set(given.split()) - set(CLASSES.split()):
                self.odd.append(f"class {given}")

    handle_startendtag = handle_starttag

    def handle_comment(self, data: str) -> None:
        self.odd.append(f"comment {data}")

    def handle_pi(self, data: str) -> None:
        self.odd.append(f"instruction {data}")

    def unknown_decl(self, data: str) -> None:
        self.odd.append(f"declaration {data}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def hostile(value: Any, payload: str) -> Any:
    """`value` with `payload` behind every text in it, however deep; words of ours stay."""
    match value:
        case str() if type(value) is str and value not in KEPT:
            return f"{value}{payload}"
        case tuple() if not hasattr(value, "_fields"):
            return tuple(hostile(each, payload) for each in value)
        case dict():
            return {key: hostile(each, payload) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: hostile(getattr(value, each.name), payload) for each in fields(value)}
        )
    return value


KEPT = frozenset(
    {"Began", "Noticed", "Declared", "Mitigated", "Resolved", "hard", "soft", "none", "above", "below"}
) | {
    "orders-db",
    "checkout-api",
    "place-order",
    *("sent", "refused", "unknown", "copied", ""),
    *("confirmed", "ruled out"),
    *("measured", "estimated", "money", "%"),
    *("note", "hypothesis", "decision"),
}


def everywhere(payload: str) -> Postmortem:
    it = postmortem()
    told = {each.name: getattr(it, each.name) for each in fields(it)}
    kept = {"zone", "head", "questions"}
    return replace(it, **{name: hostile(value, payload) for name, value in told.items() if name not in kept})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_html_it_stays_text(payload: str) -> None:
    page = html.rendered(everywhere(payload))
    assert read(page).odd == []
    assert first_hidden(page) == ""
    assert page.count("<script") == page.count("<img") == page.count('javascript:alert(1)"') == 0
    page.encode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_markdown_it_stays_text(payload: str) -> None:
    page = markdown.rendered(everywhere(payload))
    assert links_and_html(page) == []
    assert first_hidden(page) == ""
    assert headings(page) == headings(markdown.rendered(everywhere("x")))
    assert tables(page) == tables(markdown.rendered(everywhere("x")))
    page.encode()


def links_and_html(page: str) -> list[str]:
    """What a renderer would make more of than text."""
    kinds = {"link_open", "image", "html_inline", "html_block", "s_open"}
    return [token.type for token in tokens(page) if token.type in kinds]


def tokens(page: str) -> Iterator[Any]:
    reader = MarkdownIt("gfm-like", {"html": True})
    reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # type: ignore[union-attr]  # it has one
    for token in reader.parse(page):
        yield token
        yield from token.children or ()


def headings(page: str) -> int:
    return sum(token.type == "heading_open" for token in tokens(page))


def tables(page: str) -> list[int]:
    """Cells of each row."""
    found: list[int] = []
    for token in tokens(page):
        if token.type == "tr_open":
            found.append(0)
        elif token.type in ("td_open", "th_open"):
            found[-1] += 1
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_label_of_the_graph_can_not_break_out(payload: str) -> None:
    page = markdown.rendered(everywhere(payload))
    graph = page.partition("```mermaid\n")[2].partition("\n```")[0].split("\n")
    parts = [line for line in graph if ":::" in line]
    assert len(parts) == 3
    for line in parts:
        label = line.partition('"')[2].rpartition('"')[0]
        assert all(each.isalnum() or each in " .,:-/+€£#;" for each in label)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_json_it_is_clean(payload: str) -> None:
    text = json.dumps(document.document(everywhere(payload)), ensure_ascii=False, allow_nan=False)
    assert first_hidden(text) == ""
    text.encode()


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_stays_text(payload: str) -> None:
    it = everywhere(payload)
    assert read(html.rendered(it)).odd == []
    assert links_and_html(markdown.rendered(it)) == []


def test_the_page_allows_nothing_from_elsewhere() -> None:
    page = html.rendered(postmortem())
    policy = "default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}' in page
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_an_update_is_told_word_for_word() -> None:
    text = "It's <b>bad</b>.\n\n```\n| a | b |\n```\nNext: 02:45"
    it = postmortem()
    it = replace(it, updates=(replace(it.updates[0], text=text),))
    assert f"````text\n{text}\n````" in markdown.rendered(it)
    assert text in "".join(read(html.rendered(it)).texts)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_on_the_impact_page_it_stays_text(payload: str) -> None:
    page = impact.page(with_hostile_names(payload), T + 1_000)
    reader = read(page)
    assert reader.odd == []
    assert first_hidden(page) == ""


def with_hostile_names(payload: str) -> State:
    capability = Capability(
        "place-order",
        f"Customers can buy {payload}",
        Audience.CUSTOMERS,
        requires=(Dependency(("checkout-api",)),),
    )
    model: Model = shops.shop(title=f"shop {payload}", capabilities=(capability,))
    seen = shops.play(shops.calm(model=model), {**shops.HEALTHY, "checkout-api": 0.9}, 60)
    seen, _ = update(
        seen, AlertsSeen("x", (Alert(payload, "firing", {"a": payload}, {"b": payload}, T, payload),))
    )
    facts = [
        words.declared(ID, payload, Severity.SEV1, payload, T),
        words.update_requested(
            ID, "u", payload, payload, T, to=payload, audience=payload, status="investigating", claims={}
        ),
    ]
    return replace(seen, record=recorded(facts))


def test_the_story_itself_may_be_hostile() -> None:
    facts = [*told(), *(words.noted(ID, "note", payload, payload, T + 1700) for payload in PAYLOADS)]
    it = postmortem(state(facts[:-1]))
    assert read(html.rendered(it)).odd == []
    assert links_and_html(markdown.rendered(it)) == []
