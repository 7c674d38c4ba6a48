"""Whatever a server says, we get values or one clear line."""

import gzip
import json
import math
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.http_client import MOST_BYTES, Reply
from cockpit.adapters.http_trouble import LONGEST, Trouble
from cockpit.adapters.prometheus_alerts import alerts, rule_book
from cockpit.adapters.prometheus_answer import MOST_SERIES, data, moments, sensible, vector
from cockpit.adapters.prometheus_envelope import retry_after
from cockpit.core.poll import Alert
from cockpit.core.queries import Vector

BY = ("service",)


def reply(body: bytes | str, status: int = 200, **headers: str) -> Reply:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body
    return Reply(status, httpx.Headers(told), raw, 0.0, 0.0)


def answer(result: Any, kind: str = "vector", **more: Any) -> Reply:
    told = {"status": "success", "data": {"resultType": kind, "result": result}, **more}
    return reply(json.dumps(told, separators=(",", ":")))


def row(service: str, value: Any = "1", at: Any = 100) -> dict[str, Any]:
    return {"metric": {"service": service}, "value": [at, value]}


def trouble(odd: Reply) -> Trouble:
    with pytest.raises(Trouble) as caught:
        vector(odd, BY)
    said = caught.value
    assert "\n" not in said.message
    assert len(said.message) < LONGEST + 100
    assert said.hint
    return said


def test_rows_are_found_by_label() -> None:
    found, warnings = vector(answer([row("a", "0.5"), row("b", "+Inf"), row("c", "-Inf")]), BY)
    assert found == Vector({("a",): [0.5], ("b",): [math.inf], ("c",): [-math.inf]}, 100.0)
    assert warnings == ()


def test_several_series_of_one_key_stay_together() -> None:
    found, _ = vector(answer([row("a", "1"), row("a", "2"), row("a", "NaN")]), BY)
    assert found.series[("a",)][:2] == [1.0, 2.0]
    assert math.isnan(found.series[("a",)][2])


def test_a_label_that_is_missing_is_empty_as_prometheus_has_it() -> None:
    found, _ = vector(answer([{"metric": {}, "value": [1, "1"]}]), ("service", "region"))
    assert set(found.series) == {("", "")}


def test_a_number_alone_is_a_series_without_labels() -> None:
    assert vector(answer([100, "7"], "scalar"), ())[0] == Vector({(): [7.0]}, 100.0)


def test_white_space_and_another_order_of_keys_make_no_difference() -> None:
    told = {"data": {"result": [row("a")], "resultType": "vector"}, "status": "success"}
    wanted = Vector({("a",): [1.0]}, 100.0)
    assert vector(reply(json.dumps(told, indent=2)), BY)[0] == wanted
    spaced = '{"status":"success","data":{"resultType":"vector","result":[ %s , %s ]}}'
    assert vector(reply(spaced % (json.dumps(row("a")), json.dumps(row("b")))), BY)[0].series.keys() == {
        ("a",),
        ("b",),
    }


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_packed_answers_are_unpacked(packed: Any) -> None:
    plain = answer([row(f"service-{n}") for n in range(2000)])
    found, _ = vector(reply(packed(plain.body), content_encoding="gzip"), BY)
    assert len(found.series) == 2000


def test_warnings_make_it_partial() -> None:
    found, warnings = vector(answer([row("a")], warnings=["store eu-2 is down"]), BY)
    assert found.partial
    assert warnings == ("store eu-2 is down",)
    assert vector(reply(answer([row("a")]).body.replace(b'"data"', b'"isPartial":true,"data"')), BY)[
        0
    ].partial


def test_hints_of_the_query_engine_are_no_warnings() -> None:
    hint = 'PromQL info: metric might not be a counter, name does not end in _total: "x" (1:6)'
    found, warnings = vector(answer([row("a")], warnings=[hint], infos=["more"]), BY)
    assert not found.partial
    assert warnings == ()


NONSENSE = {
    "value is a number": [row("a", 1.5)],
    "value is null": [row("a", None)],
    "value is a word": [row("a", "many")],
    "value is alone": [{"metric": {"service": "a"}, "value": ["1"]}],
    "time is text": [row("a", at="now")],
    "time is not a number": [row("a", at=float("nan"))],
    "time is infinite": [row("a", at=float("inf"))],
    "time is true": [row("a", at=True)],
    "no labels": [{"value": [1, "1"]}],
    "labels are a list": [{"metric": [], "value": [1, "1"]}],
    "label is a list": [{"metric": {"service": ["a"]}, "value": [1, "1"]}],
    "row is null": [None],
    "row is text": ["x"],
    "row is a list": [[1, "1"]],
}


