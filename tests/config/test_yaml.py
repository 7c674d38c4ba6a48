from __future__ import annotations

import gc
import math
import os
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.config.suggest import nearest
from cockpit.config.yaml import parse, read
from cockpit.errors import Finding, Place


def value(text: str) -> object:
    document, findings = parse(text, "shop.yaml")
    assert findings == []
    assert document is not None
    return document.value


def complaints(text: bytes | str) -> list[str]:
    return [f"{finding.code} {finding}" for finding in parse(text, "shop.yaml")[1]]


def is_refused(text: bytes | str) -> bool:
    document, findings = parse(text, "shop.yaml")
    return document is None and bool(findings) and all(finding.code == "C20" for finding in findings)


def test_a_file_is_plain_values_with_a_place_for_each() -> None:
    document, findings = parse(
        "metadata:\n  name: shop\nservices:\n  - {name: checkout, tier: '1'}\n", "shop.yaml"
    )
    assert findings == []
    assert document is not None
    assert document.value == {"metadata": {"name": "shop"}, "services": [{"name": "checkout", "tier": "1"}]}
    assert type(document.value) is dict
    assert document.at(["services", 0, "tier"]) == Place("shop.yaml", 4, 28)
    assert document.at(["services", 0, "tier"], key=True) == Place("shop.yaml", 4, 22)
    assert document.at(["services", 0]) == Place("shop.yaml", 4, 5)
    assert document.at([]) == Place("shop.yaml", 1, 1)


def test_a_path_that_is_not_there_ends_at_the_deepest_place_known() -> None:
    document, _ = parse("a:\n  - b: 1\n", "shop.yaml")
    assert document is not None
    assert document.at(["a", 0, "owner"]) == Place("shop.yaml", 2, 5)
    assert document.at(["a", 0, "owner"], key=True) == Place("shop.yaml", 2, 5)
    assert document.at(["a", 7]) == Place("shop.yaml", 2, 3)
    assert document.at(["a", "union-member", 0, "b", "deeper"]) == Place("shop.yaml", 2, 8)
    assert document.at(["nothing", "here"]) == Place("shop.yaml", 1, 1)


