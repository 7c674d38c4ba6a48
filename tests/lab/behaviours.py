"""What a `Proxy` can do to a client, each a trap that was met in the field."""

import base64
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from .proxies import Answer, Asked, Behaviour, Exchange

JSON = {"Content-Type": "application/json"}
MEGABYTE = 1 << 20


def honest(exchange: Exchange) -> None:
    exchange.send(exchange.forward())


def hang(exchange: Exchange) -> None:
    """Takes the request and says nothing, until told otherwise."""
    exchange.wait()
    exchange.hang_up()


def drip(every: float = 0.2) -> Behaviour:
    """The real answer, a byte now and then: no read ever times out."""

    def behave(exchange: Exchange) -> None:
        answer = exchange.forward()
        exchange.start(answer, len(answer.body))
        for byte in answer.body:
            exchange.write(bytes([byte]))
            if exchange.wait(every):
                return exchange.hang_up()
        return None

    return behave


def login_page(exchange: Exchange) -> None:
    """What single sign-on shows to a client without a cookie: 200, and HTML."""
    html = b"<!doctype html><title>Sign in</title><form action=/login>Acme single sign-on</form>\n"
    exchange.send(Answer(200, html, {"Content-Type": "text/html; charset=utf-8"}))


def wrong_prefix(exchange: Exchange) -> None:
    exchange.send(Answer(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"}))


def truncated(exchange: Exchange) -> None:
    """Half of the JSON in an answer that claims to be whole."""
    answer = exchange.forward()
    exchange.send(replace(answer, body=answer.body[: len(answer.body) // 2]))


def cut_off(exchange: Exchange) -> None:
    """The connection ends in the middle of the body."""
    answer = exchange.forward()
    exchange.start(answer, len(answer.body))
    exchange.write(answer.body[: len(answer.body) // 2])
    exchange.hang_up()


def unavailable(retry_after: str | None = None) -> Behaviour:
    """503 as Prometheus says it while it replays its WAL; `retry_after` is in seconds or an HTTP date."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return lambda exchange: exchange.send(Answer(503, b"Service Unavailable", headers))


def redirect(location: str, status: int = 302) -> Behaviour:
    return lambda exchange: exchange.send(Answer(status, b"", {"Location": location}))


def with_warnings(*warnings: str) -> Behaviour:
    """The real answer, marked as partial as Thanos does."""
    return rewritten(lambda _, told: {**told, "warnings": list(warnings)})


def skewed(seconds: float) -> Behaviour:
    """A server whose clock is `seconds` ahead: `time()`, `timestamp()` and all sample times say so."""

    def ask(asked: Asked) -> Asked:
        form = asked.form
        form |= {k: f"{float(form[k]) - seconds:.3f}" for k in ("time", "start", "end") if k in form}
        if "query" in form:
            form["query"] = ahead(form["query"], seconds)
        return asked.with_form(form)

    def shift(point: list[Any]) -> list[Any]:
        return [point[0] + seconds, point[1]]

    def tell(asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        if not asked.path.endswith(("/query", "/query_range")) or "data" not in told:
            return told
        data = told["data"]
        if data["resultType"] in ("scalar", "string"):
            return {**told, "data": {**data, "result": shift(data["result"])}}
        for series in data["result"]:
            if "value" in series:
                series["value"] = shift(series["value"])
            if "values" in series:
                series["values"] = [shift(point) for point in series["values"]]
        return told

    return rewritten(tell, ask)


def ahead(query: str, seconds: float) -> str:
    """The PromQL that yields what a server ahead of time would say to `query`."""
    parts: list[str] = []
    while call := re.search(r"(?<![\w:])time(stamp)?\s*\(", query):
        end = closing(query, call.end())
        inner = ahead(query[call.end() : end], seconds)
        parts += [query[: call.start()], f"({call.group()}{inner}) + {seconds:g})"]
        query = query[end + 1 :]
    return "".join([*parts, query])


def closing(text: str, start: int) -> int:
    """Where the parenthesis opened before `start` is closed."""
    depth = 1
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError(f"unbalanced: {text}")


def rewritten(
    tell: Callable[[Asked, dict[str, Any]], dict[str, Any]], ask: Callable[[Asked], Asked] = lambda a: a
) -> Behaviour:
    """The real answer after `tell`, to the question after `ask`."""

    def behave(exchange: Exchange) -> None:
        # What is to be changed must not come compressed.
        headers = {**exchange.asked.headers, "accept-encoding": "identity"}
        answer = exchange.forward(ask(replace(exchange.asked, headers=headers)))
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            told = tell(exchange.asked, json.loads(answer.body))
            answer = replace(answer, body=json.dumps(told).encode())
        exchange.send(answer)

    return behave


def needs_basic(user: str, password: str) -> Behaviour:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return _needs(f"Basic {token}", "Basic")


def needs_bearer(token: str) -> Behaviour:
    return _needs(f"Bearer {token}", "Bearer")


def _needs(credentials: str, scheme: str) -> Behaviour:
    refusal = Answer(401, b"Unauthorized\n", {"WWW-Authenticate": scheme, "Content-Type": "text/plain"})

    def behave(exchange: Exchange) -> None:
        if exchange.asked.headers.get("authorization") == credentials:
            honest(exchange)
        else:
            exchange.send(refusal)

    return behave


EMPTY = b'{"status":"success","data":{"resultType":"vector","result":[]}}'


def huge(megabytes: int = 100) -> Behaviour:
    """A valid answer with no series after that much white space; `Proxy.sent` tells how much was taken."""

    def behave(exchange: Exchange) -> None:
        exchange.start(Answer(200, b"", JSON), megabytes * MEGABYTE + len(EMPTY))
        for _ in range(megabytes):
            exchange.write(b" " * MEGABYTE)
        exchange.write(EMPTY)

    return behave


def gzip_bomb(megabytes: int = 256) -> Behaviour:
    """The same in a thousandth of the bytes."""
    headers = {**JSON, "Content-Encoding": "gzip"}
    return lambda exchange: exchange.send(Answer(200, _bomb(megabytes), headers))


@cache
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    spaces = b" " * MEGABYTE
    packed = [packer.compress(spaces) for _ in range(megabytes)]
    return b"".join([*packed, packer.compress(EMPTY), packer.flush()])
