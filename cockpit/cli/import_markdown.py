"""`cockpit import markdown`: wiki pages as draft runbooks, one file a procedure."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.delivering import deliver, deliver_all, tell
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError
from cockpit.text import plural

if TYPE_CHECKING:
    from cockpit.config.importing.drafts import Around, Draft

MOST_BYTES = 256 * 1024
"""Of one page; more is a book, or a dump."""
_FOLDER_PAGES = ("readme", "index", "_index")
"""Names that say nothing: the folder has a better one."""


def import_markdown(settings: Settings, pages: Sequence[Path], out: Path | None) -> int:
    """0 written, 1 some pages could not be read. Raises UsageError when none could."""
    here = around(settings)
    made: list[tuple[Path, Draft]] = []
    wrong: list[str] = []
    for path in pages:
        try:
            made += [(path, each) for each in drafts_of(path, here)]
        except UsageError as error:
            wrong.append(str(error))
    if not made:
        tell(wrong[:-1])
        raise UsageError(wrong[-1])
    if out is None and len(made) > 1:
        what = "pages" if len(pages) > 1 else "procedures in one page"
        raise UsageError(f"{len(made)} drafts of {what}", "--out DIR writes a file for each")
    if out is not None and out.suffix in (".yaml", ".yml"):
        raise UsageError(
            f"{out} is named like a file", f"--out takes a folder, as in --out {out.parent / 'runbooks'}"
        )
    if out is None:
        deliver(made[0][1].text, None)
    else:
        _refuse_hiding(out)
        deliver_all(_named(made, out))
    tell([*(_told(path, each, out) for path, each in made), *wrong])
    first = made[0][1].id
    tell([f"next: `cockpit lint {out or 'FILE'}` tells what is missing, `cockpit plan {first}` shows it"])
    return 1 if wrong else 0


def _refuse_hiding(out: Path) -> None:
    """A first `runbooks` in the folder of a configuration would take the place of the one beside it."""
    beside = out.absolute().parent.parent / "runbooks"
    is_first = out.name == "runbooks" and not out.exists() and (out.parent / "cockpit.yaml").is_file()
    if is_first and beside.is_dir():
        shown = os.path.relpath(beside)
        raise UsageError(f"{out} would hide the runbooks in {shown}", f"write --out {shown}")


def drafts_of(path: Path, here: Around) -> list[Draft]:
    """Raises UsageError for what is no page."""
    from cockpit.config.importing.drafts import drafts
    from cockpit.config.importing.loose import read_file
    from cockpit.config.importing.page import page
    from cockpit.config.importing.procedures import procedures

    read = page(read_file(path, MOST_BYTES))
    name = path.stem if path.stem.lower() not in _FOLDER_PAGES else path.absolute().parent.name
    made = procedures(read, name)
    if not any(each.steps for each in made):
        raise UsageError(f"{path} holds nothing to do", "name a page with steps, as a list or under headings")
    return drafts([each for each in made if each.steps], read, name, path.name, here)


def around(settings: Settings) -> Around:
    """Of the configuration that a cockpit would open; of none, nothing."""
    from cockpit.config import files
    from cockpit.config.importing.drafts import Around
    from cockpit.config.loading import examine

    try:
        root = files.find(settings.config, os.environ)
    except UsageError:
        return Around()
    model = examine(root, os.environ, time.time()).model
    return Around([each.name for each in model.services], {each.id for each in model.runbooks})


def _named(made: Sequence[tuple[Path, Draft]], out: Path) -> dict[Path, str]:
    """Two pages of one name would be one file, so the second gets a number."""
    from cockpit.config.ids import free

    found: dict[Path, str] = {}
    names: set[str] = set()
    for _, draft in made:
        name = free(draft.id, names)
        names.add(name)
        found[out / f"{name}.yaml"] = draft.text
    return found


def _told(path: Path, draft: Draft, out: Path | None) -> str:
    parts = [
        plural(draft.steps, "step"),
        plural(draft.commands, "command"),
        plural(draft.parameters, "parameter"),
        plural(draft.guesses, "guess", "guesses"),
    ]
    if draft.rollback:
        parts.append("rollback candidates at the foot")
    if draft.left_out:
        parts.append(f"{draft.left_out} steps left out")
    return f"{path} -> {draft.id}: {', '.join(parts)}"
