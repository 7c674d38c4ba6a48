"""What came of drills: kept among all drills, held against earlier ones, told, and written to files."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.cli.output import say, say_json
from cockpit.errors import JournalError, UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.cli.drill import Prepared
    from cockpit.core.json import Json
    from cockpit.core.rehearsal.debrief import Debrief
    from cockpit.core.rehearsal.earlier import Earlier
    from cockpit.core.rehearsal.evidence import Evidence
    from cockpit.core.rehearsal.walk import Walk

APPEND: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def told(prepared: Prepared, result: Debrief | Walk, *, on_record: bool = False) -> None:
    """`on_record`: its facts were kept as they came.

    Raises UsageError for a file that cannot be written; by then everything is told and kept.
    """
    from cockpit.views import debrief as view

    known = kept(prepared, result, view.document(result), on_record)
    if prepared.wanted.json:
        say_json(view.document(result, known), indent=True)
    else:
        say(view.text(result, known), ascii=prepared.settings.ascii)
    if prepared.wanted.evidence is not None:
        add_evidence(prepared.wanted.evidence, result.evidence)
    if prepared.wanted.junit is not None:
        from cockpit.cli.files import put
        from cockpit.views.export.junit import cases_of, junit

        put(prepared.wanted.junit, junit(list(cases_of(result))), force=True)


def kept(
    prepared: Prepared, result: Debrief | Walk, document: dict[str, Json], on_record: bool
) -> Sequence[Earlier]:
    """Puts it on record among all drills; what went otherwise before it, newest first.

    A drill counts also where that cannot be: then it is said, and nothing is compared.
    """
    from cockpit.core.rehearsal.earlier import FINISHED, earlier, finished
    from cockpit.core.rehearsal.walk import Walk
    from cockpit.wiring.drilling import archive, keep

    passes = result.passes if isinstance(result, Walk) else (result.performed,)
    on_record = on_record or result.drill.mode == "sandbox"

    async def work() -> Sequence[Earlier]:
        journal = archive(prepared.loaded.model)
        try:
            known = await journal.read(kind=FINISHED)
            ended = max((each.end for each in passes), default=0.0)
            last = finished(document, prepared.actor, ended)
            await keep(journal, () if on_record else [each.records for each in passes], last)
            return earlier(known, document)
        finally:
            await journal.close()

    try:
        return asyncio.run(work())
    except JournalError as error:
        sys.stderr.write(f"{clean(f'cockpit: this drill is not kept: {error}')}\n")
        return ()


def add_evidence(path: Path, evidence: Iterable[Evidence]) -> None:
    """A line for each part, in one write, so that two who append at once do not mix.

    Raises UsageError; then the file is as it was.
    """
    from cockpit.core.rehearsal.evidence_line import line

    lines = [json.dumps(line(each), ensure_ascii=True, allow_nan=False) for each in evidence]
    text = "".join(f"{each}\n" for each in lines).encode()
    try:
        path.parent.mkdir(exist_ok=True)  # evidence/ beside a configuration that has none yet
        descriptor = os.open(path, APPEND, 0o644)
        try:
            _append(descriptor, text)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}", "name another file"
        ) from None


def _append(file: int, text: bytes) -> None:
    """All of it or nothing, behind whole lines of evidence. Raises OSError."""
    status = os.fstat(file)
    size = status.st_size
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    if size and not os.pread(file, 1, 0).startswith(b"{"):
        raise OSError(errno.EINVAL, "it holds something else than evidence")
    if size and os.pread(file, 1, size - 1) != b"\n":  # an editor took the last end of line away
        text = b"\n" + text
    if os.write(file, text) < len(text):
        os.ftruncate(file, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
