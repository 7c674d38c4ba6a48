"""What is written is read back equal, whatever it is; and it looks as a person would write it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config.writing import Noted, Value, guessed, written
from cockpit.config.yaml import parse
from cockpit.text import clean

NASTY = [
    "", "~", "no", "010", "1_000", "12:30", "2024-01-01", "-", "- a", "a: b", "a:", "a #b", "#a", "&a", "*a",
    "<<", "!a", "|", "> x", "'", '"', "[a]", "{a: b}", "a, b", "%a", "@a", "`a`", " a", "a ", "...", "---",
    "? a", "=", "${x}", "{{ x }}", "a\nb", "a\n", "a\n\nb\n", "\na", " a\nb", "a\n \nb", "a\n\n", "a\tb",
    "\u200c", "\ufffe", "\u00a0x", "1" * 80, "1e999", "ключ", "🙂", "C:\\x", 'say "x"', "a\n---\nb", "a\n# b",
    "0x1F", ".inf", "x\u0085y", "--- a", "...a", "....a", "a:b", "http://x.example/?a=b#c", ":a", ",a", "-1",
    "+1", "-a", "\ud800",
]  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30)).map(lambda text: clean(text, multiline=True))
plain = st.one_of(texts, st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.booleans(), st.none())
keys = texts
values = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
notes = st.one_of(st.just(""), st.sampled_from(NASTY), st.text(max_size=20))


def read(text: str) -> object:
    document, findings = parse(text, "x.yaml")
    assert document is not None, (text, findings)
    # A key that looks like a number is a complaint about names, not about the writing.
    assert [each for each in findings if each.code != "C04"] == [], text
    return document.value


@settings(max_examples=50)
@given(st.dictionaries(keys, values, max_size=4), st.data())
def test_what_is_written_is_read_back_equal(value: dict[str, Any], data: st.DataObject) -> None:
    def noted(each: Any) -> Value:
        inner: Value = each
        if isinstance(each, dict):
            inner = {key: noted(one) for key, one in each.items()}
        elif isinstance(each, list):
            inner = [noted(one) for one in each]
        if data.draw(st.booleans()):
            return Noted(inner, data.draw(notes), tuple(data.draw(st.lists(notes, max_size=2))))
        return inner

    assert read(written(value)) == value
    assert (
        read(written({key: noted(one) for key, one in value.items()}, head=data.draw(st.lists(notes))))
        == value
    )


def test_every_nasty_text_survives_as_key_as_item_and_as_value() -> None:
    for text in [clean(each, multiline=True) for each in NASTY]:
        value = {text: text, "list": [text, text], "maps": [{"a": text, "b": [text]}, {text: [text]}]}
        assert read(written(value)) == value, text


def test_it_looks_as_a_person_would_write_it() -> None:
    document: dict[str, Value] = {
        "apiVersion": "cockpit/v1",
        "metadata": {"id": "restart", "services": ["search"], "status": "draft"},
        "steps": [
            {
                "title": guessed("Restart it"),
                "manual": {"instructions": "Look.\nThen wait.", "command": "ls -l"},
            },
            Noted({"title": "B", "wait": {"for": "5m"}}, above=("maybe a rollback",)),
        ],
        "dependsOn": [guessed({"to": "db", "unreviewed": True}, "from a catalog"), {"to": "x"}],
        "tier": "1",
        "none": [],
    }
    assert written(document, head=["Imported from page.md."]) == (
        "# Imported from page.md.\n"
        "apiVersion: cockpit/v1\n"
        "metadata:\n"
        "  id: restart\n"
        "  services: [search]\n"
        "  status: draft\n"
        "steps:\n"
        "  - title: Restart it  # guessed\n"
        "    manual:\n"
        "      instructions: |-\n"
        "        Look.\n"
        "        Then wait.\n"
        "      command: ls -l\n"
        "  # maybe a rollback\n"
        "  - title: B\n"
        "    wait:\n"
        "      for: 5m\n"
        "dependsOn:\n"
        "  - {to: db, unreviewed: true}  # guessed: from a catalog\n"
        "  - {to: x}\n"
        'tier: "1"\n'
        "none: []\n"
    )


def test_nothing_hidden_gets_into_a_file() -> None:
    text = written({"a": "x\x1b[31my\u202ez", "b": Noted("c", behind="d\x07\n e")})
    assert text == "a: xyz\nb: c  # d␤ e\n"
