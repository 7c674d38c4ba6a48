"""Values put into texts: they stay what they are, wherever they come from."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core import promql
from cockpit.core.runbook.substitute import (
    SubstitutionError,
    filled,
    filled_argv,
    promql_filled,
    references,
)

PAYLOADS = [
    "; touch canary",
    "$(touch canary)",
    "`touch canary`",
    "a\ntouch canary",
    "a | touch canary",
    "'\"; touch canary; '\"",
    '"}) or vector(1) #',
    "'}) or vector(1) #",
    "\\",
    '\\"',
    "${params.y}",
    "$${",
    ".*",
    "a|b",
    "{{.}}",
    "%s",
    "\x1b[2J",
    "é\u202e",
    "",
]
values = st.one_of(st.sampled_from(PAYLOADS), st.text(st.characters(exclude_characters="\0"), max_size=20))


def test_every_name_is_found_once_in_order() -> None:
    text = "${params.a} $${params.b} ${captures.c}${params.a} $$${run.id} ${"
    assert references(text) == ("params.a", "captures.c", "${")


def test_values_become_text_as_yaml_writes_it() -> None:
    names = {"params": {"a": True, "b": 5.0, "c": 0.25, "d": "x", "e": 3}, "run": {"id": "R-7"}}
    text = "${params.a} ${params.b} ${params.c} ${params.d} ${params.e} ${run.id} $${x} $$${x}"
    assert filled(text, names) == "true 5 0.25 x 3 R-7 ${x} $${x}"


@pytest.mark.parametrize(
    "text", ["${params.b}", "${params}", "${}", "${nobody.a}", "${params.a", "${params.c}"]
)
def test_what_has_no_value_is_an_error(text: str) -> None:
    with pytest.raises(SubstitutionError):
        filled(text, {"params": {"a": "1", "c": None}})


@given(values)
def test_a_value_stays_inside_its_element_and_is_not_read_again(value: str) -> None:
    names = {"params": {"x": value}}
    assert filled_argv(["kubectl", "deployment/${params.x}", "-l=${params.x}"], names) == (
        "kubectl",
        f"deployment/{value}",
        f"-l={value}",
    )


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("${params.x}", "--all"),
        ("${params.x}", "-"),
        ("${params.x}-force", ""),
        ("-${params.x}", "-all"),
        ("-${params.x}-all", ""),
        ("a${params.x}", "\0"),
    ],
)
def test_a_value_makes_no_option(element: str, value: str) -> None:
    with pytest.raises(SubstitutionError):
        filled_argv(["rm", element], {"params": {"x": value}})


def test_an_option_of_the_author_stays_one() -> None:
    names = {"params": {"x": "shop", "n": -3}}
    assert filled_argv(["-n", "--to=${params.n}", "-n${params.x}"], names) == ("-n", "--to=-3", "-nshop")


@given(values)
def test_a_value_cannot_leave_the_quotes_of_a_query(value: str) -> None:
    for quote in "\"'":
        query = promql_filled(f"up{{instance={quote}${{params.x}}{quote}}}", {"params": {"x": value}})
        assert promql.check(query) is None
        assert promql.freshness(query) == promql.freshness(f"up{{instance={promql.quote(value)}}}")


@given(values)
def test_behind_a_regex_operator_a_value_matches_only_itself(value: str) -> None:
    query = promql_filled('up{instance=~"${params.x}-.*"}', {"params": {"x": value}})
    assert query == f'up{{instance=~{promql.quote(promql.literal(value))[:-1]}-.*"}}'


@pytest.mark.parametrize("value", [each for each in PAYLOADS if each != "a|b"] + ["a|b", "x y", "nan\n"])
def test_outside_quotes_only_words_and_numbers_stand(value: str) -> None:
    for query in ("rate(x[${params.x}])", "x # it's ${params.x}", "x # a # b ${params.x}"):
        with pytest.raises(SubstitutionError):
            promql_filled(query, {"params": {"x": value}})


def test_numbers_and_words_outside_quotes() -> None:
    names = {"params": {"w": "5m", "n": -0.5, "z": "z"}}
    assert promql_filled("rate(x[${params.w}]) > ${params.n} # '${params.z}", names) == (
        "rate(x[5m]) > (-0.5) # 'z"
    )


def test_a_value_behind_a_backslash_or_between_backquotes() -> None:
    for query in ('up{a="\\${params.x}"}', 'up{a="\\$${params.x}"}', "up{a=`${params.x}`}"):
        with pytest.raises(SubstitutionError):
            promql_filled(query, {"params": {"x": "`"}})
    assert promql_filled("up{a=`\\${run.id}`}".replace("\\", ""), {"run": {"id": "R-1"}}) == "up{a=`R-1`}"


def test_text_that_quotes_for_a_shell_is_not_needed() -> None:
    (argument,) = filled_argv(["${params.x}"], {"params": {"x": "a; b"}})
    assert shlex.split(shlex.quote(argument)) == ["a; b"]
