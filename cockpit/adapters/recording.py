"""Recordings on disk: NDJSON, one poll a line, each line complete and flushed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NoReturn, Self

from cockpit.core.change_line import LineError
from cockpit.core.model import Model
from cockpit.core.poll import Poll
from cockpit.core.recording import SCHEMA, Lines
from cockpit.core.slots import Slots
from cockpit.core.state import State
from cockpit.errors import RecordingError
from cockpit.text import clean, plural

_END: Final = object()
LONGEST: Final = 64 * 1024 * 1024


class Writer:
    """Each line is written at once and flushed, so that a crash costs at most the line it cut."""

    def __init__(self, stream: BinaryIO, name: str = "recording") -> None:
        self._stream = stream
        self._name = name
        self._lines: tuple[Slots, Lines] | None = None
        self._put({"schema": SCHEMA})

    @staticmethod
    def create(path: Path) -> Writer:
        """Raises RecordingError; a file that is there already is not touched."""
        try:
            return Writer(path.open("xb"), str(path))
        except FileExistsError:
            raise RecordingError(f"{path}: exists already", "give another name, or move it away") from None
        except OSError as error:
            raise RecordingError(f"{path}: cannot be written: {error.strerror}") from None

    def write(self, state: State) -> None:
        """The poll that `state` was last judged on. Raises RecordingError when the disk is full, for one."""
        poll, slots = state.picture.last_poll, state.picture.slots
        if poll is None:
            return
        if self._lines is None or self._lines[0] is not slots:
            self._lines = slots, Lines(state.model, slots)
        self._put(self._lines[1].line(poll))

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, line: dict[str, object]) -> None:
        try:
            text = json.dumps(line, allow_nan=False, separators=(",", ":"), ensure_ascii=False) + "\n"
        except ValueError:
            raise RecordingError(f"{self._name}: cannot be written: it holds what is no JSON") from None
        try:
            # A label may hold half a character, which no file can.
            self._stream.write(text.encode("utf-8", "replace"))
            self._stream.flush()
        except OSError as error:
            raise RecordingError(f"{self._name}: cannot be written: {error.strerror}") from None


def read(path: Path, model: Model, slots: Slots) -> Reader:
    """The polls of a recording, one at a time. Raises RecordingError here for a wrong header."""
    try:
        return Reader(path.open("rb"), str(path), model, slots)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from None


class Reader(Iterator[Poll]):
    """`notes` says what was odd and tolerated; complete when the last poll has been read."""

    def __init__(self, stream: BinaryIO, name: str, model: Model, slots: Slots) -> None:
        self._stream = stream
        self._name = name
        self._lines = Lines(model, slots)
        self._number = 0
        self._cut = ""
        self._at: float | None = None
        self._check_header()

    @property
    def notes(self) -> list[str]:
        notes = [self._cut] if self._cut else []
        if unknown := self._lines.unknown:
            first = clean(next(iter(unknown)))[:80]
            names = plural(len(unknown), "name")
            notes.append(f"{names} that this configuration does not have left out, first {first}")
        return notes

    def __next__(self) -> Poll:
        found = self._next_object()
        if found is _END:
            self.close()
            raise StopIteration
        try:
            poll = self._lines.poll(found)
        except LineError as error:
            self._refuse(str(error), error.hint)
        if self._at is not None and poll.at <= self._at:
            self._refuse(
                f"time does not go forward: {poll.at!r} after {self._at!r}", "sort the lines by 'at'"
            )
        self._at = poll.at
        return poll

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_header(self) -> None:
        found = self._next_object()
        hint = f'the first line must be {{"schema": "{SCHEMA}"}}'
        if found is _END:
            self._refuse("is empty", hint)
        schema = found.get("schema") if isinstance(found, dict) else None
        if schema is None:
            self._refuse("is no recording", hint)
        if schema != SCHEMA:
            self._refuse(f"has the schema {schema!r:.60}, not {SCHEMA}", "record it anew with this version")

    def _next_object(self) -> object:
        """The next line that holds something; _END behind the last, also where that was cut."""
        while line := self._stream.readline(LONGEST + 1):
            self._number += 1
            if len(line) > LONGEST:
                self._refuse(f"is longer than {LONGEST // 1024 // 1024} MiB")
            if line.strip():
                return self._decoded(line)
        return _END

    def _decoded(self, line: bytes) -> object:
        try:
            return json.loads(line, parse_constant=_no_constant)
        except LineError as error:
            self._refuse(str(error), error.hint)
        except RecursionError:
            self._refuse("is nested too deeply")
        except ValueError as error:
            if line.endswith(b"\n") or self._number == 1:
                self._refuse(_not_json(error))
        self._cut = f"line {self._number} was cut off and is left out"
        return _END

    def _refuse(self, what: str, hint: str = "") -> NoReturn:
        self.close()
        raise RecordingError(f"{self._name}:{max(1, self._number)}: {what}", hint)


def _not_json(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not text, so it is no recording"
    return f"is not JSON: {error}"


def _no_constant(word: str) -> NoReturn:
    raise LineError(f"{word} is not JSON", 'write "NaN", "+Inf" or "-Inf", with quotes')