@pytest.mark.parametrize("result", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_one_line(result: Any) -> None:
    assert trouble(answer(result)).message.startswith("its answer makes no sense")


@pytest.mark.parametrize(
    "body",
    [
        '{"status":"success"}',
        '{"status":"success","data":null}',
        '{"status":"success","data":{"resultType":"vector"}}',
        '{"status":"success","data":{"resultType":["vector"],"result":[]}}',
        '{"status":"success","data":{"resultType":"vector","result":{"a":1}}}',
        '{"status":"success","data":{"resultType":"vector","result":null}}',
        '{"status":"error"}',
        '{"status":"maybe"}',
        "[]",
        "null",
        "7",
        "",
        "[" * 100_000,
        '{"status":"success","data":{"resultType":"vector","result":[' + "[" * 100_000,
        '{"status":"success","data":{"resultType":"vector","result":[' + '{"a":' * 100_000,
        '{"status":"success","data":{"resultType":"vector","result":[}]}}',
        '{"status":"success","data":{"resultType":"vector","result":[]',
        b"\xff\xfe\x00",
    ],
    ids=lambda body: str(body)[:70],
)
def test_an_envelope_that_makes_no_sense_is_one_line(body: str | bytes) -> None:
    trouble(reply(body))


def test_a_histogram_is_no_value() -> None:
    told = trouble(answer([{"metric": {}, "histogram": [1, {"count": "1"}]}]))
    assert str(told) == "the query returns histograms, not values. Wrap it in histogram_quantile(...)"


@pytest.mark.parametrize(
    ("kind", "what"), [("matrix", "ranges"), ("string", "text"), ("streams", "something")]
)
def test_what_is_no_vector_is_said(kind: str, what: str) -> None:
    told = trouble(answer([], kind))
    assert told.message == f"the query returns {what}, not series of numbers"
    assert told.reached


def test_labels_may_be_as_odd_as_they_like() -> None:
    name = "\x1b]0;owned\x07[/red] \u202e" + "x" * 100_000
    found, _ = vector(answer([row(name), row("a")]), BY)
    assert found.series[("a",)] == [1.0]


def test_too_many_series_are_refused_before_they_are_all_read() -> None:
    one = json.dumps(row("a"), separators=(",", ":"))
    head = '{"status":"success","data":{"resultType":"vector","result":['
    told = trouble(reply(head + ",".join([one] * (MOST_SERIES + 5)) + "]}}"))
    assert told.message == "the query returns more than 200,000 series"


def test_a_bomb_stops_at_the_size_of_the_largest_answer() -> None:
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(2 * (MOST_BYTES >> 20))) + packer.flush()
    assert trouble(reply(body, content_encoding="gzip")).message == "it sends more than 64 MiB"


@pytest.mark.parametrize("packed", [b"", b"\x1f\x8b", b"not gzip", gzip.compress(b"x" * 9999, mtime=0)[:-9]])
def test_a_packed_answer_that_is_broken_is_one_line(packed: bytes) -> None:
    assert trouble(reply(packed, content_encoding="gzip")).message == "its answer is cut off or garbled"


def test_a_packing_nobody_asked_for_is_named() -> None:
    assert trouble(reply("x", content_encoding="br")).message == "it packs its answers as br"


def error(kind: str, said: str, status: int) -> Reply:
    return reply(json.dumps({"status": "error", "errorType": kind, "error": said}), status)


@pytest.mark.parametrize(
    ("said", "line", "whole"),
    [
        (error("bad_data", "1:3: parse error", 400), "the query is refused: 1:3: parse error", False),
        (error("execution", "many-to-many", 422), "the query cannot be evaluated: many-to-many", False),
        (error("timeout", "too slow", 503), "it gave up on the query: too slow", False),
        (error("internal", "disk", 500), "it reports an error: disk", False),
        (error("x", "slow down", 429), "it has too many requests: slow down", True),
        (reply("Unauthorized\n", 401), "it does not know us (401): Unauthorized", True),
        (reply("<html>", 403), "we may not ask it (403)", True),
        (reply("404 page not found\n", 404), "there is no Prometheus at this path (404)", True),
        (reply("slow down", 429), "it has too many requests (429)", True),
        (reply("Service Unavailable", 503), "it is not available (503)", True),
        (reply("<html>", 502), "it answers HTTP 502", True),
        (reply("oops", 500), "it answers HTTP 500: oops", True),
        (reply("Client sent an HTTP request to an HTTPS server.\n", 400), "it speaks TLS only", True),
        (reply("<!DOCTYPE html><title>Sign in</title>"), "it answers with a web page instead of data", True),
        (reply("OK"), "it answers something that is no data", True),
        (reply('{"hello": 1}'), "it answers something that is no data", True),
        (reply('{"status":"success","data":{"resul'), "its answer is cut off or garbled", False),
    ],
)
def test_every_refusal_has_its_line(said: Reply, line: str, whole: bool) -> None:
    told = trouble(said)
    assert (told.message, told.whole) == (line, whole)


