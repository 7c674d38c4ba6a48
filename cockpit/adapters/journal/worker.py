"""One thread that does one thing after the other; what hangs in it holds up only what is behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeAlias, TypeVar

from cockpit.errors import JournalError

T = TypeVar("T")
Task: TypeAlias = Callable[[], None]


class Worker:
    """A daemon, unlike a thread of an executor: a hung disk must not keep the program from ending."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopped = False

    async def ask(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Cancelled before its turn, it is not done; after that, it is."""
        if self._stopped:
            raise JournalError("the journal has been closed")
        answer: Future[T] = Future()
        self._tasks.put(lambda: _answer(answer, work))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(answer)

    def stop(self) -> None:
        """After what has been asked for already. Does not wait."""
        self._stopped = True
        self._tasks.put(None)

    @property
    def has_begun(self) -> bool:
        return self._thread is not None

    def _run(self) -> None:
        """Until stopped. It keeps its last task and so the journal: nothing is closed by being forgotten."""
        while task := self._tasks.get():
            task()


def _answer(answer: Future[T], work: Callable[[], T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(work())
    except BaseException as error:
        answer.set_exception(error)
