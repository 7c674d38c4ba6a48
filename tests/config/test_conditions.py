"""Conditions: what is let through can be evaluated, and nothing else is let through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config.conditions import condition_problem, names_in
from cockpit.core.scenario import Reaction
from cockpit.core.scenario_course import holds
from cockpit.text import clean

OPERATORS = st.sampled_from(["==", "<", "and", "or", "+", "*", "%", "is", "in"])
CONDITIONS = st.recursive(
    st.sampled_from(
        ["world.a", 'flags["b-c"]', "world", "1", "'x'", "true", "null", "nobody", "float", "..."]
    ),
    lambda inner: st.one_of(
        st.builds(
            "{} {} {}".format,
            inner,
            st.sampled_from(["==", "<", "and", "or", "+", "*", "%", "is", "in"]),
            inner,
        ),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{}.real".format, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}({})".format, inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(CONDITIONS, st.text(st.characters(exclude_categories=()), max_size=30)))
def test_a_condition_that_is_let_through_can_be_evaluated(text: str) -> None:
    problem = condition_problem(text, ("world", "flags"))
    if problem is None:
        assert all(where and name for where, name in names_in(text))
        assert holds(Reaction(text, {}), {"a": 1}, {"b-c": True}) in (True, False)
    else:
        assert problem == clean(problem)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not " * 60 + "world.a", "is nested more than 50 deep"),
        ("1" + "+1" * 60, "is nested more than 50 deep"),
        ("-" * 3_999 + "1", "is not an expression such as world.release == '1.41'"),
        ("(" * 1_000 + "1" + ")" * 1_000, "is not an expression such as world.release == '1.41'"),
        ("world.a or " * 400 + "1", "is longer than 4,000 characters"),
        ("world.a ** 9", "uses Pow, which conditions do not have"),
        ("open('x')", "calls a function, and there are none here"),
        ("b'x' == world.a", "has a value that is neither text nor a number: b'x'"),
        (r"world.a == '\d'", "is not an expression such as world.release == '1.41'"),
    ],
)
def test_a_condition_that_would_harm_is_refused(text: str, why: str) -> None:
    assert condition_problem(text, ("world", "flags")) == why


def test_functions_are_known_where_there_are_any() -> None:
    assert condition_problem("contains(stdout, 'x')", ("stdout",), ("contains", "float")) is None
    assert condition_problem("len(stdout)", ("stdout",), ("contains", "float")) == (
        "calls what is none of contains and float"
    )