@pytest.mark.parametrize("empty", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_is_none(empty: str) -> None:
    document, findings = parse(empty, "shop.yaml")
    assert findings == []
    assert document is not None
    assert document.value is None
    assert document.at(["services"]).line >= 1


def test_unquoted_words_follow_yaml_1_2_core_and_nothing_else() -> None:
    assert value("[null, Null, NULL, ~, ]") == [None] * 4
    assert value("{a: , b: }") == {"a": None, "b": None}
    assert value("[true, True, TRUE, false, False, FALSE]") == [True] * 3 + [False] * 3
    assert value("[no, yes, on, off, y, n, tRUE, nULL]") == [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "tRUE",
        "nULL",
    ]
    assert value("[1, -2, +3, 010, 0o17, 0x1F]") == [1, -2, 3, 10, 15, 31]
    assert value("[1.5, -.5, 1., 1e3, 1.5E-3, .inf, -.INF]") == [
        1.5,
        -0.5,
        1.0,
        1000.0,
        0.0015,
        math.inf,
        -math.inf,
    ]
    nan = value(".nan")
    assert isinstance(nan, float)
    assert math.isnan(nan)
    texts = [
        "1_000",
        "12:30",
        "2024-01-01",
        "0b1",
        "0o9",
        "0xg",
        "1e",
        ".",
        "-",
        "+",
        "--1",
        "=",
        "1.2.3",
        "٣",
    ]
    assert value("".join(f"- {text}\n" for text in texts if text != "-")) == [
        text for text in texts if text != "-"
    ]


def test_quoted_and_block_text_is_text() -> None:
    assert value("['1', \"true\", '', '<<']") == ["1", "true", "", "<<"]
    assert value("a: |\n  1\nb: >-\n  no\n") == {"a": "1\n", "b": "no"}


def test_no_and_on_are_good_keys() -> None:
    assert value("{no: 1, on: 2, y: 3}") == {"no": 1, "on": 2, "y": 3}


def test_a_duplicate_key_names_both_places_and_the_last_one_counts() -> None:
    document, findings = parse("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", "shop.yaml")
    assert findings == [
        Finding(
            "C02",
            Place("shop.yaml", 4, 3),
            "the key 'c' is there twice, first at shop.yaml:3:3",
            "remove one",
        ),
        Finding(
            "C02",
            Place("shop.yaml", 5, 1),
            "the key 'a' is there twice, first at shop.yaml:1:1",
            "remove one",
        ),
    ]
    assert document is not None
    assert document.value == {"a": 3, "b": {"c": 2}}
    assert document.at(["a"]) == Place("shop.yaml", 5, 4)


def test_a_key_that_is_not_text_is_read_as_its_text() -> None:
    document, findings = parse("1: one\ntrue: yes\n~: none\n", "shop.yaml")
    assert [str(finding) for finding in findings] == [
        'shop.yaml:1:1: the key 1 is not text. Put quotes around it: "1"',
        'shop.yaml:2:1: the key true is not text. Put quotes around it: "true"',
        'shop.yaml:3:1: the key ~ is not text. Put quotes around it: "~"',
    ]
    assert {finding.code for finding in findings} == {"C04"}
    assert document is not None
    assert document.value == {"1": "one", "true": "yes", "~": "none"}


def test_braces_that_want_to_be_text_are_explained() -> None:
    assert complaints("cmd: {{ name }}\nb: 1\nb: 2\n") == [
        "C04 shop.yaml:1:7: a mapping as a key. Put quotes around it, as text with braces or brackets needs",
        "C02 shop.yaml:3:1: the key 'b' is there twice, first at shop.yaml:2:1. Remove one",
    ]
    assert complaints("? [a, b]\n: 1\n")[0].startswith("C04 shop.yaml:1:3: a list as a key")
    assert parse("cmd: {{ name }}", "shop.yaml")[0] is None


def test_all_complaints_of_a_file_come_at_once() -> None:
    hostile = 'a: &x !!str 1\nb: *x\nc:\n  <<: *x\nd: !vault k\ne: "\\e[2J"\ne: 1\n2: 3\n'
    assert complaints(hostile) == [
        "C20 shop.yaml:1:4: an anchor (&x). Write the value out wherever it is needed",
        "C20 shop.yaml:1:4: a tag (!!str). Remove it; quotes make text of anything",
        "C20 shop.yaml:2:4: an alias (*x). Write the value out here",
        "C20 shop.yaml:4:3: a merge key (<<). Write the fields out",
        "C20 shop.yaml:4:7: an alias (*x). Write the value out here",
        "C20 shop.yaml:5:4: a tag (!vault). Remove it; quotes make text of anything",
        "C20 shop.yaml:6:4: text that hides the character U+001B. Delete it",
        "C02 shop.yaml:7:1: the key 'e' is there twice, first at shop.yaml:6:1. Remove one",
        'C04 shop.yaml:8:1: the key 2 is not text. Put quotes around it: "2"',
    ]
    assert parse(hostile, "shop.yaml")[0] is None


def test_complaints_end_when_they_stop_helping() -> None:
    assert len(parse("- &a x\n" * 5000, "shop.yaml")[1]) == 100
    assert parse("{" + "a: 1, " * 5000 + "}", "shop.yaml")[0] is None


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: 1}",
        "a: &x [1]",
        "*x : 1",
        "a: !!set {b}",
        "a: !<tag:evil.example,2024:x> [1]",
        "! a",
        "--- a\n--- b\n",
        "a: 1\n...\n---\n",
        '"\\0"',
        '"\\r"',
        '"\\N"',
        '"\\u202e"',
        '"\\x7f": 1',
        "a: b\u200bc",
        "a: \x1b[2J",
        "a: \x00",
        "a: '\ufeff'",
        f"a: {'9' * 65}",
        f"a: {'9' * 60_000}",
        f"a: 0x{'f' * 5000}",
        "a: 1e999",
        "x" * (64 * 1024 + 1),
        "ü" * (32 * 1024 + 1),
        "[" * 25 + "]" * 25,
        "%YAML 2.0\n---\na: 1",
        "a: \ud800",
        "a: '\\ud800'\nb: \"\\ud800\"",
        b"a: \xff",
        "a: 1".encode("utf-16"),
        "a: 1".encode("utf-16-le"),
    ],
)
def test_what_makes_yaml_a_trap_is_refused(text: bytes | str) -> None:
    assert is_refused(text)


def test_limits_are_inclusive() -> None:
    assert value("[" * 24 + "]" * 24) is not None
    assert value("x" * 64 * 1024) == "x" * 64 * 1024
    assert value("9" * 64) == int("9" * 64)


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x, x]\n"
        + "".join(
            f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}, *a{n}]}}\n" for n in range(20)),
        "[" * 100_000,
        "- " * 100_000,
        "".join(" " * n + "a:\n" for n in range(1000)),
        "a: " + "x" * 10_000_000,
        "a: " + "x" * 8_000_000,
        "[" + "[]," * 320_000 + "]",
    ],
    ids=[
        "billion laughs",
        "merge",
        "brackets",
        "dashes",
        "indentation",
        "10 MB",
        "8 MB in one scalar",
        "wide",
    ],
)
def test_a_bomb_is_refused(bomb: str) -> None:
    assert is_refused(bomb)


@pytest.mark.parametrize(
    ("text", "place", "problem", "hint"),
    [
        ("a:\n\t- b\n", "2:1", "found character that cannot start any token", "Indent with spaces, not tabs"),
        (
            "a: b: c\n",
            "1:5",
            "mapping values are not allowed in this context",
            "Quote text that holds ': ', or mend the indentation",
        ),
        (
            "a: 1\nb: 'x\nc: 2\n",
            "2:4",
            "found unexpected end of stream",
            "The quote that opens here is never closed",
        ),
        (
            "a: @home\n",
            "1:4",
            "found character that cannot start any token",
            "Put quotes around text that begins with @",
        ),
        (
            "a:\n  b: [1,\n    2\nc: 3\n",
            "4:2",
            "did not find expected ',' or ']' while parsing a flow sequence that starts on line 2",
            "A comma or the closing ] is missing",
        ),
    ],
)
def test_a_syntax_error_is_one_line_with_what_to_do(text: str, place: str, problem: str, hint: str) -> None:
    assert complaints(text) == [f"C20 shop.yaml:{place}: is not YAML: {problem}. {hint}"]


