"""What came of drills: kept among all drills, held against earlier ones, told, and written to files."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.errors import JournalError, UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.cli.drill import Wanted
    from cockpit.core.model import Model
    from cockpit.core.rehearsal.debrief import Debrief
    from cockpit.core.rehearsal.earlier import Earlier

APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


def told(settings: Settings, wanted: Wanted, model: Model, debriefs: Sequence[Debrief]) -> None:
    """Raises UsageError for a file that cannot be written; by then everything is told."""
    from cockpit.views import debrief as view

    for each in debriefs:
        known = kept(model, each)
        if wanted.json:
            say_json(view.document(each, known), indent=True)
        else:
            say(view.text(each, known), ascii=settings.ascii)
    if wanted.evidence is not None:
        add_evidence(wanted.evidence, debriefs)
    if wanted.junit is not None:
        from cockpit.cli.files import put
        from cockpit.views.export.junit import cases_of, junit

        put(wanted.junit, junit([case for each in debriefs for case in cases_of(each)]), force=True)


def kept(model: Model, debrief: Debrief) -> Sequence[Earlier]:
    """Puts it on record among all drills; what went otherwise before it, newest first.

    A drill counts also where that cannot be: then it is said, and nothing is compared.
    """
    from cockpit.core.rehearsal.earlier import FINISHED, earlier, finished
    from cockpit.views.debrief import document
    from cockpit.wiring.drilling import archive, keep

    result = document(debrief)
    performed = debrief.performed

    async def work() -> Sequence[Earlier]:
        journal = archive(model)
        try:
            known = await journal.read(kind=FINISHED)
            await keep(journal, tuple(performed.records), finished(result, debrief.drill.by, performed.end))
            return earlier(known, result)
        finally:
            await journal.close()

    try:
        return asyncio.run(work())
    except JournalError as error:
        sys.stderr.write(f"{clean(f'cockpit: this drill is not kept: {error}')}\n")
        return ()


def add_evidence(path: Path, debriefs: Sequence[Debrief]) -> None:
    """A line for each part, in one write, so that two who append at once do not mix. Raises UsageError."""
    from cockpit.views.debrief import evidence_lines

    lines = [json.dumps(each, ensure_ascii=True, allow_nan=False) for each in evidence_lines(debriefs)]
    text = "".join(f"{line}\n" for line in lines).encode()
    try:
        descriptor = os.open(path, APPEND, 0o644)
        try:
            os.write(descriptor, text)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}", "name another file"
        ) from None
