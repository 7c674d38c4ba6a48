"""What a Prometheus said, taken apart; whatever makes no sense becomes one line of trouble."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from cockpit.adapters.http_client import Reply
from cockpit.adapters.http_trouble import Trouble, quoted
from cockpit.adapters.prometheus_envelope import cut_off, envelope_of, text_of
from cockpit.core.queries import Key, Vector

T = TypeVar("T")

MOST_SERIES: Final = 200_000

# Everybody who speaks this API writes the envelope in this order. Rows are then taken one by one, because
# one call for a whole answer would keep every other thread waiting until it is done.
_HEAD: Final = re.compile(
    r'\s{0,8}\{"status":"success",(?:"isPartial":(?:true|false),)?'
    r'"data":\{"resultType":"(vector|matrix)","result":\[\s{0,8}'
)
_between: Final = re.compile(r"\s*(?:,\s*)?")
_scan: Final = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # public, but missing in the stubs
# Hints of the query engine, which older servers put among the warnings; nothing is missing from the data.
_HARMLESS: Final = "PromQL info"


def vector(reply: Reply, by: Sequence[str]) -> tuple[Vector, tuple[str, ...]]:
    """An instant answer by the labels `by`, and its warnings. Raises Trouble."""
    rows = _Rows(reply, text_of(reply), "vector")
    return sensible(lambda: _vector(rows, by)), rows.warnings


def moments(
    reply: Reply, by: Sequence[str], start: float, step: float, count: int
) -> tuple[list[Vector], tuple[str, ...]]:
    """A range answer as one vector for each of `count` moments, and its warnings. Raises Trouble."""
    rows = _Rows(reply, text_of(reply), "matrix")
    return sensible(lambda: _moments(rows, by, start, step, count)), rows.warnings


def data(reply: Reply) -> Any:
    """What `data` of any other answer holds. Raises Trouble."""
    return envelope_of(reply, text_of(reply)).get("data")


def _vector(rows: _Rows, by: Sequence[str]) -> Vector:
    series: dict[Key, list[float]] = {}
    at: float | None = None
    key_of = _key_of(by)
    for row in rows:
        key = key_of(row["metric"])
        if "value" not in row:
            raise Trouble("the query returns histograms, not values", _BUCKETS, reached=True)
        at, said = row["value"]
        if key in series:
            series[key].append(_number(said))
        else:
            series[key] = [_number(said)]
    return Vector(series, None if at is None else _instant(at), bool(rows.warnings))


def _moments(rows: _Rows, by: Sequence[str], start: float, step: float, count: int) -> list[Vector]:
    series: list[dict[Key, list[float]]] = [{} for _ in range(count)]
    key_of = _key_of(by)
    for row in rows:
        key = key_of(row["metric"])
        if "values" not in row:
            raise Trouble("the query returns histograms, not values", _BUCKETS, reached=True)
        for at, said in row["values"]:
            place = round((_instant(at) - start) / step)
            if 0 <= place < count:
                series[place].setdefault(key, []).append(_number(said))
    partial = bool(rows.warnings)
    return [Vector(then, start + place * step, partial) for place, then in enumerate(series)]


def _key_of(by: Sequence[str]) -> Callable[[Mapping[str, str]], Key]:
    match tuple(by):
        case ():
            return lambda metric: ()
        case (label,):
            return lambda metric: (metric.get(label, ""),)
        case labels:
            return lambda metric: tuple(metric.get(label, "") for label in labels)


def _number(said: object) -> float:
    if not isinstance(said, str):
        raise TypeError(f"a value is {said!r}, not text")
    return float(said)


def _instant(at: object) -> float:
    if isinstance(at, bool) or not isinstance(at, int | float) or not math.isfinite(at):
        raise TypeError(f"a time is {at!r}")
    return float(at)


def sensible(decode: Callable[[], T]) -> T:
    """What `decode` makes of an answer; its stumbling over nonsense becomes a line."""
    try:
        return decode()
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as odd:
        what = quoted(str(odd)) or type(odd).__name__
        raise Trouble(f"its answer makes no sense: {what}", "does url lead to a Prometheus?") from odd


class _Rows:
    """The rows of an answer one after the other; `warnings` are known once they have all been taken."""

    def __init__(self, reply: Reply, text: str, wanted: str) -> None:
        self.warnings: tuple[str, ...] = ()
        self._reply = reply
        self._text = text
        self._wanted = wanted

    def __iter__(self) -> Iterator[Any]:
        head = _HEAD.match(self._text) if self._reply.status == 200 else None
        rows = self._one_by_one(head) if head and head[1] == self._wanted else self._at_once()
        for count, row in enumerate(rows):
            if count == MOST_SERIES:
                what = f"the query returns more than {MOST_SERIES:,} series"
                raise Trouble(what, "group or narrow it", reached=True)
            yield row

    def _one_by_one(self, head: re.Match[str]) -> Iterator[Any]:
        text, at = self._text, head.end()
        try:
            while text[at] != "]":
                row, at = _scan(text, at)
                yield row
                at = _after_comma(text, at)
        except (StopIteration, IndexError, json.JSONDecodeError, RecursionError) as odd:
            raise cut_off() from odd
        # The envelope without its rows, for what stands after them.
        self.warnings = _warnings(envelope_of(self._reply, text[: head.end()] + text[at:]))

    def _at_once(self) -> Iterator[Any]:
        envelope = envelope_of(self._reply, self._text)
        self.warnings = _warnings(envelope)
        kind, result = envelope["data"]["resultType"], envelope["data"]["result"]
        if kind == "scalar" and self._wanted == "vector":
            kind, result = "vector", [{"metric": {}, "value": result}]
        if kind != self._wanted or not isinstance(result, list):
            what = _RETURNS.get(kind, "something")
            raise Trouble(f"the query returns {what}, not series of numbers", _REMEDY, reached=True)
        yield from result


_RETURNS: Final = {"matrix": "ranges", "vector": "moments", "string": "text"}
_BUCKETS: Final = "wrap it in histogram_quantile(...)"
_REMEDY: Final = "wrap a range in rate(...), increase(...) or last_over_time(...)"


def _after_comma(text: str, at: int) -> int:
    found = _between.match(text, at)
    return found.end() if found else at


def _warnings(envelope: Mapping[str, Any]) -> tuple[str, ...]:
    said = envelope.get("warnings") or []
    words = [quoted(str(word)) for word in (said if isinstance(said, list) else [said])]
    words = [word for word in words if not word.startswith(_HARMLESS)]
    return (*words, *(["the answer is partial"] if envelope.get("isPartial") is True else []))