def test_a_raw_control_character_is_pointed_at_in_characters_not_bytes() -> None:
    assert complaints("ü: 1\nä: é\x07\n") == [
        "C20 shop.yaml:2:5: a control character, U+0007, in the file. Delete it"
    ]


def test_what_is_not_utf_8_is_pointed_at() -> None:
    assert complaints("ü: 1\né: ".encode() + b"\xe9\n") == [
        "C20 shop.yaml:2:4: is not UTF-8. Save it as UTF-8"
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    document, findings = parse(b"\xef\xbb\xbfa: 1\n", "shop.yaml")
    assert findings == []
    assert document is not None
    assert document.value == {"a": 1}
    assert document.at(["a"], key=True) == Place("shop.yaml", 1, 1)


def test_lines_may_end_as_on_windows() -> None:
    assert value("a: |\r\n  one\r\n  two\r\nb: 1\r\n") == {"a": "one\ntwo\n", "b": 1}


def test_a_file_is_read_under_the_name_people_know(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("a: 1\n")
    document, findings = read(path, "config/shop.yaml")
    assert findings == []
    assert document is not None
    assert (document.file, document.value) == ("config/shop.yaml", {"a": 1})
    assert read(path)[0] == document.__class__(str(path), document.value, document.marks)


def test_a_file_that_cannot_be_read_is_one_finding(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "big").write_bytes(b"#" * (8 * 1024 * 1024 + 1))
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(tmp_path, os.O_RDONLY)
        try:  # a socket's name must be short, and that of a test folder is not
            listener.bind(f"/proc/self/fd/{here}/socket")
        finally:
            os.close(here)
        messages = {
            name: [str(finding) for finding in read(tmp_path / name, name or "folder")[1]]
            for name in ("", "missing", "fifo", "loop", "big", "socket", "a\0b", "x" * 300)
        }
    assert messages == {
        "": ["folder: cannot be read: is a directory"],
        "missing": ["missing: cannot be read: no such file or directory"],
        "fifo": ["fifo: cannot be read: not a regular file"],
        "loop": ["loop: cannot be read: too many levels of symbolic links"],
        "big": ["big: is larger than 8 MiB. Split it"],
        "socket": ["socket: cannot be read: no such device or address"],
        "a\0b": ["ab: cannot be read: embedded null byte"],
        "x" * 300: [f"{'x' * 300}: cannot be read: file name too long"],
    }
    assert read(Path("/dev/zero"))[1] == [
        Finding("C20", Place("/dev/zero"), "cannot be read: not a regular file")
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.touch(mode=0o000)
    assert [str(finding) for finding in read(path, "shop.yaml")[1]] == [
        "shop.yaml: cannot be read: permission denied"
    ]


class QuotedDumper(yaml.SafeDumper):
    """Quotes all text: what is plain to YAML 1.1 need not be to 1.2."""


QuotedDumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)
QuotedDumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]

words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"))
leaves = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | words
plain = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=20)


@given(plain)
def test_what_was_dumped_reads_back_equal(original: Any) -> None:
    dumped = yaml.dump(original, Dumper=QuotedDumper, allow_unicode=True)
    assert value(dumped) == original


yamlish = st.lists(
    st.sampled_from(
        [*"[]{},:-?&*!|>'\"%@`#~ \n\t", ": ", "- ", "? ", "<<", "a", "1", "---\n", "...\n", "!!str ", "\\x"]
    )
    | st.text(max_size=3)
).map("".join)


@given(st.binary() | yamlish | yamlish.map(lambda text: text.encode("utf-8", "replace")))
@example("? ")
@example("? [a]\n? {b}\n")
@example("{*a : *b, [c]: d, : }")
def test_no_input_raises_and_nothing_is_lost_in_silence(data: bytes | str) -> None:
    document, findings = parse(data, "shop.yaml")
    assert document is not None or findings
    assert all("\n" not in str(finding) for finding in findings)


def test_a_document_is_freed_with_its_last_reference() -> None:
    gc.collect()
    gc.disable()
    try:
        parse("a: [1, {b: 2}]", "shop.yaml")
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_nearest_word_is_offered_only_when_near() -> None:
    known = ["name", "owner", "dependsOn", "on_no_data", "kind"]
    assert nearest("dependson", known) == "dependsOn"
    assert nearest("depends_on", known) == "dependsOn"
    assert nearest("onwer", known) == "owner"
    assert nearest("nmae", known) == "name"
    assert nearest("zebra", known) is None
    assert nearest("", known) is None
    assert nearest("x" * 1_000_000, known) is None
    assert nearest("name", []) is None
