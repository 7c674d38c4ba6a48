"""What a Prometheus knows, for people who set up: names, targets, versions, does a query find anything.

Uses prometheus-api-client, which waits and knows no total deadline; so never in a poll, each call in a
thread of its own, and nobody waits for that thread longer than the deadline.
"""

from __future__ import annotations

import ast
import asyncio
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx

from cockpit.adapters.discovery_session import settled_session
from cockpit.adapters.http_client import Reply
from cockpit.adapters.http_headers import identity, secrets_in
from cockpit.adapters.http_trouble import Trouble, quoted
from cockpit.adapters.prometheus_answer import sensible
from cockpit.adapters.prometheus_envelope import envelope_of, text_of
from cockpit.adapters.redact import redact
from cockpit.core import promql
from cockpit.core.http_config import check_http_config, check_url
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import MetricServer
from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from prometheus_api_client import PrometheusConnect

T = TypeVar("T")

WIDTH: Final = 2
AGES: Final = ("90d", "30d", "15d", "7d", "2d", "1d", "6h", "1h", "15m", "1m")
_STATUS: Final = re.compile(r"HTTP Status Code (\d+) \((b.*)\)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    job: str
    instance: str
    up: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One series over time."""

    labels: tuple[tuple[str, str], ...]
    points: tuple[tuple[Instant, float], ...]


class Discovery:
    """Every method raises Trouble when it cannot say; all answer within `deadline` seconds."""

    def __init__(self, server: MetricServer, deadline: Seconds = 10.0) -> None:
        """Raises CockpitError for settings that make no sense."""
        complaints = [*filter(None, [check_url(server.url)]), *check_http_config(server.http_config)]
        if complaints:
            raise CockpitError(complaints[0].message, complaints[0].hint)
        self.name = server.name
        self._server = server
        self._deadline = deadline
        self._lane = asyncio.Semaphore(WIDTH)

    async def metrics(self) -> list[str]:
        """Names of all metrics."""
        return await self._told(lambda client: [str(name) for name in client.all_metrics()])

    async def values(self, label: str) -> list[str]:
        """Values of a label."""
        return await self._told(lambda client: [str(value) for value in client.get_label_values(label)])

    async def targets(self) -> list[Target]:
        """Active targets and whether their last scrape worked."""
        found = await self._told(lambda client: client.get_targets("active"))
        return sensible(lambda: [_target(each) for each in found["activeTargets"]])

    async def version(self) -> str:
        """As the server says, such as "2.42.0"; empty when it does not."""
        found = await self._told(lambda client: client.custom_query("prometheus_build_info"))
        return next((str(series["metric"].get("version", "")) for series in found), "")

    async def finds(self, expr: str) -> int:
        """How many series a query returns now; a `$match` in it narrows nothing."""
        text = promql.fill(expr, "")
        return await self._told(lambda client: len(client.custom_query(text)))

    async def reaches_back(self) -> str:
        """How old the oldest samples are at least, such as "15d"; empty when there are none."""
        for age in AGES:
            if await self.finds(f"count(up offset {age})"):
                return age
        return ""

    async def history(self, expr: str, start: Instant, end: Instant, step: Seconds) -> list[Line]:
        """A query over time, for exports and reports."""
        first, last = (datetime.fromtimestamp(at, UTC) for at in (start, end))
        text = promql.fill(expr, "")
        return await self._told(
            lambda client: [_line(each) for each in client.custom_query_range(text, first, last, f"{step:g}")]
        )

    async def _told(self, ask: Callable[[PrometheusConnect], T]) -> T:
        async with self._lane:
            try:
                return await asyncio.wait_for(_in_thread(lambda: self._asked(ask)), self._deadline)
            except TimeoutError:
                hint = "is it overloaded, or is a firewall in between?"
                raise Trouble(f"no answer within {self._deadline:g} s", hint, whole=True) from None

    def _asked(self, ask: Callable[[PrometheusConnect], T]) -> T:
        # Imported here: the library costs more to import than everything that needs no discovery.
        from prometheus_api_client import PrometheusConnect
        from prometheus_api_client.exceptions import PrometheusApiClientException
        from requests import RequestException
        from urllib3 import Retry

        session = settled_session(self._server)
        none = Retry(total=0, status_forcelist=[], raise_on_status=False)
        adapter = session.get_adapter(self._server.url)
        client = PrometheusConnect(
            self._server.url.rstrip("/"), session=session, retry=none, timeout=self._deadline
        )
        # Its own adapter would forget our TLS settings.
        session.mount(client.url, adapter)
        try:
            return sensible(lambda: ask(client))
        except PrometheusApiClientException as refused:
            raise _refused(str(refused), _secrets(self._server)) from refused
        except RequestException as failed:
            raise _failed(failed) from failed
        finally:
            session.close()


async def _in_thread(work: Callable[[], T]) -> T:
    """In a thread that nobody waits for at exit: a server that drips would hold the program for ever."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(settled: Callable[[], None]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: None if done.done() else settled())

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            failure = error
            settle(lambda: done.set_exception(failure))
        else:
            settle(lambda: done.set_result(result))

    threading.Thread(target=run, name="cockpit-discovery", daemon=True).start()
    return await done


def _secrets(server: MetricServer) -> tuple[str, ...]:
    try:
        return secrets_in(server.http_config, identity(server.http_config))
    except OSError:  # gone since it was asked; nobody would know what to take out
        return ()


def _refused(said: str, secrets: tuple[str, ...]) -> Trouble:
    """The library puts status and body into one text; both are wanted apart."""
    found = _STATUS.search(said)
    if not found:
        return Trouble(f"it refuses: {quoted(redact(said, secrets))}", "look into its log")
    body = ast.literal_eval(found[2])
    reply = Reply(int(found[1]), httpx.Headers(), body, 0.0, 0.0, secrets)
    try:
        envelope_of(reply, text_of(reply))
    except Trouble as trouble:
        return trouble
    return Trouble(f"it answers HTTP {found[1]}", "look into its log")


def _failed(error: Exception) -> Trouble:
    from requests import exceptions

    match error:
        case exceptions.TooManyRedirects():
            hint = "write the address behind it as url"
            return Trouble("it redirects, which is not followed", hint, whole=True)
        case exceptions.SSLError():
            hint = "name the CA that signed it in tls_config.ca_file"
            return Trouble(f"its certificate is not trusted: {_innermost(error)}", hint, whole=True)
        case exceptions.JSONDecodeError():
            hint = "does url lead to a Prometheus?"
            return Trouble("it answers something that is no data", hint, whole=True)
        case exceptions.Timeout():
            return Trouble("no answer in time", "is it overloaded, or is a firewall in between?", whole=True)
        case _:
            return Trouble(f"it cannot be reached: {_innermost(error)}", "check url and network", whole=True)


def _innermost(error: BaseException) -> str:
    """What really happened, without the layers of libraries around it."""
    reason = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    if isinstance(reason, BaseException):
        return _innermost(reason)
    inner = error.__cause__ or error.__context__
    return _innermost(inner) if inner else quoted(getattr(error, "strerror", None) or str(error))


def _target(each: Any) -> Target:
    labels = each["labels"]
    error = quoted(str(each.get("lastError", "")))
    return Target(str(labels.get("job", "")), str(labels.get("instance", "")), each["health"] == "up", error)


def _line(each: Any) -> Line:
    labels: Sequence[tuple[str, str]] = sorted((str(k), str(v)) for k, v in each["metric"].items())
    return Line(tuple(labels), tuple((float(at), float(value)) for at, value in each["values"]))
