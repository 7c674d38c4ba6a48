"""What a PromQL expression is and reads, without asking a server.

Texts may hold `$match` inside a selector (`x{$match}`, `x{code="500",$match}`): the place for matchers that
narrow a query to the names wanted. Everything here takes texts with and without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cockpit.core.levels import Seconds
from cockpit.core.promql_text import (
    PLACEHOLDER,
    duration,
    fill,
    label_name,
    literal,
    matcher,
    matchers,
    operators,
    parse_duration,
    quote,
    rewrite_raw_strings,
)
from cockpit.text import clean

if TYPE_CHECKING:
    from promql_parser import Expr, Matcher, SubqueryExpr, VectorSelector

__all__ = [
    "PLACEHOLDER",
    "check",
    "duration",
    "fill",
    "freshness",
    "literal",
    "matcher",
    "matchers",
    "parse_duration",
    "quote",
    "rate_windows",
]

RATES: Final = frozenset({"rate", "irate", "increase"})
MAX_OPERATORS: Final = 1_000
"""In one expression; trees that are 20,000 deep overflow the parser's stack, and that ends the process."""
MAX_LENGTH: Final = 100_000
"""Characters; nobody writes so many, and reading more would hold up everything else for seconds."""
PAST: Final = timedelta(hours=1)
"""From here on an offset asks for the past on purpose."""

_ABSENCE: Final = frozenset({"absent", "absent_over_time"})
_RELABEL: Final = frozenset({"label_replace", "label_join"})
_STAND_IN: Final = "cockpit_match"
_INPUT: Final = "cockpit_input"
_plain_name = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_OPERATORS: Final = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def check(expr: str) -> str | None:
    """Why `expr` cannot be asked as an instant query, in one line; None when it can."""
    import promql_parser as p

    try:
        tree = _parse(expr)
    except ValueError as error:
        return _line(str(error))
    match _bare(tree):
        case p.MatrixSelector() | p.SubqueryExpr():
            return "is a range of samples, not a value; wrap it in a function such as rate or max_over_time"
        case p.StringLiteral():
            return "is a string, not a query"
        case _:
            return None


def freshness(expr: str, by: Sequence[str] = ()) -> str | None:
    """Asks when the samples behind `expr` were taken: Unix seconds, grouped by the labels `by`.

    Per metric its newest sample counts, over several metrics the oldest of these: one frozen exporter makes
    the value old, whatever the others do. A metric without series has no say, because an error counter may
    be missing. Left out is what is old or missing on purpose: offsets of an hour and more, `@`, and what
    `absent` looks for. None when nothing is left, when label_replace or label_join makes a label of `by`
    (raw samples do not have it then), and when `expr` is not valid.
    """
    try:
        tree = _parse(expr)
    except ValueError:
        return None
    if set(by) & set(_made_labels(tree)):
        return None
    inputs: dict[str, list[VectorSelector]] = {}
    for selector in _selectors(tree):
        inputs.setdefault(_metric(selector) or _written(selector), []).append(selector)
    newest = [_newest(_widest(same), by) for same in inputs.values()]
    if len(newest) < 2:
        return newest[0] if newest else None
    # Without a label that differs, `or` would drop all but the first.
    told_apart = [f'label_replace({each}, "{_INPUT}", "{n}", "", "")' for n, each in enumerate(newest)]
    return f"min{_grouping(by)} ({' or '.join(told_apart)})"


def rate_windows(expr: str) -> list[tuple[str, Seconds]]:
    """Function and window of every rate over raw samples, in the order of reading; none of an invalid text.

    Rates over subqueries are left out: how dense their points are, their own step says.
    """
    import promql_parser as p

    try:
        tree = _parse(expr)
    except ValueError:
        return []
    calls = [node for node in _walk(tree) if isinstance(node, p.Call) and node.func.name in RATES]
    ranges = [(call.func.name, _bare(call.args[0])) for call in calls]
    return [(name, of.range.total_seconds()) for name, of in ranges if isinstance(of, p.MatrixSelector)]


