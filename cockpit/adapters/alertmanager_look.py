"""Alertmanager as a source: every alert it holds, what keeps it quiet, and all silences that stand."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, Literal, TypeVar

from cockpit.adapters.http_client import Reply
from cockpit.adapters.http_trouble import Trouble, quoted
from cockpit.adapters.prometheus_alerts import LONGEST, MOST_ALERTS, instant, texts
from cockpit.adapters.prometheus_envelope import retry_after, text_of
from cockpit.adapters.prometheus_server import Server, weight
from cockpit.adapters.rest import Rest
from cockpit.core.events import AlertsSeen, Event, SilencesSeen, SourceAnswered, SourceFailed
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import AlertServer
from cockpit.core.poll import Alert, Silenced
from cockpit.core.promql_text import quote

T = TypeVar("T")

DEADLINE: Final[Seconds] = 3.0
"""For both questions together, whatever drips in."""
ALERTS: Final = "api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true"
SILENCES: Final = "api/v2/silences"
MOST_SILENCES: Final = 2_000
STANDING: Final = ("active", "pending")


class AlertmanagerLook:
    """A `ports.Source`. Raises CockpitError at construction for impossible settings."""

    def __init__(
        self,
        server: AlertServer,
        *,
        deadline: Seconds = DEADLINE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance` yields numbers from 0 to 1 for the jitter of its back-off."""
        self.name = server.name
        self._server = Server(server.url, server.http_config)
        self._deadline = deadline
        self._rest = Rest(chance)
        self._trouble = Trouble("not asked yet")

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        """All or nothing: alerts without their silences would look as if nobody had quieted them."""
        if at < self._rest.until:
            yield self._failed(at, self._rest.until)
            return
        began = time.monotonic()
        try:
            alerts, silences = await self._both()
        except Trouble as trouble:
            self._trouble = trouble
            now = at + time.monotonic() - began
            yield self._failed(at, self._rest.after_failure(now, trouble.retry_after))
            return
        self._rest.after_answer()
        yield SilencesSeen(self.name, silences)
        yield AlertsSeen(self.name, alerts[:MOST_ALERTS])
        yield SourceAnswered(self.name, at, note=self._note(len(alerts) > MOST_ALERTS))

    async def close(self) -> None:
        await self._server.close()

    async def _both(self) -> tuple[tuple[Alert, ...], tuple[Silenced, ...]]:
        try:
            async with asyncio.timeout(self._deadline):
                await self._server.connection.refresh()
                # One after the other: a server in trouble is not asked twice, and both take milliseconds.
                alerts = await self._read(ALERTS, "alerts", lambda found: _alerts(self.name, found))
                silences = await self._read(SILENCES, "silences", lambda found: _silences(self.name, found))
        except TimeoutError:
            hint = "is it overloaded, or is a firewall in between?"
            raise Trouble(f"no answer within {self._deadline:g} s", hint) from None
        return alerts, silences

    async def _read(self, path: str, what: str, read: Callable[[list[Any]], T]) -> T:
        reply = await self._server.connection.get(path)
        return await self._server.aside(weight(reply), lambda: _sensible(reply, what, read))

    def _note(self, more: bool) -> str:
        cut = f"it has more than {MOST_ALERTS} alerts, the others are not shown" if more else ""
        return "; ".join(filter(None, (self._server.connection.note, cut)))

    def _failed(self, at: Instant, retry_at: Instant) -> SourceFailed:
        return SourceFailed(self.name, at, self._trouble.message, self._trouble.hint, retry_at)


def _sensible(reply: Reply, what: str, read: Callable[[list[Any]], T]) -> T:
    """What `read` makes of the list in an answer. Raises Trouble, whatever else was sent."""
    text = text_of(reply)
    if reply.status != 200:
        raise _refusal(reply, text)
    nonsense = f"it answers something that is no list of {what}"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_json(text, nonsense) from None
    if not isinstance(found, list):
        raise Trouble(nonsense, "does url lead to an Alertmanager?")
    try:
        return read(found)
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        raise Trouble(nonsense, "does url lead to an Alertmanager 0.22 or newer?") from None


def _refusal(reply: Reply, text: str) -> Trouble:
    hints = {
        401: "check authorization or basic_auth in http_config",
        403: "check the rights of these credentials",
        404: "does url lack a prefix, such as /alertmanager?",
    }
    said = "" if text.lstrip().startswith("<") or not text.strip() else f": {quoted(text)}"
    hint = hints.get(reply.status, "look into its log, and that of any proxy in front")
    return Trouble(f"it answers HTTP {reply.status}{said}", hint, retry_after=retry_after(reply))


def _no_json(text: str, nonsense: str) -> Trouble:
    if text.lstrip()[:1] == "<":
        hint = "is there a sign-in page in front? write the address behind it, with credentials, as url"
        return Trouble("it answers with a web page instead of data", hint)
    if text.lstrip()[:1] == "[":
        return Trouble("its answer is cut off or garbled", "what stands between us and it?")
    return Trouble(nonsense, "does url lead to an Alertmanager?")


def _alerts(source: str, found: list[Any]) -> tuple[Alert, ...]:
    """At most one more than is kept, so that it can be said that some are not."""
    return tuple(_alert(source, each) for each in found[: MOST_ALERTS + 1])


def _alert(source: str, alert: Mapping[str, Any]) -> Alert:
    labels, status = texts(alert["labels"]), alert["status"]
    return Alert(
        labels.get("alertname", ""),
        "firing",
        labels,
        texts(alert.get("annotations") or {}),
        instant(alert.get("startsAt")),
        source,
        silenced_by=_ids(status.get("silencedBy")),
        inhibited_by=_ids(status.get("inhibitedBy")),
        fingerprint=str(alert.get("fingerprint", ""))[:64],
    )


def _ids(found: object) -> tuple[str, ...]:
    return tuple(str(each)[:64] for each in found) if isinstance(found, list) else ()


def _silences(source: str, found: list[Any]) -> tuple[Silenced, ...]:
    """Those that stand or are about to, the ones that end last first; those that are over are dropped."""
    standing = [_silence(source, each) for each in found if each["status"]["state"] in STANDING]
    return tuple(sorted(standing, key=lambda each: (-each.ends, each.id))[:MOST_SILENCES])


def _silence(source: str, silence: Mapping[str, Any]) -> Silenced:
    starts, ends = instant(silence["startsAt"]), instant(silence["endsAt"])
    if starts is None or ends is None:
        raise ValueError("a silence without a time")
    return Silenced(
        str(silence["id"])[:64],
        source,
        tuple(_matcher(each) for each in silence["matchers"]),
        starts,
        ends,
        str(silence.get("createdBy") or "")[:LONGEST],
        str(silence.get("comment") or "")[:LONGEST],
        silence["status"]["state"] == "pending",
    )


def _matcher(found: Mapping[str, Any]) -> str:
    """As it is typed. `isEqual` is younger than the interface: without it a matcher means equal."""
    equal, regex = found.get("isEqual", True), found.get("isRegex", False)
    operator: Literal["=", "!=", "=~", "!~"]
    operator = ("=~" if equal else "!~") if regex else ("=" if equal else "!=")
    return f"{str(found['name'])[:LONGEST]}{operator}{quote(str(found['value'])[:LONGEST])}"
