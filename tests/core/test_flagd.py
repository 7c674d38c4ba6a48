"""flagd's flag files: what the flags say, and one clear reason where flagd would refuse the file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.flagd import LONGEST, FlagdError, FlagdFlag, parse_flagd

SWITCH = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}


def one(**changes: Any) -> FlagdFlag:
    """The flag `a`: a switch with `changes`; None takes a key out."""
    flag = {key: value for key, value in {**SWITCH, **changes}.items() if value is not ...}
    return parse_flagd(json.dumps({"flags": {"a": flag}}))["a"]


def refusal(text: str) -> tuple[str, str, int, int]:
    with pytest.raises(FlagdError) as raised:
        parse_flagd(text)
    error = raised.value
    assert str(error) == error.message
    return error.flag, error.message, error.line, error.column


def test_a_file_is_its_flags_by_key() -> None:
    text = json.dumps({"$schema": "x", "$evaluators": {}, "metadata": {"team": "a"}, "flags": {"a": SWITCH}})
    assert parse_flagd(text) == {"a": FlagdFlag("a", True, {"on": True, "off": False}, "off", False)}
    assert parse_flagd('{"flags": {}}') == {}


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({}, False),
        ({"defaultVariant": "on"}, True),
        ({"variants": {"a": "red"}, "defaultVariant": "a"}, "red"),
        ({"variants": {"a": 1, "b": 2.5}, "defaultVariant": "b"}, 2.5),
        ({"variants": {"a": 2**53 - 1}, "defaultVariant": "a"}, 2**53 - 1),
        # Nobody can tell from here: the code's own default counts, or it is not one value.
        ({"state": "DISABLED"}, None),
        ({"defaultVariant": None}, None),
        ({"defaultVariant": ...}, None),
        ({"variants": {"a": {"x": 1}}, "defaultVariant": "a"}, None),
    ],
)
def test_the_value_is_that_of_the_default_variant(changes: dict[str, Any], value: object) -> None:
    assert one(**changes).value == value
    assert type(one(**changes).value) is type(value)


@pytest.mark.parametrize(
    ("targeting", "has"), [(..., False), (None, False), ({}, False), ({"if": [True, "on"]}, True)]
)
def test_targeting_is_noticed(targeting: object, has: bool) -> None:
    assert one(targeting=targeting).has_targeting is has


def test_a_variant_is_found_by_its_value_and_true_is_not_1() -> None:
    assert one().variant_with(True) == "on"
    assert one().variant_with(1) is None
    numbers = one(variants={"all": 1, "none": 0, "nil": 0}, defaultVariant="all")
    assert [numbers.variant_with(value) for value in (1.0, 0, True, False, None, "1")] == [
        "all",
        "none",
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": ...}, 'has no "state" that is ENABLED or DISABLED'),
        ({"state": "enabled"}, 'has no "state" that is ENABLED or DISABLED'),
        ({"state": ["ENABLED"]}, 'has no "state" that is ENABLED or DISABLED'),
        ({"variants": ...}, 'has no "variants"'),
        ({"variants": {}}, 'has no "variants"'),
        ({"variants": [True]}, 'has no "variants"'),
        ({"variants": {"": True}}, "has a variant without a name"),
        (
            {"variants": {"off": False, "on": 1}},
            "mixes kinds of variants; all must be boolean, string, number or object",
        ),
        (
            {"variants": {"off": [1]}},
            "mixes kinds of variants; all must be boolean, string, number or object",
        ),
        (
            {"variants": {"off": None}},
            "mixes kinds of variants; all must be boolean, string, number or object",
        ),
        ({"defaultVariant": "no"}, 'has a "defaultVariant" that is none of its variants'),
        ({"defaultVariant": False}, 'has a "defaultVariant" that is none of its variants'),
        ({"targeting": "on"}, 'has a "targeting" that is not a mapping'),
    ],
)
def test_a_flag_that_flagd_would_not_take_is_named(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(FlagdError) as raised:
        one(**changes)
    assert (raised.value.flag, raised.value.message) == ("a", why)


@pytest.mark.parametrize(
    ("text", "flag", "why"),
    [
        ("[]", "", 'has no mapping "flags"'),
        ("null", "", 'has no mapping "flags"'),
        ("{}", "", 'has no mapping "flags"'),
        (
            '{"flags": []}',
            "",
            'has "flags" as a list, which only flagd itself reads; write a mapping by key',
        ),
        ('{"flags": {"": {}}}', "", "has a flag without a name"),
        ('{"flags": {"a": true}}', "a", "is not a mapping"),
        ('{"flags": NaN}', "", "is not JSON: NaN is no value there"),
        ('{"flags": {"a": -Infinity}}', "", "is not JSON: -Infinity is no value there"),
        ('{"a": 1e999}', "", "has a number too large to be read: 1e999"),
        ('{"a": 9007199254740992}', "", "has a whole number beyond 9,007,199,254,740,991: 9007199254740992"),
        (
            f'{{"a": -{"9" * 5000}}}',
            "",
            f"has a whole number beyond 9,007,199,254,740,991: -{'9' * 19}",
        ),
        ('{"a":' * 100_000, "", "is nested too deeply"),
        ("[" * 100_000, "", "is nested too deeply"),
        ('\ufeff{"flags": {}}', "", "begins with a byte order mark, which flagd does not read"),
        ('"' + "x" * LONGEST, "", "is larger than 8 MiB"),
    ],
    ids=str.__len__,
)
def test_a_file_that_flagd_would_not_take_is_refused(text: str, flag: str, why: str) -> None:
    assert refusal(text) == (flag, why, 0, 0)


@pytest.mark.parametrize(
    ("text", "why", "line", "column"),
    [
        ("", "is not JSON: Expecting value", 1, 1),
        ('{"flags": {\n  "a": }}', "is not JSON: Expecting value", 2, 8),
        ("{'flags': {}}", "is not JSON: Expecting property name enclosed in double quotes", 1, 2),
        ('{"flags": {}} x', "is not JSON: Extra data", 1, 15),
        (
            '{\n"flags": {}, // all\n}',
            "is not JSON: Expecting property name enclosed in double quotes",
            2,
            14,
        ),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, why: str, line: int, column: int) -> None:
    assert refusal(text) == ("", why, line, column)


def test_of_a_key_that_stands_twice_the_last_counts_as_in_flagd() -> None:
    on, off = (json.dumps({**SWITCH, "defaultVariant": name}) for name in ("on", "off"))
    assert parse_flagd(f'{{"flags": {{"a": {off}, "a": {on}}}}}')["a"].value is True
    assert parse_flagd(f'{{"flags": [], "flags": {{"a": {on}}}}}')["a"].value is True


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["flags", "a", "state", "variants", "defaultVariant", "targeting", "", "\ud800"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)
almost_flags = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(["ENABLED", "DISABLED", "enabled", None]),
        "variants": st.one_of(st.dictionaries(st.text(max_size=3), json_values, max_size=3), json_values),
        "defaultVariant": st.one_of(st.text(max_size=3), json_values),
        "targeting": json_values,
    },
)


def problem(text: str) -> str | None:
    """In one line; None when the file is taken and its flags make sense."""
    try:
        flags = parse_flagd(text)
    except FlagdError as error:
        return error.message
    for key, flag in flags.items():
        assert flag.key == key
        assert flag.value is None or flag.variant_with(flag.value) is not None
    return None


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_refused_or_taken(text: str) -> None:
    assert "\n" not in (problem(text) or "")
    assert "\n" not in (problem(f'{{"flags": {text}}}') or "")


@given(st.one_of(json_values, st.fixed_dictionaries({"flags": st.dictionaries(st.text(), almost_flags)})))
def test_any_json_is_refused_or_taken(document: object) -> None:
    assert problem(json.dumps(document)) != ""
