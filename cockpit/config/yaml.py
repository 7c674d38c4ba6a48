"""Strict YAML: a document with a place for everything in it, or every reason why not; never a surprise.

What makes YAML a trap is refused (C20) and then there is no document: anchors, aliases, merge keys, tags,
deep nesting, huge files and scalars, hidden characters, several documents, other encodings. With nothing
worse than a duplicate key (C02, the last one counts) or a key that is not text (C04) there is one, so that
the next checks can add their complaints to the same load.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import yaml

from cockpit.config.compose import Composer
from cockpit.config.marks import Document
from cockpit.config.syntax import explain, place_of_byte
from cockpit.errors import Finding, Place
from cockpit.text import clean

__all__ = ["MAX_BYTES", "Document", "file_bytes", "parse", "read", "read_whole"]

MAX_BYTES: Final = 8 * 1024 * 1024


def read(path: Path, shown: str | None = None) -> tuple[Document | None, list[Finding]]:
    """The document in a file; whatever is wrong, with the file too, is a finding. Waits for no pipe."""
    document, findings, _ = read_whole(path, shown)
    return document, findings


def read_whole(path: Path, shown: str | None = None) -> tuple[Document | None, list[Finding], bytes]:
    """The same, and the bytes that it was read from."""
    file = clean(shown or str(path))
    try:
        data = file_bytes(path)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return None, [Finding("C20", Place(file), f"cannot be read: {clean(reason).lower()}")], b""
    return *parse(data, file), data


def parse(data: bytes | str, file: str) -> tuple[Document | None, list[Finding]]:
    """The document in `data`, None when any of it was refused, and all complaints in file order."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        return None, [Finding("C20", Place(file), "is larger than 8 MiB", "split it")]
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [
            Finding("C20", place_of_byte(raw, error.start, file), "is not UTF-8", "save it as UTF-8")
        ]
    composer = Composer(file)
    try:
        composer.run(yaml.parse(raw, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        composer.break_off(explain(error, raw, file))
    return composer.document(), composer.findings


def file_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """What is in the file, at most one byte more than allowed. Raises OSError, and ValueError for no file."""
    # O_NONBLOCK: opening a FIFO that nobody writes to returns. We look at what was opened, not at its name.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        with open(descriptor, "rb", closefd=False) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("not a regular file")
            return file.read(most + 1)
    finally:
        os.close(descriptor)  # open() leaves it to us when it refuses a directory
