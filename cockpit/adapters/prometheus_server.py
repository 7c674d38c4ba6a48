"""One server and the ways to ask it: at a moment, over a window, for alerts and rules; no retries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

from cockpit.adapters import prometheus_answer as answer
from cockpit.adapters.http_client import Connection, Reply
from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_envelope import NotReady
from cockpit.core.queries import Question, Vector

T = TypeVar("T")

SMALL: Final = 16 * 1024
"""Bytes that are taken apart on the spot, in less than a millisecond; more goes to a thread."""
PACKED: Final = 8
"""How much less it may be when packed. Names that only differ in a number pack thirty times smaller."""


class Heard(NamedTuple):
    vector: Vector
    warnings: tuple[str, ...]
    moment: float
    """When we were half way through asking, by the monotonic clock; the server's own time was `vector.at`."""


class Window(NamedTuple):
    """Moments of the past by the server's clock: `start`, `start + step`, ..."""

    start: float
    step: float
    moments: int


class Server:
    """Raises CockpitError at construction when it cannot be spoken to as configured; later only Trouble."""

    def __init__(self, url: str, http_config: Mapping[str, object]) -> None:
        self.connection = Connection(url, http_config)
        # One thread: five at once would keep the loop waiting five times as long for its turn.
        self._decoder = ThreadPoolExecutor(1, thread_name_prefix="cockpit-decode")

    async def instant(self, question: Question, patience: float) -> Heard:
        """`patience` in seconds is what the server is told to spend at most."""
        form = {"query": question.text, "timeout": _milliseconds(patience), "nocache": "1"}
        reply = await self.connection.query("api/v1/query", form)
        vector, warnings = await self.aside(weight(reply), lambda: answer.vector(reply, question.by))
        return Heard(vector, warnings, (reply.asked_at + reply.answered_at) / 2)

    async def window(
        self, question: Question, window: Window, patience: float
    ) -> tuple[list[Vector], tuple[str, ...]]:
        end = window.start + (window.moments - 1) * window.step
        form = {
            "query": question.text,
            "start": f"{window.start:.3f}",
            "end": f"{end:.3f}",
            "step": f"{window.step:g}",
            "timeout": _milliseconds(patience),
            "nocache": "1",
        }
        reply = await self.connection.query("api/v1/query_range", form)
        by = question.by
        return await self.aside(weight(reply), lambda: answer.moments(reply, by, *window))

    async def data(self, path: str, read: Callable[[Any], T]) -> T:
        """What `read` makes of the data at `path`; its stumbling over nonsense is Trouble, too."""
        reply = await self.connection.get(path)
        return await self.aside(weight(reply), lambda: answer.sensible(lambda: read(answer.data(reply))))

    async def explain(self, trouble: Trouble) -> Trouble:
        """A better word for 503, since health lies while the past is replayed and readiness does not."""
        if not isinstance(trouble, NotReady):
            return trouble
        try:
            ready: Reply = await self.connection.get("-/ready")
        except Trouble:
            return trouble
        if ready.status != 503:
            return trouble
        what = "it is starting and replays what it had in memory (503 at /-/ready)"
        hint = "wait: minutes on a large server; nothing is lost"
        return Trouble(what, hint, whole=True, retry_after=trouble.retry_after)

    async def aside(self, size: int, work: Callable[[], T]) -> T:
        """`work` here and now if it is small, else where it does not hold the loop."""
        if size <= SMALL:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._decoder, work)

    async def close(self) -> None:
        self._decoder.shutdown(wait=False, cancel_futures=True)
        await self.connection.close()


def weight(reply: Reply) -> int:
    """About how many bytes of text an answer holds."""
    if reply.headers.get("content-encoding", "identity") == "identity":
        return len(reply.body)
    # The last word of gzip is the size of what it packed; it may lie, so the body's own size counts, too.
    return max(PACKED * len(reply.body), int.from_bytes(reply.body[-4:], "little"))


def summary(warnings: Sequence[str]) -> str:
    """Warnings of many answers in one line; empty without any."""
    distinct = list(dict.fromkeys(warnings))
    if not distinct:
        return ""
    more = f" (and {len(distinct) - 1} more)" if len(distinct) > 1 else ""
    return f"answers are partial: {distinct[0]}{more}"


def _milliseconds(seconds: float) -> str:
    # "3.0s" is refused: PromQL durations are whole.
    return f"{max(1, int(seconds * 1000))}ms"
