"""From arguments to an exit code; nobody ever sees a traceback."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence

from cockpit.errors import CockpitError, ConfigError, UsageError
from cockpit.text import clean, whole

WRONG_USAGE = 64
INTERRUPTED = 130
UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
FAULT = 70
"""Our own mistake."""
REPORT = "this is a fault of cockpit: run it again with COCKPIT_DEBUG=1 and report what it prints"


def run(arguments: Sequence[str]) -> int:
    """What `cockpit ARGUMENTS` exits with."""
    _open_what_is_closed()
    try:
        _refuse_no_text(arguments)
        code = _dispatch(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _hush()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # pressed once more, it would interrupt the way out
        return INTERRUPTED
    except CockpitError as error:
        complain(error)
        return error.exit_code
    except OSError as error:
        if not _lost_output(error):
            return _fault(error)
        _hush()
        _to_stderr(f"cockpit: the output cannot be written: {error.strerror}")
        return WRONG_USAGE
    except Exception as error:
        return _fault(error)
    return code


def _refuse_no_text(arguments: Sequence[str]) -> None:
    """What is typed goes on record, and there only text may stand."""
    for number, argument in enumerate(arguments, 1):
        if whole(argument) != argument:
            raise UsageError(f"argument {number} holds bytes that are no UTF-8 text", "write it in UTF-8")


def _dispatch(arguments: Sequence[str]) -> int:
    """The screen straight away where the command line is plain; everything else through the parser.

    Importing the parser takes 60 ms, a fifth of what the screen needs to its first frame.
    """
    from cockpit.cli.plain import understood

    plain = understood(arguments)
    if plain is not None:
        from cockpit.cli.screen import open_screen

        return open_screen(plain)
    from cockpit.cli.app import invoke

    return invoke(list(arguments))


def complain(error: CockpitError) -> None:
    """On stderr: a line for each complaint about files, else one line."""
    if isinstance(error, ConfigError):
        lines = [str(found) for found in error.findings if found.severity == "error"] or [str(error)]
    else:
        lines = [f"cockpit: {error}"]
    for line in lines:
        _to_stderr(clean(line))


def _fault(error: Exception) -> int:
    if os.environ.get("COCKPIT_DEBUG"):
        import traceback

        # Without local variables: one of them may hold a password.
        _to_stderr(clean("".join(traceback.format_exception(error)), multiline=True))
    _to_stderr(clean(f"cockpit: {type(error).__name__}: {error}"[:300]) + f"; {REPORT}")
    return FAULT


def _to_stderr(line: str) -> None:
    write: Callable[[str], object] = sys.stderr.write
    try:
        write(f"{line}\n")
    except UnicodeEncodeError:
        write(line.encode("ascii", "replace").decode() + "\n")
    except (BrokenPipeError, OSError):
        return


def _open_what_is_closed() -> None:
    """Under `>&-` Python has no stream at all, not even one that fails."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - for as long as the process lives


def _lost_output(error: OSError) -> bool:
    """Whether it was stdout that could not be written: the disk behind it is full, for one.

    Unbuffered output (PYTHONUNBUFFERED, as in many containers) fails in the write and has nothing to flush;
    errors about files of ours name the file.
    """
    if error.filename is None and error.errno in UNWRITABLE:
        return True
    try:
        sys.stdout.flush()
    except OSError as again:
        return again.errno == error.errno
    return False


def _hush() -> int:
    """Whoever read our output has gone; Python must not complain about it at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13