def _parse(expr: str) -> Expr:
    """Raises ValueError, mostly in the parser's words."""
    import promql_parser

    if len(expr) > MAX_LENGTH:
        raise ValueError(f"has {len(expr):,} characters; at most {MAX_LENGTH:,} can be checked")
    count = operators(expr)
    if count > MAX_OPERATORS:
        raise ValueError(f"has {count:,} operators and brackets; at most {MAX_OPERATORS:,} can be checked")
    # The parser reads escapes in raw strings, too; the servers do not.
    return promql_parser.parse(fill(rewrite_raw_strings(expr), f"{_STAND_IN}={quote(PLACEHOLDER)}"))


def _line(message: str) -> str:
    message = " ".join(clean(message).split())
    return f"{message[:200]}…" if len(message) > 200 else message


def _walk(tree: Expr) -> Iterator[Expr]:
    """Every node, in the order of reading, but nothing below what asks for absence or the past."""
    import promql_parser as p

    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case p.BinaryExpr():
                stack += (node.rhs, node.lhs)
            case p.Call() if node.func.name not in _ABSENCE:
                stack += reversed(node.args)
            case p.AggregateExpr():
                stack += (node.expr,) if node.param is None else (node.expr, node.param)
            case p.ParenExpr() | p.UnaryExpr():
                stack.append(node.expr)
            case p.SubqueryExpr() if not _is_past(node):
                stack.append(node.expr)
            case p.MatrixSelector():
                stack.append(node.vector_selector)
            case _:
                pass


def _selectors(tree: Expr) -> Iterator[VectorSelector]:
    import promql_parser as p

    return (node for node in _walk(tree) if isinstance(node, p.VectorSelector) and not _is_past(node))


def _made_labels(tree: Expr) -> Iterator[str]:
    import promql_parser as p

    for node in _walk(tree):
        match node:
            case p.Call(args=[_, p.StringLiteral() as label, *_]) if node.func.name in _RELABEL:
                yield label.val
            case _:
                pass


def _is_past(node: VectorSelector | SubqueryExpr) -> bool:
    import promql_parser as p

    pinned = node.at is not None and node.at.type == p.AtModifierType.At
    return pinned or (node.offset is not None and node.offset >= PAST)


def _bare(node: Expr) -> Expr:
    import promql_parser as p

    while isinstance(node, p.ParenExpr):
        node = node.expr
    return node


def _metric(selector: VectorSelector) -> str | None:
    """Its name, if it has exactly one."""
    if selector.name:
        return selector.name
    named = (one for one in selector.matchers.matchers if one.name == "__name__")
    return next((one.value for one in named if _operator(one) == "="), None)


def _widest(same: Sequence[VectorSelector]) -> list[str]:
    """The selectors of one metric as text, without those that only look at a part of another."""
    asked = {frozenset(_matchers(selector)): _written(selector) for selector in same}
    return [text for own, text in asked.items() if not any(other < own for other in asked)]


def _written(selector: VectorSelector) -> str:
    """The selector as it asks for now. The parser's own text does not escape what is in quotes."""
    name = selector.name or ""
    inside = _matchers(selector)
    if not _plain_name.match(name):
        return f"{{{','.join([f'__name__={quote(name)}', *inside] if name else inside)}}}"
    return f"{name}{{{','.join(inside)}}}"


def _matchers(selector: VectorSelector) -> list[str]:
    """What must all hold; alternatives, which only VictoriaMetrics has, count as one."""
    both = [_matcher(one) for one in selector.matchers.matchers]
    either = [",".join(map(_matcher, group)) for group in selector.matchers.or_matchers]
    return [*both, " or ".join(either)] if either else both


def _matcher(one: Matcher) -> str:
    if one.name == _STAND_IN and one.value == PLACEHOLDER:
        return PLACEHOLDER
    return f"{label_name(one.name)}{_operator(one)}{quote(one.value)}"


def _operator(one: Matcher) -> str:
    return _OPERATORS[str(one.op).rpartition(".")[2]]


def _newest(texts: Sequence[str], by: Sequence[str]) -> str:
    return f"max{_grouping(by)} ({' or '.join(f'timestamp({text})' for text in texts)})"


def _grouping(by: Sequence[str]) -> str:
    return f" by ({', '.join(map(label_name, by))})" if by else ""
