"""Which commit a configuration came from, how old that is, and whether files differ from it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cockpit.core.levels import Instant
from cockpit.core.model import Origin

_PATIENCE: Final = 2.0
# A configuration may lie in a stranger's repository. Only objects are read, by commands that know no hooks,
# filters, file monitors, signature checks or pagers; and nothing is fetched for them.
_SAFE: Final = (
    *("-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "safe.bareRepository=explicit"),
    *("-c", "protocol.allow=never", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"),
)


def origin_of(path: Path, files: Iterable[Path]) -> Origin:
    """Empty but for the path where there is no git or no repository. Waits for git a few seconds at most."""
    folder = path if path.is_dir() else path.parent
    commit = _git(folder, "cat-file", "-p", "HEAD")
    name = _git(folder, "rev-parse", "HEAD")
    if commit is None or name is None:
        return Origin(str(path))
    return Origin(
        path=str(path),
        commit=name.decode("ascii", "replace").strip(),
        committed_at=_committed_at(commit),
        dirty=_differs(folder, files),
    )


def _committed_at(commit: bytes) -> Instant | None:
    """From `committer Name <mail> 1700000000 +0100`."""
    header = commit.partition(b"\n\n")[0]
    for line in header.splitlines():
        words = line.split()
        if words[:1] == [b"committer"] and words[-2].isdigit():
            return float(words[-2])
    return None


def _differs(folder: Path, files: Iterable[Path]) -> bool:
    """Whether any file is not as committed. Compared here: git would run the filters of the repository."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    tree = _git(folder, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
    if top is None or tree is None:
        return False
    root = Path(os.fsdecode(top.rstrip(b"\n")))
    committed = dict(_entry(line) for line in tree.split(b"\0") if line)
    for file in files:
        real = file.resolve()
        if not real.is_relative_to(root):
            continue
        if committed.get(os.fsencode(real.relative_to(root))) not in _names_of(real):
            return True
    return False


def _entry(line: bytes) -> tuple[bytes, bytes]:
    """Path and object name from `100644 blob <name>\\t<path>`."""
    facts, _, path = line.partition(b"\t")
    return path, facts.split()[2]


def _names_of(file: Path) -> set[bytes]:
    """What git may call its content: with either hash, and with the line ends of either world."""
    try:
        content = file.read_bytes()
    except OSError:
        return set()
    return {
        hash_(b"blob %d\0" % len(each) + each).hexdigest().encode()
        for each in (content, content.replace(b"\r\n", b"\n"))
        for hash_ in (hashlib.sha1, hashlib.sha256)
    }


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git answers; None when it cannot, or not in time."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    try:
        answer = subprocess.run(
            ["git", *_SAFE, "-C", str(folder), *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return answer.stdout if answer.returncode == 0 else None
