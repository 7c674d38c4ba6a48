"""Silences in Alertmanager, each known by its comment: made once, ended, found again after a lost answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from cockpit.adapters.http_client import Connection, Reply
from cockpit.adapters.http_trouble import Trouble, quoted
from cockpit.adapters.prometheus_envelope import text_of
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import AlertServer
from cockpit.core.runbook.matchers import matcher
from cockpit.core.runbook.work import Answered

TIMEOUT: Final[Seconds] = 10.0
READ_BACK: Final[Seconds] = 3.0
"""How long it is looked for after an answer that was lost."""
INTERVAL: Final[Seconds] = 0.5
Outcome: TypeAlias = tuple[Answered, str]


class Alertmanagers:
    """A `ports.Silencer` over all that are configured: what is silenced is silenced in each of them."""

    def __init__(self, servers: Sequence[AlertServer]) -> None:
        self._servers = [Alertmanager(server) for server in servers]

    async def silence(
        self, matchers: Sequence[str], starts: Instant, ends: Instant, author: str, comment: str
    ) -> Outcome:
        # One after the other: members of one cluster tell each other, and then the next has it already.
        said = [await each.silence(matchers, starts, ends, author, comment) for each in self._servers]
        return self._together(said)

    async def expire(self, comment: str) -> Outcome:
        return self._together([await each.expire(comment) for each in self._servers])

    async def end(self, source: str, id: str) -> Outcome:
        for server in self._servers:
            if server.name == source:
                return await server.end(id)
        return Answered.REFUSED, f"there is no Alertmanager '{source}'"

    async def standing(self, comment: str) -> bool | None:
        """True when one of them has it."""
        found = await asyncio.gather(*(each.standing(comment) for each in self._servers))
        if True in found:
            return True
        return None if None in found else False

    async def close(self) -> None:
        await asyncio.gather(*(each.close() for each in self._servers), return_exceptions=True)

    def _together(self, said: Sequence[Outcome]) -> Outcome:
        """Done in some and not in others is neither done nor refused."""
        outcomes = {outcome for outcome, _ in said}
        if outcomes == {Answered.DONE}:
            return Answered.DONE, ", ".join(dict.fromkeys(id for _, id in said if id))
        told = "; ".join(
            f"{server.name}: {'done' if outcome is Answered.DONE else why}"
            for server, (outcome, why) in zip(self._servers, said, strict=True)
        )
        return (Answered.REFUSED if outcomes == {Answered.REFUSED} else Answered.UNKNOWN), told


class Alertmanager:
    """One of them, by version 2 of its interface."""

    def __init__(
        self, server: AlertServer, *, timeout: Seconds = TIMEOUT, read_back: Seconds = READ_BACK
    ) -> None:
        self.name = server.name
        self._connection = Connection(server.url, server.http_config)
        self._timeout = timeout
        self._read_back = read_back

    async def silence(
        self, matchers: Sequence[str], starts: Instant, ends: Instant, author: str, comment: str
    ) -> Outcome:
        try:
            wanted = [_matcher(each) for each in matchers]
            if there := await self._with(comment):
                return Answered.DONE, there[0]
        except (ValueError, Trouble) as error:
            return Answered.REFUSED, str(error)
        document = {
            "matchers": wanted,
            "startsAt": _written(starts),
            "endsAt": _written(ends),
            "createdBy": author,
            "comment": comment,
        }
        outcome, why = await self._changed("POST", "api/v2/silences", document)
        return (outcome, why) if outcome is Answered.REFUSED else await self._seen(comment, True, why)

    async def expire(self, comment: str) -> Outcome:
        try:
            standing = await self._with(comment)
        except Trouble as trouble:
            return Answered.REFUSED, str(trouble)
        lost = ""
        for id in standing:
            outcome, why = await self._changed("DELETE", f"api/v2/silence/{quote(id, safe='')}")
            if outcome is Answered.REFUSED:
                return outcome, why
            lost = lost or why
        return await self._seen(comment, False, lost)

    async def end(self, id: str) -> Outcome:
        """One that is gone already, or never was, is done: an Alertmanager tells no difference."""
        outcome, why = await self._changed("DELETE", f"api/v2/silence/{quote(id, safe='')}")
        if outcome is Answered.REFUSED:
            return outcome, why
        try:
            still = any(each["id"] == id for each in await self._silences() if _stands(each))
        except Trouble as trouble:
            return Answered.UNKNOWN, why or f"it said yes, and then could not be read: {trouble}"
        return (
            (Answered.UNKNOWN, why or "it said yes, and the silence still stands")
            if still
            else (Answered.DONE, "")
        )

    async def standing(self, comment: str) -> bool | None:
        try:
            return bool(await self._with(comment))
        except Trouble:
            return None

    async def close(self) -> None:
        await self._connection.close()

    async def _seen(self, comment: str, stands: bool, why: str) -> Outcome:
        """Read back until it is so, also what it said yes to; `why` is what went wrong before."""
        for _ in range(1 + int(self._read_back / INTERVAL)):
            try:
                there = await self._with(comment)
                if bool(there) is stands:
                    return Answered.DONE, there[0] if there else ""
            except Trouble as trouble:
                why = why or f"it said yes, and then could not be read: {trouble}"
            await asyncio.sleep(INTERVAL)
        state = "has no such silence" if stands else "the silence still stands"
        return Answered.UNKNOWN, why or f"it said yes, and {state}"

    async def _with(self, comment: str) -> list[str]:
        """Ids of those that stand or are about to. Raises Trouble."""
        return [str(each["id"]) for each in await self._silences() if _is(each, comment)]

    async def _silences(self) -> list[Mapping[str, Any]]:
        """All it knows, each with what we read of it. Raises Trouble."""
        reply = await self._within(self._connection.get("api/v2/silences"))
        if reply.status != 200:
            raise Trouble(_said(reply), "check url and credentials of the alertmanager")
        try:
            found = json.loads(text_of(reply))
            return [each for each in found if (each["id"], each["comment"], each["status"]["state"])]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Trouble("its answer is no list of silences", "is url that of an Alertmanager?") from None

    async def _changed(self, method: str, path: str, document: object = None) -> Outcome:
        """(outcome, what went wrong)"""
        try:
            reply = await self._within(self._connection.change(method, path, document))
        except Trouble as trouble:
            return (Answered.UNKNOWN if trouble.sent else Answered.REFUSED), str(trouble)
        if 200 <= reply.status < 300:
            return Answered.DONE, ""
        # 5xx may come from what stands in between; who is gone already answers 404 or 500.
        refused = 300 <= reply.status < 500 and not (method == "DELETE" and reply.status == 404)
        return (Answered.REFUSED if refused else Answered.UNKNOWN), _said(reply)

    async def _within(self, asking: Awaitable[Reply]) -> Reply:
        try:
            async with asyncio.timeout(self._timeout):
                return await asking
        except TimeoutError:
            trouble = Trouble(f"{self._connection.address} did not answer within {self._timeout:g} s")
            trouble.sent = True
            raise trouble from None


def _matcher(text: str) -> Mapping[str, object]:
    found = matcher(text)
    return {
        "name": found.name,
        "value": found.value,
        "isRegex": found.is_regex,
        "isEqual": found.is_equal,
    }


def _is(silence: Mapping[str, Any], comment: str) -> bool:
    return bool(silence["comment"] == comment and _stands(silence))


def _stands(silence: Mapping[str, Any]) -> bool:
    return silence["status"]["state"] in ("active", "pending")


def _written(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _said(reply: Reply) -> str:
    with suppress(Trouble):
        if words := quoted(text_of(reply)):
            return f"it answers {reply.status}: {words}"
    return f"it answers {reply.status}"
