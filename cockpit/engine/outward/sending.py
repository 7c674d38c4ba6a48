"""One POST to a webhook: sent once, never repeated, and a lost answer is an unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from cockpit.core.incident.model import Sent
from cockpit.core.incident.rules import Channel
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import Answered, Purpose
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError

WITHIN: Final[Seconds] = 10.0
SHORTEST: Final = 8
"""Characters of a path that may be a key; `/` or `/page` is none."""
OUTCOMES: Final[Mapping[Answered, Sent]] = {
    Answered.DONE: "sent",
    Answered.REFUSED: "refused",
    Answered.UNKNOWN: "unknown",
}


async def post(
    world: World, channel: Channel, text: str, document: Mapping[str, Json], op_id: str
) -> tuple[Sent, str]:
    """(outcome, why). `document`: all of it, for channels that take more than a text."""
    try:
        headers, known = await _bearer(world, channel)
    except CockpitError as error:
        return "refused", str(error)
    body: dict[str, Json] = {"text": escaped(text)} if channel.format == "slack" else dict(document)
    answer = await world.http.send(
        HttpCall("POST", channel.webhook, headers, body),
        within=WITHIN,
        headers={"Idempotency-Key": op_id},
        secrets=(*known, *_unsaid(channel.webhook)),
        purpose=Purpose(kind="do"),
    )
    return OUTCOMES.get(answer.outcome, "unknown"), answer.reason


def escaped(text: str) -> str:
    """Text that stays text in a chat: `<!channel>` in somebody's note would wake everybody.

    Source: Slack, "Formatting text for app surfaces": only these three characters have to be escaped.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unsaid(url: str) -> tuple[str, ...]:
    """What a server may repeat in its complaint and no record may hold: the path of a webhook is its key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    found = (url, parts.path, parts.query, parts.password or "")
    return tuple(each for each in found if len(each) >= SHORTEST)


async def _bearer(world: World, channel: Channel) -> tuple[dict[str, str], tuple[str, ...]]:
    if not channel.secret:
        return {}, ()
    value = await world.secrets.value(channel.secret)
    return {"Authorization": f"Bearer {value}"}, (value,)
