"""The command line, forked from a process that has imported it already: a process of its own all the same.

A start of Python and its imports take a second or more, and the tests start the program a thousand times.
One parent for each worker imports what most commands need; a request names arguments, folder and environment
and carries the files to read and write, and a pipe on which the child's number and its end are told.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from time import monotonic

import cockpit

LARGEST = 1 << 20
NOT_READY_MADE = ("cockpit.tui", "cockpit.__main__", "cockpit.adapters.shim")
"""What no command line imports, and what is only ever started by its path."""


def run(
    arguments: Sequence[str], cwd: Path, environ: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` with output captured, nothing to read. Raises TimeoutExpired, having killed it."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull) as nothing:
        try:
            wanted = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "environ": dict(environ)})
            fds = [nothing.fileno(), out.fileno(), err.fileno(), write]
            socket.send_fds(_parent(), [os.fsencode(wanted)], fds)
        finally:
            os.close(write)
        try:
            code = _ended(read, arguments, timeout)
        finally:
            os.close(read)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode().replace("\r\n", "\n"))
    return subprocess.CompletedProcess(list(arguments), code, *said)


def _ended(read: int, arguments: Sequence[str], timeout: float) -> int:
    """The parent tells the number of the child, then how it ended."""
    told, ends = b"", monotonic() + timeout
    while told.count(b"\n") < 2:
        if not select.select([read], [], [], max(0.0, ends - monotonic()))[0]:
            os.kill(int(told.split()[0]), signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        more = os.read(read, 100)
        assert more, "the parent of the command line is gone"
        told += more
    return int(told.split()[1])


@cache
def _parent() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST)
    command = [sys.executable, "-m", "tests.cli.forked", str(theirs.fileno())]
    environ = {name: os.environ[name] for name in ("PATH",)} | {"LANG": "C.UTF-8"}
    parent = subprocess.Popen(
        command,
        pass_fds=[theirs.fileno()],
        env=environ,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
    )
    theirs.close()
    atexit.register(parent.wait)
    atexit.register(ours.close)  # which ends it, and is called first
    return ours


# The other side


def serve(wanted: socket.socket) -> None:
    """Until nobody is left who could want something. Returns in each child, with its part to play."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those between us and the children are not waited for
    while True:
        message, fds, *_ = socket.recv_fds(wanted, LARGEST, 4)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            wanted.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(json.loads(os.fsdecode(message)), fds)
            return
        for each in fds:
            os.close(each)


def _become(wanted: dict[str, object], fds: Sequence[int]) -> None:
    """The child returns; who stands between waits for it, and tells."""
    *streams, tell = fds
    child = os.fork()
    if child:
        os.write(tell, b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        os.write(tell, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(tell)
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(wanted["environ"])  # type: ignore[call-overload]  # as we wrote it
    os.chdir(str(wanted["cwd"]))
    sys.argv[1:] = wanted["arguments"]  # type: ignore[call-overload]


def _prepare() -> None:
    for module in pkgutil.walk_packages(cockpit.__path__, "cockpit."):
        if not module.name.startswith(NOT_READY_MADE):
            importlib.import_module(module.name)
    importlib.import_module("cockpit.cli.app").command()
    gc.freeze()  # what all children share is not looked through, and so not copied, by each


if __name__ == "__main__":
    _prepare()
    serve(socket.socket(fileno=int(sys.argv[1])))
    from cockpit.__main__ import main

    main()
