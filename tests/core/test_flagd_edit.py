"""One flag is changed in the text of a flagd file, and every other character stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.flagd import FlagdError, parse_flagd
from cockpit.core.flagd_edit import flag_text, is_one_step_from, is_set, same, with_flag_text, with_value

SHOP = """{
    "$schema": "https://flagd.dev/schema/v0/flags.json",
\t"flags": {
        "pay-async" : { "state":"ENABLED", "note": [1,  2],
            "variants": {"on": true, "off": false}, "defaultVariant": "off",
            "targeting": {"if": [{"==": [{"var": "country"}, "CH"]}, "off"]}  , "more": 1e2},
        "other": {"state": "ENABLED", "variants": {"a": 1}, "defaultVariant": "a"}
    } ,
    "metadata": {"owner": "schön"}
}
"""


def test_a_kill_sets_the_default_and_parks_targeting_and_nothing_else() -> None:
    killed = SHOP.replace('"defaultVariant": "off"', '"defaultVariant": "on"').replace(
        '"targeting": {"if": [{"==": [{"var": "country"}, "CH"]}, "off"]}', '"targeting": {}'
    )
    assert with_value(SHOP, "pay-async", True) == killed
    assert is_set(parse_flagd(killed)["pay-async"], True)


def test_what_was_there_is_put_back_to_the_letter() -> None:
    written = flag_text(SHOP, "pay-async")
    assert written is not None
    assert with_flag_text(with_value(SHOP, "pay-async", True), "pay-async", written) == SHOP


@pytest.mark.parametrize(
    ("flag", "killed"),
    [
        # Disabled is not off: clients would get the default in their code.
        (
            '{"state":"DISABLED","variants":{"x":true},"defaultVariant":"x"}',
            '{"state":"ENABLED","variants":{"x":true},"defaultVariant":"x"}',
        ),
        (
            '{"state":"ENABLED","variants":{"x":true},"defaultVariant":null,"targeting":null}',
            '{"state":"ENABLED","variants":{"x":true},"defaultVariant":"x","targeting":null}',
        ),
        (
            '{"targeting":{"var":"a"},\n  "state":"ENABLED",\n  "variants":{"x":true}}',
            '{"targeting":{},\n  "state":"ENABLED",\n  "defaultVariant": "x",\n  "variants":{"x":true}}',
        ),
        # Of a key that stands twice the last one counts.
        (
            '{"state":"ENABLED","variants":{"x":true,"y":false},"defaultVariant":"y","defaultVariant":"y"}',
            '{"state":"ENABLED","variants":{"x":true,"y":false},"defaultVariant":"y","defaultVariant":"x"}',
        ),
        (
            '{"state":"ENABLED","variants":{"x":true,"y":false},"default\\u0056ariant":"y"}',
            '{"state":"ENABLED","variants":{"x":true,"y":false},"default\\u0056ariant":"x"}',
        ),
    ],
    ids=["disabled", "null", "missing", "twice", "escaped"],
)
def test_every_shape_of_a_flag_can_be_killed_and_restored(flag: str, killed: str) -> None:
    before = f'{{"flags":{{"a":{{"b":1}},"a":{flag}}}}}'
    after = with_value(before, "a", True)
    assert after == f'{{"flags":{{"a":{{"b":1}},"a":{killed}}}}}'
    assert is_set(parse_flagd(after)["a"], True)
    assert with_flag_text(after, "a", flag) == before
    assert is_one_step_from(flag, killed)


def test_a_value_that_no_variant_has_is_refused() -> None:
    with pytest.raises(FlagdError, match=r"has no variant with the value 1$") as raised:
        with_value(SHOP, "pay-async", 1)  # true is not 1
    assert raised.value.flag == "pay-async"
    with pytest.raises(FlagdError, match="has no variant with the value null"):
        with_value(SHOP, "pay-async", None)


def test_a_flag_that_somebody_else_has_touched_is_no_step_of_ours() -> None:
    before = flag_text(SHOP, "pay-async") or ""
    killed = flag_text(with_value(SHOP, "pay-async", True), "pay-async") or ""
    assert is_one_step_from(before, json.dumps(json.loads(killed), indent=3))  # only laid out anew
    assert not is_one_step_from(before, killed.replace("[1,  2]", "[1, 3]"))
    assert not is_one_step_from(before, killed.replace('"on"', '"on2"'))
    assert not is_one_step_from(before, before)  # its targeting is still there


def test_true_is_not_one() -> None:
    assert same(1, 1.0)
    assert not same(True, 1)
    assert not same(0, False)


# Properties

blanks = st.text(" \t\r\n", max_size=3)
names = st.text(min_size=1, max_size=5)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """The value as JSON with blanks in odd places, and escapes or not."""
    if isinstance(value, dict):
        inner = ",".join(
            f"{draw(blanks)}{draw(written(key))}{draw(blanks)}:{draw(blanks)}{draw(written(each))}{draw(blanks)}"
            for key, each in value.items()
        )
        return f"{{{inner or draw(blanks)}}}"
    return json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.none() | st.integers(0, 3)))


@st.composite
def flags(draw: st.DrawFn) -> dict[str, Any]:
    kinds = [st.booleans(), st.text(max_size=4), st.integers(-5, 5)]
    values = draw(st.sampled_from(kinds).flatmap(lambda kind: st.lists(kind, min_size=1, max_size=3)))
    variants = {f"{draw(names)}{number}": value for number, value in enumerate(values)}
    flag: dict[str, Any] = {
        "state": draw(st.sampled_from(["ENABLED", "DISABLED"])),
        "variants": variants,
        "defaultVariant": draw(st.sampled_from([None, *variants])),
        "targeting": draw(st.none() | st.dictionaries(names, jsons, max_size=2)),
        **draw(st.dictionaries(names, jsons, max_size=2)),
    }
    for key in draw(st.sets(st.sampled_from(["defaultVariant", "targeting"]))):
        del flag[key]
    return {key: flag[key] for key in draw(st.permutations(list(flag)))}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, Any]:
    """(text of a flagd file, key of one of its flags, value of one of that flag's variants)"""
    found = draw(st.dictionaries(names, flags(), min_size=1, max_size=3))
    key = draw(st.sampled_from(list(found)))
    want = draw(st.sampled_from(list(found[key]["variants"].values())))
    document = {**draw(st.dictionaries(names, jsons, max_size=2)), "flags": found}
    text = draw(blanks) + draw(written(document)) + draw(blanks)
    return text, key, want


@given(files())
def test_a_kill_and_a_restore_give_the_same_file(case: tuple[str, str, Any]) -> None:
    text, key, want = case
    before = flag_text(text, key)
    assert before is not None
    killed = with_value(text, key, want)
    now = parse_flagd(killed)
    assert is_set(now[key], want)
    assert {name: flag for name, flag in now.items() if name != key} == {
        name: flag for name, flag in parse_flagd(text).items() if name != key
    }
    assert is_one_step_from(before, flag_text(killed, key) or "")
    assert with_flag_text(killed, key, before) == text
