"""PromQL offline: what is refused, what is read, and that no name breaks out of its quotes."""

from __future__ import annotations

import re

import promql_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core import promql
from cockpit.text import clean

texts = st.text(st.characters(exclude_categories=()), max_size=40)
TOKENS = [
    *"(){}[],:@-+#=~!\"'`\\ \n",
    "$match",
    "x",
    "5m",
    "1e9",
    "by",
    "offset",
    "sum",
    "rate(",
    "absent(",
    "\ud800",
]
encodable = st.text(st.characters(codec="utf-8"), max_size=40)

selectors = st.sampled_from(
    [
        "a",
        "a{$match}",
        'a{code=~"5..",$match}',
        '{__name__="b"}',
        'b:rate5m{x!="}"}',
        "c offset 5m",
        "d offset 1w",
    ]
)


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["+", "/", "or", "and on (s)", "> bool", "unless ignoring (x)"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operator, inner),
        st.builds("sum by (s) ({})".format, inner),
        st.builds("topk(3, {})".format, inner),
        st.builds("max_over_time({}[10m:1m])".format, inner),
        st.builds("(-({}))".format, inner),
        st.builds("({} or vector(0))".format, inner),
    )


expressions = st.recursive(
    st.one_of(
        selectors, st.just("rate(e{$match}[5m])"), st.just("increase(e[5m] offset 1d)"), st.just("absent(f)")
    ),
    grow,
    max_leaves=8,
)


@pytest.mark.parametrize(
    "expr",
    [
        "up",
        'sum by (s) (rate(x{code=~"5..",$match}[1m])) / sum by (s) (rate(x{$match}[1m]))',
        "sum(increase(orders_duplicate_key_total[5m])) or vector(0)",
        "x @ end()",
        "up{path=`C:\\dir`}",
        "vector(1)",
        "1 + 1",
        '# a comment with $match and an "open quote\nup',
    ],
)
def test_what_a_server_takes_is_taken(expr: str) -> None:
    assert promql.check(expr) is None


@pytest.mark.parametrize(
    ("expr", "why"),
    [
        ("", "no expression found in input"),
        ("sum(up", "unclosed left parenthesis"),
        ("rate(up)", "expected type matrix in call to function 'rate', got vector"),
        ("rate(up[5m]", "unclosed left parenthesis"),
        ('up{a=~"["}', "illegal regex for ["),
        ("{$match", "unexpected end of input inside braces"),
        ("up[5m]", "is a range of samples, not a value; wrap it in a function such as rate or max_over_time"),
        (
            "(up[5m:])",
            "is a range of samples, not a value; wrap it in a function such as rate or max_over_time",
        ),
        ('"up"', "is a string, not a query"),
    ],
)
def test_what_a_server_refuses_is_told_in_one_line(expr: str, why: str) -> None:
    assert promql.check(expr) == why