def test_the_servers_words_are_short_and_cannot_steer_a_terminal() -> None:
    told = trouble(error("bad_data", "\x1b[2J\x1b]0;owned\x07" + "long " * 100_000, 400))
    assert "\x1b" not in told.message
    assert told.message.endswith("…")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "86400"}, 60.0),
        ({"retry_after": "9" * 5000}, 60.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "Tue, 01 Jul 2025 10:00:20 GMT"}, None),
        ({"retry_after": "Tue, 01 Jul 2025 10:00:20 GMT", "date": "Tue, 01 Jul 2025 10:00:00 GMT"}, 20.0),
        ({"retry_after": "Tue, 01 Jul 2025 09:00:20 GMT", "date": "Tue, 01 Jul 2025 10:00:00 GMT"}, 0.0),
    ],
)
def test_the_wish_to_be_left_alone_is_heard_up_to_a_minute(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(reply("", 503, **headers)) == seconds


def test_a_range_is_told_moment_by_moment() -> None:
    result = [
        {"metric": {"service": "a"}, "values": [[100, "1"], [115.0004, "2"]]},
        {"metric": {"service": "b"}, "values": [[130, "NaN"], [9999, "1"]]},
    ]
    found, _ = moments(answer(result, "matrix"), BY, 100.0, 15.0, 3)
    assert [set(then.series) for then in found] == [{("a",)}, {("a",)}, {("b",)}]
    assert [then.at for then in found] == [100.0, 115.0, 130.0]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["status", "data", "resultType", "result", "metric", "value", "values"]),
                inner,
            )
        ),
    )
)
def test_no_json_whatever_raises_anything_but_trouble(told: Any) -> None:
    for odd in (
        reply(json.dumps(told)),
        answer(told),
        answer([told]),
        answer([{"metric": {}, "value": told}]),
    ):
        for decode in (
            lambda odd=odd: vector(odd, BY),
            lambda odd=odd: moments(odd, BY, 0, 1, 3),
            lambda odd=odd: sensible(lambda odd=odd: alerts("eu", data(odd))),
        ):
            try:
                decode()
            except Trouble:
                continue


@given(st.binary())
def test_no_bytes_whatever_raise_anything_but_trouble(body: bytes) -> None:
    for odd in (
        reply(body),
        reply(body, content_encoding="gzip"),
        reply(gzip.compress(body), content_encoding="gzip"),
    ):
        with pytest.raises(Trouble):
            vector(odd, BY)


def test_alerts_are_read_with_their_time() -> None:
    told = {
        "alerts": [
            {
                "labels": {"alertname": "Down", "service": "a"},
                "annotations": {"summary": "it is"},
                "state": "firing",
                "activeAt": "2025-07-01T10:00:00.123456789Z",
                "value": "1e+00",
            },
            {"labels": {}, "state": "pending", "activeAt": "never"},
            {"labels": {}, "state": "inactive"},
        ]
    }
    assert alerts("eu", told) == (
        Alert(
            "Down",
            "firing",
            {"alertname": "Down", "service": "a"},
            {"summary": "it is"},
            1751364000.123456,
            "eu",
            "1e+00",
        ),
        Alert("", "pending", {}, {}, None, "eu", ""),
    )


def rule(query: str, health: str = "ok", kind: str = "alerting", **labels: str) -> dict[str, Any]:
    return {"type": kind, "health": health, "query": query, "labels": labels}


@pytest.mark.parametrize(
    ("watching", "names"),
    [
        (rule("up == 0", service="a"), True),
        (rule('rate(x{service="a"}[5m]) > 1'), True),
        (rule('rate(x{service=~"b|a|c"}[5m]) > 1'), True),
        (rule('rate(x{service=~"^(b|a)$"}[5m]) > 1'), True),
        (rule("rate(x{service='a'}[5m]) > 1"), True),
        (rule('rate(x{job="a"}[5m]) > 1'), True),
        (rule('rate(x{service!="a"}[5m]) > 1'), False),
        (rule('rate(x{service=~".*"}[5m]) > 1'), False),
        (rule('rate(x{service=~"(a|b)-api"}[5m]) > 1'), False),
        (rule('rate(x{env="a"}[5m]) > 1'), False),
        (rule('x{service="a"}', health="err"), False),
        (rule('x{service="a"}', health="unknown"), False),
        (rule('x{service="a"}', kind="recording"), False),
    ],
    ids=lambda value: value["query"] if isinstance(value, dict) else str(value),
)
def test_a_service_is_watched_when_a_healthy_rule_names_it(watching: dict[str, Any], names: bool) -> None:
    book = rule_book(("job",), {"groups": [{"rules": [watching]}]})
    assert book.names(("service",), ("a",)) is names


def test_a_dotted_name_is_found_in_a_regex() -> None:
    book = rule_book((), {"groups": [{"rules": [rule('x{service=~"shop\\\\.eu|b"}')]}]})
    assert book.names(("service",), ("shop.eu",))
