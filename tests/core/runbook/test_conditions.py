"""Conditions: true, false or unknown; nothing raises and nothing escapes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.runbook.conditions import check, evaluate, names_in
from cockpit.text import clean

NAMES: dict[str, object] = {
    "value": 0.5,
    "exit_code": 0,
    "stdout": "42",
    "captures": {"generation": "41", "items": "x"},
    "params": {"replicas": 3},
    "answers": {"which-minutes": "10 to 12"},
}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("value <= 0.5 and exit_code == 0", True),
        ("0 < value < 0.4", False),
        ("stdout != captures.generation", True),
        ("float(stdout) == float(captures.generation) + 1", True),
        ("contains(stdout, '4')", True),
        ("answers['which-minutes'] == '10 to 12'", True),
        ("captures.items == 'x'", True),
        ("not (params.replicas > 3)", True),
        ("true", True),
        ("value", True),
        ("value - 0.5", False),
        ("value == 0.5 or baseline > 1", None),
        ("captures.nobody == ''", None),
        ("status == 200", None),
        ("stdout == 42", None),
        ("stdout != 1", None),
        ("stdout < 1", None),
        ("float('x') > 1", None),
        ("float('nan') > 1", None),
        ("value / 0 > 1", None),
        ("value * 1e308 * 1e308 - value * 1e308 * 1e308 < 1", None),
        ("stdout", None),
        ("not stdout", None),
        ("-stdout == 1", None),
        ("", None),
        ("value >", None),
    ],
)
def test_a_condition_is_true_false_or_unknown(expression: str, result: bool | None) -> None:
    assert evaluate(expression, NAMES) is result


@given(
    st.sampled_from([None, math.nan]), st.sampled_from(["value > 1 or true", "true or value", "not value"])
)
def test_what_is_not_known_makes_it_unknown_before_it_is_evaluated(nothing: object, expression: str) -> None:
    assert evaluate(expression, {"value": nothing}) is None


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("valeu < 1", "asks for 'valeu', and knows only value, baseline"),
        ("captures == 1", "asks for captures as a whole; ask for one, as in captures.name"),
        ("captures.x.y == 1", "asks for a part of what has none: captures.x.y"),
        ("value.real", "asks for a part of what has none: value.real"),
        ("captures[value]", "asks for a part of what has none: captures[value]"),
        ("open('x')", "calls a function that is neither float nor contains"),
        ("float()", "calls a function wrongly"),
        ("contains(stdout)", "calls a function wrongly"),
        ("float(x=1)", "calls a function wrongly"),
        ("value ** 9", "uses Pow"),
        ("'%s' % stdout", "uses Mod"),
        ("value if value else 1", "uses IfExp"),
        ("[value for value in stdout]", "uses ListComp"),
        ("f'{value}'", "uses JoinedStr"),
        ("value in stdout", "uses In"),
        ("(lambda: 1)()", "calls a function that is neither"),
        ("float", "asks for 'float'"),
        ("None == value", "has a value that is neither"),
        ("b'x' == stdout", "has a value that is neither"),
        ("not " * 60 + "value", "is nested more than 50 deep"),
        ("value or " * 600 + "1", "is longer than 4,000 characters"),
        ("-" * 3_999 + "1", "is not an expression"),
        ("value = 1", "is not an expression"),
        ("stdout == '\\d'", "is not an expression"),
    ],
)
def test_what_is_no_condition_is_told_and_unknown(expression: str, why: str) -> None:
    assert check(expression).startswith(why)
    assert evaluate(expression, NAMES) is None


def test_names_are_told_with_their_groups() -> None:
    text = 'float(captures.a) > value and answers["b-c"] == params.d or value'
    assert set(names_in(text)) == {"captures.a", "value", "answers.b-c", "params.d"}
    assert names_in("a b") == ()


CONDITIONS = st.recursive(
    st.sampled_from(["value", "stdout", "captures.generation", "1", "'x'", "true", "nobody", "float", "..."]),
    lambda inner: st.one_of(
        st.builds(
            "{} {} {}".format, inner, st.sampled_from(["==", "<", "and", "or", "+", "*", "/", "is"]), inner
        ),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{}.real".format, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("float({})".format, inner),
        st.builds("{}({}, {})".format, inner, inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(CONDITIONS, st.text(st.characters(exclude_categories=()), max_size=30)))
def test_whatever_is_written_nothing_raises(text: str) -> None:
    assert evaluate(text, NAMES) in (True, False, None)
    assert check(text) == clean(check(text))
    assert all(name.strip() for name in names_in(text)) or check(text)