TOO_DEEP = "has 20,000 operators and brackets; at most 1,000 can be checked"
MONSTERS = {
    "brackets": ("abs(" * 20_000 + "up", TOO_DEEP),
    "signs": ("-" * 20_000 + "up", TOO_DEEP),
    "a chain": ("or a " * 20_000, TOO_DEEP),
    # For the parser a carriage return ends a comment.
    "behind a comment": ("#\r" + "(" * 20_000 + "up", TOO_DEEP),
    "behind quotes": ("`\"`or'`'+" + "(" * 19_998, TOO_DEEP),
    "a long string": (f'{{a="{"x" * 100_000}"}}', "has 100,006 characters; at most 100,000 can be checked"),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_what_would_end_the_parser_or_take_ages_is_refused_unread(name: str) -> None:
    expr, why = MONSTERS[name]
    assert promql.check(expr) == why
    assert promql.freshness(expr) is None
    assert promql.rate_windows(expr) == []


@given(texts | st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_no_text_breaks_the_checks(text: str) -> None:
    problem = promql.check(text)
    assert problem is None or (problem and clean(problem) == problem and len(problem) < 250)
    promql.freshness(text, ("s",))
    assert problem is None or promql.rate_windows(text) == []


@pytest.mark.parametrize(
    ("expr", "asked"),
    [
        ("up", "max by (s) (timestamp(up{}))"),
        ("sum by (s) (rate(x{$match}[5m]))", "max by (s) (timestamp(x{$match}))"),
        (
            "histogram_quantile(0.9, sum by (le, s) (rate(x_bucket[5m])))",
            "max by (s) (timestamp(x_bucket{}))",
        ),
        ("max_over_time(rate(x[5m])[1h:1m])", "max by (s) (timestamp(x{}))"),
        ("sum(increase(x[5m])) or vector(0)", "max by (s) (timestamp(x{}))"),
        ('x{a="\\"$match"}', 'max by (s) (timestamp(x{a="\\"$match"}))'),
        ("{__name__=~`a|b`,$match}", 'max by (s) (timestamp({__name__=~"a|b",$match}))'),
        ("topk(3, -(x))", "max by (s) (timestamp(x{}))"),
        ("x @ end()", "max by (s) (timestamp(x{}))"),
        # Errors are a part of all requests, and usually none is there.
        ('rate(x{c="5",$match}[1m]) / rate(x{$match}[1m])', "max by (s) (timestamp(x{$match}))"),
        ('x{c="4"} + x{c="5"}', 'max by (s) (timestamp(x{c="4"}) or timestamp(x{c="5"}))'),
        # A short offset waits for late samples; a long one asks for the past, and that is old by right.
        ("rate(x[5m] offset 1m)", "max by (s) (timestamp(x{}))"),
        ("rate(x[5m]) / rate(y[5m] offset 1w)", "max by (s) (timestamp(x{}))"),
        ("x / max_over_time(y[1h:1m] offset 1w)", "max by (s) (timestamp(x{}))"),
        ("x - y @ 1700000000", "max by (s) (timestamp(x{}))"),
        ("x or absent(y)", "max by (s) (timestamp(x{}))"),
        (
            "rate(a[5m]) / b",
            'min by (s) (label_replace(max by (s) (timestamp(a{})), "cockpit_input", "0", "", "")'
            ' or label_replace(max by (s) (timestamp(b{})), "cockpit_input", "1", "", ""))',
        ),
    ],
)
def test_freshness_asks_for_the_raw_samples(expr: str, asked: str) -> None:
    assert promql.freshness(expr, ("s",)) == asked
    assert promql.check(asked) is None


@pytest.mark.parametrize(
    "expr",
    [
        "vector(0)",
        "time()",
        "absent(up)",
        "up offset 1d",
        "not (valid",
        'label_replace(up, "s", "$1", "job", "(.*)")',
    ],
)
def test_nothing_raw_has_no_freshness(expr: str) -> None:
    assert promql.freshness(expr, ("s",)) is None


def test_an_ungrouped_expression_has_one_freshness() -> None:
    assert promql.freshness("sum(x)") == "max (timestamp(x{}))"
    assert promql.freshness("x", ("a", "b.c")) == 'max by (a, "b.c") (timestamp(x{}))'


@given(expressions)
def test_freshness_is_valid_and_reads_only_what_the_expression_reads(expr: str) -> None:
    assert promql.check(expr) is None
    asked = promql.freshness(expr, ("s",))
    if asked is not None:
        assert promql.check(asked) is None
        assert promql.check(promql.fill(asked, "")) is None
        metrics = set(re.findall(r"\b[a-e]\b|b:rate5m", expr))
        assert set(re.findall(r"\b[a-e]\b|b:rate5m", asked)) <= metrics
        assert "offset" not in asked


def test_rate_windows_are_those_over_raw_samples() -> None:
    expr = (
        "rate(a[1m]) / increase((b{$match}[1h30m] offset 1w)) + irate(c[30s]) + rate(d[1h:1m]) + deriv(e[5m])"
    )
    assert promql.rate_windows(expr) == [("rate", 60.0), ("increase", 5400.0), ("irate", 30.0)]


@pytest.mark.parametrize(
    ("expr", "matchers", "filled"),
    [
        ("x{$match}", "", "x{}"),
        ("x{$match}", 'a="b"', 'x{a="b"}'),
        ('x{c="5",$match}', "", 'x{c="5"}'),
        ('x{c="5", $match}', 'a="b",d="e"', 'x{c="5", a="b",d="e"}'),
        ('x{$match, c="5"}', "", 'x{ c="5"}'),
        ('x{a="1",$match,b="2"}', "", 'x{a="1",b="2"}'),
        ('x{a="$match",$match}', 'a="\\\\1"', 'x{a="$match",a="\\\\1"}'),
        ("x # {$match}\n", 'a="b"', "x # {$match}\n"),
        ("# x\rx{$match}", 'a="b"', '# x\rx{a="b"}'),
        ("x{$matches}", 'a="b"', "x{$matches}"),
    ],
)
def test_matchers_go_where_there_is_a_place_for_them(expr: str, matchers: str, filled: str) -> None:
    assert promql.fill(expr, matchers) == filled


@given(encodable)
def test_a_quoted_string_is_read_back_as_it_was(value: str) -> None:
    assert promql_parser.parse(promql.quote(value)).val == value
    assert "\n" not in promql.quote(value)


@given(texts)
def test_a_quoted_string_never_ends_early(value: str) -> None:
    assert isinstance(promql_parser.parse(promql.quote(value)), promql_parser.StringLiteral)


@given(st.lists(encodable, min_size=1, max_size=5), encodable)
def test_a_matcher_matches_its_names_and_no_other(names: list[str], other: str) -> None:
    selector = promql_parser.parse(f"x{{{promql.matcher('s', names)}}}")
    (only,) = selector.matchers.matchers
    assert (selector.name, only.name, selector.offset) == ("x", "s", None)

    def matches(value: str) -> bool:
        if len(set(names)) == 1:
            return bool(value == only.value)
        return re.fullmatch(only.value, value) is not None

    assert all(map(matches, names))
    assert matches(other) == (other in names)


@given(expressions, st.lists(encodable, max_size=4), st.one_of(encodable, st.sampled_from(["s", "a.b"])))
def test_filled_expressions_stay_valid_whatever_the_names(expr: str, names: list[str], label: str) -> None:
    filled = promql.fill(expr, promql.matchers({label or "s": names}))
    assert promql.check(filled) is None
    assert "$match" not in filled or any("$match" in each for each in (*names, label))


@pytest.mark.parametrize(
    "hostile", ['a"} or up{x="', "a|.*", "\\", '\\"', "a\nb", "$match", "`", "a'", "\x00", "{}"]
)
def test_hostile_names_stay_names(hostile: str) -> None:
    expr = promql.fill("x{$match} + y", promql.matcher("s", [hostile, "b"]))
    tree = promql_parser.parse(expr)
    assert isinstance(tree, promql_parser.BinaryExpr)
    assert promql.freshness(expr) is not None


def test_several_labels_and_none_narrow() -> None:
    assert promql.matchers({"a": ["x"], "b": [], "c.d": ["y", "z", "y"]}) == 'a="x","c.d"=~"y|z"'
    with pytest.raises(ValueError, match="no names to match for a"):
        promql.matcher("a", [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300.0), ("1h30m", 5400.0), ("1w", 604800.0), ("500ms", 0.5), ("1y2d", 31_708_800.0), ("0s", 0.0)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert promql.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "1m1h", "1.5h", " 1h", "1h ", "-1h", "1h1h", "٣m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        promql.parse_duration(text)


@settings(max_examples=200)
@given(st.integers(1, 10**11))
def test_durations_are_written_as_they_are_read(milliseconds: int) -> None:
    text = promql.duration(milliseconds / 1000)
    assert round(promql.parse_duration(text) * 1000) == milliseconds
    assert promql_parser.parse_duration(text).total_seconds() == pytest.approx(milliseconds / 1000)


def test_durations_are_short() -> None:
    assert [promql.duration(s) for s in (90, 604800, 30 * 86400, 0)] == ["1m30s", "1w", "30d", "1ms"]
