"""Which kind of file system something lies on, as far as Linux tells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
# fmt: off
NETWORKED: Final = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.cephfs", "fuse.davfs",
    "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs",
})
# fmt: on
"""Where locks or shared memory do not reach every machine that writes, or are lost with the connection."""


def networked(path: Path) -> str:
    """The kind of network file system that `path` lies on; empty: none, or nobody knows."""
    try:
        device = os.stat(path).st_dev
        table = MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return ""
    kind = kind_of(f"{os.major(device)}:{os.minor(device)}", table)
    return kind if kind in NETWORKED else ""


def kind_of(device: str, table: str) -> str:
    """The type in the last line of a mountinfo `table` for `device` ("0:53"); empty: it has none."""
    kind = ""
    for line in table.splitlines():
        words, _, after = line.partition(" - ")
        columns = words.split()
        if len(columns) > 2 and columns[2] == device and after:
            kind = after.split()[0]
    return kind
