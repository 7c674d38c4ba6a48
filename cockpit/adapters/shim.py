"""Stands over one command, outlives the cockpit, and writes down how the command ended.

Started by its absolute path with `python -I -S`, so it is one file and imports nothing but the standard
library; replacing the installation while it runs changes nothing. The package imports from here what both
sides must agree on: how processes are known, how secrets are taken out.

Its job comes as one JSON object on stdin, never by argv, environment or file. On stdout it says, one JSON
object a line: `hello` (its identity, before anything is started), `started`, `out`, `err`, then `exit`.
Nobody has to listen. In the job's folder it leaves NAME.shim.json, NAME.out, NAME.err and NAME.result.json.

The order that makes the record true: hello; NAME.shim.json; fork; `start_by`; exec; the end of the leader;
NAME.result.json, durable; `exit`. Whoever finds no NAME.shim.json after `start_by` knows that nothing ran.

Signals: USR1 asks it to stop the command (TERM, grace, KILL). HUP, INT, QUIT, TERM and PIPE are ignored.
"""

from __future__ import annotations

import binascii
import codecs
import contextlib
import errno
import fcntl
import json
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False  # `typing` itself would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, NoReturn

HEAD = 256 * 1024
TAIL = 768 * 1024
CHUNK = 64 * 1024
QUEUE = 1024 * 1024
"""Bytes that may wait for a slow cockpit; further live output is left out, the result has it all."""
MASK = b"[redacted]"
SHORTEST = 4
"""Bytes. A shorter secret would shred the text and be told by the holes; it is not redacted."""
COOKIE = "COCKPIT_ATTEMPT"
"""In the command's environment: what leaves the session is still found by it."""
INTERRUPT = signal.SIGUSR1
TICK = 0.05
DYING = 2.0
"""Seconds that KILL may take; what is alive then waits for its disk, and is counted in the result."""
STUBBORN = 3600
"""Seconds for which a result that cannot be written is tried again, when nobody else knows it."""


# Processes


class Process:
    """A line of /proc/PID/stat. A pid alone names nobody: it comes back to others."""

    __slots__ = ("alive", "group", "parent", "pid", "session", "start")

    def __init__(self, text: str) -> None:
        pid, _, rest = text.partition(" ")
        # The name in the middle may hold spaces and parentheses.
        fields = rest.rpartition(")")[2].split()
        self.pid = int(pid)
        self.parent, self.group, self.session = int(fields[1]), int(fields[2]), int(fields[3])
        # A leader that has ended is Z while other threads of its process go on.
        self.alive = fields[0] not in "ZXx" or int(fields[17]) > 1
        self.start = int(fields[19])
        """Clock ticks since boot."""


def process(pid: int) -> Process | None:
    """None: there is none, or this system has no /proc."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return Process(file.read())
    except (OSError, ValueError, IndexError):
        return None


def processes() -> Iterator[Process]:
    """All that can be seen; one that forks and ends meanwhile may be missed with its child: look twice."""
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit() and (found := process(int(name))):
                yield found


def send(to: Process, number: int) -> bool:
    """A signal to this very process. False: it is gone, or not ours to signal."""
    try:
        handle = os.pidfd_open(to.pid)
    except (AttributeError, OSError) as error:
        if getattr(error, "errno", errno.ENOSYS) not in (errno.ENOSYS, errno.EPERM):
            return False
        return _send_by_pid(to, number)
    try:
        found = process(to.pid)
        if found is None or found.start != to.start:
            return False
        signal.pidfd_send_signal(handle, number)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _send_by_pid(to: Process, number: int) -> bool:
    """For kernels before 5.3 and strict seccomp profiles."""
    found = process(to.pid)
    if found is None or found.start != to.start:
        return False
    try:
        os.kill(to.pid, number)
    except OSError:
        return False
    return True


def descendants() -> list[Process]:
    """Of this process, the living: as a subreaper it inherits those whose parents have ended."""
    everybody = list(processes())
    family = {os.getpid()}
    grown = 0
    while grown != len(family):
        grown = len(family)
        family |= {each.pid for each in everybody if each.parent in family}
    return [each for each in everybody if each.pid in family and each.alive and each.pid != os.getpid()]


def whereabouts() -> dict[str, str]:
    """host, boot_id and pid_namespace: what a pid means something in."""
    return {
        "host": os.uname().nodename,
        "boot_id": _line_of("/proc/sys/kernel/random/boot_id"),
        "pid_namespace": _link_of("/proc/self/ns/pid"),
    }


def _line_of(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _link_of(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


# Secrets


class Redactor:
    """Takes exact values out of a stream of bytes, however it is cut into chunks.

    Taken out are the value, also without the white space around it, JSON-escaped once or twice, as a server
    does that quotes what it was sent, escaped for HTML, URL-encoded (several dialects, hex digits all small
    or all capital), and in base64, standard and URL-safe, at any of the three places where it may stand in a
    longer encoded text. Not found: base64 broken into lines, values cut or
    changed, values under SHORTEST bytes.

    Bytes that may be the beginning of a secret are held back, at most one byte less than the longest form.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {form for secret in secrets for form in forms(secret)}
        self._forms = sorted(found, key=len, reverse=True)
        self._held = b""
        self._covered = 0
        """So many bytes of `_held` belong to a mask that has been given out."""

    def feed(self, data: bytes) -> bytes:
        if not self._forms:
            return data
        data = self._held + data
        return self._mask(data, self._undecided(data))

    def flush(self) -> bytes:
        """What was held back: no secret, after all."""
        return self._mask(self._held, len(self._held))

    def pending(self) -> bytes:
        """What `flush` would give, without giving it."""
        held, covered = self._held, self._covered
        shown = self.flush()
        self._held, self._covered = held, covered
        return shown

    def _undecided(self, data: bytes) -> int:
        """Where the longest end of `data` begins that may be the beginning of a secret."""
        first = len(data)
        for form in self._forms:
            at = data.find(form[:1], max(0, len(data) - len(form) + 1))
            while 0 <= at < first and not form.startswith(data[at:]):
                at = data.find(form[:1], at + 1)
            if 0 <= at < first:
                first = at
        return first

    def _mask(self, data: bytes, upto: int) -> bytes:
        """`data[:upto]` with a mask for each run of overlapping secrets; the rest is held."""
        shown = bytearray()
        at = self._covered
        for start, end in self._found(data):
            if start >= upto:
                break
            if start >= at:
                shown += data[at:start] + MASK
            at = max(at, end)
        shown += data[at:upto]
        self._held, self._covered = data[upto:], max(0, at - upto)
        return bytes(shown)

    def _found(self, data: bytes) -> list[tuple[int, int]]:
        spans = []
        for form in self._forms:
            at = data.find(form)
            while at >= 0:
                spans.append((at, at + len(form)))
                at = data.find(form, at + 1)
        return sorted(spans)


def forms(secret: str) -> set[bytes]:
    """The ways in which a secret is looked for; none for one under SHORTEST bytes."""
    found: set[bytes] = set()
    for text in {secret, secret.strip()}:
        value = raw(text)
        if len(value) < SHORTEST:
            continue
        escaped = set(_json_forms(text))
        twice = {again for once in escaped for again in _json_forms(once)}
        found |= {value, *map(raw, escaped | twice | set(_html_forms(text)))}
        found |= {*_url_forms(value), *_base64_forms(value)}
    return found


def _json_forms(text: str) -> Iterator[str]:
    """As most write it, as PHP does, and as Go does."""
    for ascii in (True, False):
        coded = json.dumps(text, ensure_ascii=ascii)[1:-1]
        yield coded
        yield coded.replace("/", "\\/")
        yield coded.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _html_forms(text: str) -> Iterator[str]:
    coded = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for double in ('"', "&quot;", "&#34;"):
        for single in ("'", "&#39;", "&#x27;"):
            yield coded.replace('"', double).replace("'", single)


def _url_forms(value: bytes) -> Iterator[bytes]:
    """As Python, JavaScript, curl and HTML forms encode it."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
    for safe in (plain, plain + b"~", plain + b"~/", plain + b"~!*'()", plain + b"*"):
        for pattern in (b"%%%02X", b"%%%02x"):
            coded = b"".join(bytes((each,)) if each in safe else pattern % each for each in value)
            yield coded
            yield coded.replace(b"%20", b"+")


def _base64_forms(value: bytes) -> Iterator[bytes]:
    """Alone, and the characters that depend on nothing else at each place in a longer text."""
    alone = binascii.b2a_base64(value, newline=False)
    found = [alone, alone.rstrip(b"=")]
    for before in range(3):
        coded = binascii.b2a_base64(b"\0" * before + value, newline=False)
        found.append(coded[(8 * before + 5) // 6 : 8 * (before + len(value)) // 6])
    for each in found:
        yield each
        yield each.translate(bytes.maketrans(b"+/", b"-_"))


def raw(text: str) -> bytes:
    """What argv, environment and secrets are for the kernel."""
    return text.encode("utf-8", "surrogateescape")


# Output


class Kept:
    """The beginning and the end of a stream, in bounded memory."""

    def __init__(self, head: int = HEAD, tail: int = TAIL) -> None:
        self._most, self._last = head, tail
        self._head, self._tail = bytearray(), bytearray()
        self._gone = 0

    def add(self, data: bytes) -> bool:
        """True: older bytes have been let go."""
        room = self._most - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) <= 2 * self._last:
            return False
        self._gone += len(self._tail) - self._last
        del self._tail[: -self._last]
        return True

    @property
    def dropped(self) -> int:
        return self._gone + max(0, len(self._tail) - self._last)

    def bytes(self) -> bytes:
        """With a line at the seam that says how much is missing."""
        if not self.dropped:
            return bytes(self._head + self._tail)
        seam = b"\n[... %d bytes left out ...]\n" % self.dropped
        return bytes(self._head + seam + self._tail[-self._last :])


class Stream:
    """One output of the command on its way: redacted, kept, written to its file, told to the cockpit."""

    def __init__(self, name: str, job: Job, folder: Folder | None) -> None:
        """Raises OSError where its file cannot be made."""
        self.name = name
        self.fd = -1
        self.kept = Kept(*job.limits)
        self.trouble = ""
        self.taken = 0
        """Bytes read so far."""
        self._redactor = Redactor(job.secrets)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._folder = folder
        self._file = folder.create(name) if folder else -1

    def attach(self, fd: int) -> None:
        self.fd = fd
        os.set_blocking(fd, False)

    def drain(self) -> Iterator[str]:
        """What was written before now: as much as a pipe holds, not what a grandchild goes on writing."""
        if self.fd < 0:
            return
        until = self.taken + fcntl.fcntl(self.fd, getattr(fcntl, "F_GETPIPE_SZ", 1032))
        while self.fd >= 0 and self.taken < until and (text := self.read()) is not None:
            yield text

    def read(self) -> str | None:
        """One chunk, as it may be shown; None: there is nothing now."""
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return None
        self.taken += len(data)
        shown = self._redactor.feed(data) if data else self._redactor.flush()
        self._keep(shown)
        if not data:
            self._close()
        return self._decoder.decode(shown, final=not data)

    def text(self) -> str:
        """All that is kept, with what may yet turn out to be the beginning of a secret."""
        return (self.kept.bytes() + self._redactor.pending()).decode("utf-8", "replace")

    def _keep(self, shown: bytes) -> None:
        shortened = self.kept.add(shown)
        if self._file < 0 or self._folder is None:
            return
        try:
            if shortened:
                os.close(self._file)
                self._file = -1
                self._file = self._folder.replace(self.name, self.kept.bytes())
            else:
                write_all(self._file, shown)
        except OSError as error:
            self.trouble = f"{self.name} is not complete on disk: {error.strerror}"

    def _close(self) -> None:
        os.close(self.fd)
        self.fd = -1
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Report:
    """Lines for the cockpit, for as long as it listens; neither its absence nor its sloth holds us up."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._waiting = bytearray()

    @property
    def pending(self) -> bool:
        return self.fd >= 0 and bool(self._waiting)

    def say(self, message: Mapping[str, object], *, live: bool = False) -> None:
        if self.fd < 0 or (live and len(self._waiting) > QUEUE):
            return
        self._waiting += json.dumps(message).encode() + b"\n"
        self.push()

    def push(self) -> None:
        os.set_blocking(self.fd, False)
        try:
            while self._waiting:
                del self._waiting[: os.write(self.fd, self._waiting[:CHUNK])]
        except BlockingIOError:
            return
        except OSError:  # the cockpit is gone; the command is not told
            self.close()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


def write_all(fd: int, data: bytes) -> None:
    """Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Folder:
    """Where the files of an attempt lie: ours alone, 0700, no link followed, nothing overwritten."""

    NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)

    def __init__(self, path: str, name: str) -> None:
        """Raises OSError."""
        self._name = name
        self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        found = os.fstat(self._fd)
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise PermissionError(errno.EPERM, "is not a folder of ours alone (0700)", path)

    def create(self, suffix: str) -> int:
        """Raises OSError, FileExistsError for one."""
        return os.open(f"{self._name}.{suffix}", self.NEW, 0o600, dir_fd=self._fd)

    def replace(self, suffix: str, data: bytes, *, durable: bool = False) -> int:
        """All of it or nothing; the file, still open. Raises OSError."""
        final = f"{self._name}.{suffix}"
        draft = f".{final}.{os.getpid()}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=self._fd)
        fd = os.open(draft, self.NEW, 0o600, dir_fd=self._fd)
        try:
            write_all(fd, data)
            if durable:
                os.fsync(fd)
            os.rename(draft, final, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            if durable:
                os.fsync(self._fd)
        except OSError:
            os.close(fd)
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=self._fd)
            raise
        return fd


# The command


class Job:
    """What is asked for, as it came; see `cockpit.core.runbook.work.Job`."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.nonce: str = given["nonce"]
        self.argv: list[str] = given["argv"]
        self.env: dict[str, str] = given["env"]
        self.cwd: str = given["cwd"]
        self.folder: str = given["folder"]
        self.name: str = given["name"]
        self.timeout: float = given["timeout"]
        self.kill_grace: float = given["kill_grace"]
        self.start_by: int | None = given["start_by"]
        self.stdin: str = given["stdin"]
        self.secrets: list[str] = given["secrets"]
        self.limits: tuple[int, int] = tuple(given.get("limits", (HEAD, TAIL)))


class NotStarted(Exception):
    """Surely nothing has happened, and why."""


class Command:
    """The running command: its leader, its process group, and our ends of its pipes."""

    def __init__(self, job: Job) -> None:
        """Starts it. Raises NotStarted."""
        self._said, say = os.pipe()
        self.out, out = os.pipe()
        self.err, err = os.pipe()
        stdin, self.stdin = os.pipe() if job.stdin else (os.open(os.devnull, os.O_RDONLY), -1)
        self.began = time.monotonic()
        self.pid = os.fork()
        if not self.pid:
            _become(job, stdin, out, err, say)
        for fd in (say, out, err, stdin):
            os.close(fd)
        self.status: int | None = None
        self._refuse(job)
        found = process(self.pid)
        self.start = found.start if found else 0

    def _refuse(self, job: Job) -> None:
        """Waits until the command runs. It says nothing when exec has closed its end."""
        with open(self._said, "rb") as said:
            why = said.read()
        if why:
            os.waitpid(self.pid, 0)
            redactor = Redactor(job.secrets)
            raise NotStarted((redactor.feed(why) + redactor.flush()).decode("utf-8", "replace"))

    def stop(self, number: int) -> None:
        """A signal to the group and to all that has left it; CONT, so that a stopped one hears TERM."""
        others = descendants()
        # Once the leader has been waited for, its pid and group may be somebody else's.
        led = self.status is None
        for each in (number, signal.SIGCONT):
            if led:
                with contextlib.suppress(OSError):
                    os.killpg(self.pid, each)
            for other in others:
                if not led or other.group != self.pid:
                    send(other, each)


def _become(job: Job, stdin: int, out: int, err: int, say: int) -> NoReturn:
    """In the child: be the command, or tell why not."""
    try:
        os.setpgid(0, 0)
        _ordinary_signals()
        for fd, number in ((stdin, 0), (out, 1), (err, 2)):
            os.dup2(fd, number)
        if job.cwd:
            os.chdir(job.cwd)
        env = {raw(key): raw(value) for key, value in job.env.items()}
        env[COOKIE.encode()] = raw(job.nonce)
        _exec([raw(word) for word in job.argv], env, job.start_by)
    except OSError as error:
        what = job.argv[0] if error.filename is None else os.fsdecode(error.filename)
        os.write(say, raw(f"{what}: {error.strerror}")[: select.PIPE_BUF])
    except NotStarted as late:
        os.write(say, str(late).encode())
    except BaseException as error:
        os.write(say, f"cannot be started: {type(error).__name__}".encode())
    finally:
        os._exit(127)


def _ordinary_signals() -> None:
    """What we ignore, the command must not inherit ignored."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _exec(argv: list[bytes], env: dict[bytes, bytes], start_by: int | None) -> NoReturn:
    """Raises OSError for what stands in the way, NotStarted when it is too late."""
    trouble: OSError = FileNotFoundError(errno.ENOENT, "no such program on PATH", argv[0])
    for path in _candidates(argv[0], env):
        # Between this look at the clock and exec lies nothing but a system call.
        if start_by is not None and time.clock_gettime_ns(time.CLOCK_BOOTTIME) > start_by:
            raise NotStarted("too late: start_by has passed")
        try:
            os.execve(path, argv, env)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR) or path == argv[0]:
                trouble = OSError(error.errno, error.strerror, path)
            elif os.path.exists(path):
                trouble = OSError(error.errno, "the interpreter in its first line does not exist", path)
    raise trouble


def _candidates(program: bytes, env: Mapping[bytes, bytes]) -> Sequence[bytes]:
    if b"/" in program:
        return [program]
    places = env.get(b"PATH", os.defpath.encode()).split(b":")
    return [os.path.join(place or b".", program) for place in places]


# The shim


class Shim:
    """Waits for whatever comes first, until the end is told and nobody holds the pipes any more."""

    def __init__(self, job: Job, report: Report, folder: Folder | None) -> None:
        """Starts the command. Raises NotStarted and OSError, and then nothing has run."""
        self._job, self._report, self._folder = job, report, folder
        self._bell, bell = os.pipe()
        for fd in (self._bell, bell):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        self._streams = [Stream(name, job, folder) for name in ("out", "err")]
        self._stdin = memoryview(raw(job.stdin))
        die_at("before_exec")
        self.command = Command(job)
        die_at("after_exec")
        for stream, fd in zip(self._streams, (self.command.out, self.command.err), strict=True):
            stream.attach(fd)
        if self._stdin:
            os.set_blocking(self.command.stdin, False)
        self._deadline = self.command.began + job.timeout
        self._ending = ""
        """Why it is being stopped; empty: it ends by itself."""
        self._kill_at: float | None = None
        self._childless = False
        self._settled = False
        self._unwritten: dict[str, object] | None = None

    def serve(self) -> None:
        while not self._settled or self._unwritten or self._report.pending or self._is_open():
            self._wait()
            self._reap()
            self._enforce()
            if self._is_over():
                self._kill_at = None
                if not self._settled:
                    self._settle()
            if self._unwritten:
                self._try_again(self._unwritten)

    def _is_open(self) -> bool:
        return any(stream.fd >= 0 for stream in self._streams)

    def _wait(self) -> None:
        """Until something is said, ends, is asked, or is due; what is said is passed on."""
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        for stream in self._streams:
            if stream.fd >= 0:
                poll.register(stream.fd, select.POLLIN)
        if self._report.fd >= 0:
            # Without events: only that the cockpit has gone is of interest.
            poll.register(self._report.fd, select.POLLOUT if self._report.pending else 0)
        if self.command.stdin >= 0:
            poll.register(self.command.stdin, select.POLLOUT)
        for fd, event in poll.poll(self._due()):
            self._attend(fd, event)

    def _due(self) -> int | None:
        """Milliseconds until there is something to do unasked."""
        now = time.monotonic()
        if self._kill_at is not None:
            return int(1000 * (TICK if now < self._kill_at + DYING else 1))
        if self.command.status is None:
            return max(0, int(1000 * min(self._deadline - now, 86_400)) + 1)
        return 1000 if self._unwritten else None

    def _attend(self, fd: int, event: int) -> None:
        if fd == self._bell:
            if INTERRUPT in os.read(fd, CHUNK) and self._kill_at is None:
                self._stop("interrupted")
        elif fd == self._report.fd:
            self._report.close() if event & select.POLLERR else self._report.push()
        elif fd == self.command.stdin:
            self._feed()
        # An answer to an earlier event of the same round may have closed this one: then it is nobody's.
        for stream in self._streams:
            if stream.fd == fd:
                self._pass_on(stream)

    def _pass_on(self, stream: Stream) -> None:
        text = stream.read()
        if text and not self._settled:
            self._report.say({stream.name: text}, live=True)

    def _feed(self) -> None:
        """stdin, as fast as the command takes it."""
        try:
            self._stdin = self._stdin[os.write(self.command.stdin, self._stdin) :]
        except BlockingIOError:
            return
        except OSError:  # it does not want the rest
            self._stdin = self._stdin[:0]
        if not self._stdin:
            os.close(self.command.stdin)
            self.command.stdin = -1

    def _reap(self) -> None:
        """The leader, and what was left to us by parents that ended."""
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.command.pid:
                    self.command.status = ended[1]
        except ChildProcessError:
            self._childless = True

    def _enforce(self) -> None:
        now = time.monotonic()
        if self._kill_at is None:
            if self.command.status is None and now >= self._deadline:
                self._stop("timed_out")
        elif now >= self._kill_at:
            # Again at each tick: somebody may have forked while we looked.
            self.command.stop(signal.SIGKILL)

    def _stop(self, ending: str) -> None:
        if self.command.status is None:
            self._ending = ending
        self._kill_at = time.monotonic() + self._job.kill_grace
        self.command.stop(signal.SIGTERM)

    def _is_over(self) -> bool:
        """The leader has ended and, where it was stopped, so have all whom it started."""
        if self.command.status is None:
            return False
        if self._kill_at is None:
            return True
        return not self._others() or time.monotonic() > self._kill_at + DYING

    def _others(self) -> int:
        return 0 if self._childless else len(descendants())

    def _settle(self) -> None:
        """The end is written down, then told."""
        seconds = time.monotonic() - self.command.began
        for stream in self._streams:
            for text in filter(None, stream.drain()):
                self._report.say({stream.name: text}, live=True)
        result = self._result(seconds)
        die_at("before_result")
        if self._folder and (trouble := record(self._folder, result)):
            result["reason"] = f"{result['reason']} the result is not on disk: {trouble}".strip()
            self._unwritten = result
        die_at("after_result")
        self._report.say({"exit": result})
        self._settled = True

    def _result(self, seconds: float) -> dict[str, object]:
        out, err = self._streams
        code = os.waitstatus_to_exitcode(self.command.status or 0)
        return result_of(
            self._job,
            self._ending or ("signalled" if code < 0 else "exited"),
            "; ".join(stream.trouble for stream in self._streams if stream.trouble),
            code=abs(code),
            stdout=out.text(),
            stderr=err.text(),
            dropped=out.kept.dropped + err.kept.dropped,
            seconds=round(seconds, 6),
            still_running=self._others(),
        )

    def _try_again(self, result: dict[str, object]) -> None:
        """A full disk may have room later; the cockpit, if it heard of the end, needs no file."""
        heard = self._report.fd >= 0 and not self._report.pending
        too_long = time.monotonic() > self._deadline + STUBBORN
        if heard or too_long or not self._folder or not record(self._folder, result):
            self._unwritten = None


def result_of(job: Job, ending: str, reason: str = "", **more: object) -> dict[str, object]:
    nothing: dict[str, object] = {
        "code": None,
        "stdout": "",
        "stderr": "",
        "dropped": 0,
        "seconds": 0.0,
        "still_running": 0,
    }
    known = {"schema": "cockpit.result/v1", "nonce": job.nonce, "ending": ending, "reason": reason}
    return {**known, **nothing, **more}


def record(folder: Folder, result: dict[str, object]) -> str:
    """NAME.result.json, durable, on a full disk at least without the output. Why it could not be."""
    trouble = ""
    for each in (result, {**result, "stdout": "", "stderr": ""}):
        try:
            if trouble:
                each["reason"] = f"{each['reason']} output is not on disk: {trouble}".strip()
            os.close(folder.replace("result.json", json.dumps(each).encode(), durable=True))
        except OSError as error:
            trouble = error.strerror or str(error)
        else:
            return ""
    return trouble


def in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def die_at(point: str) -> None:
    """For the tests that kill: COCKPIT_DIE_AT names the point."""
    if os.environ.get("COCKPIT_DIE_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)


def detach() -> bool:
    """Be nobody's child, in a session of our own, deaf to closing terminals. False in the one to leave."""
    if os.fork():
        return False
    os.setsid()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGCHLD, INTERRUPT):
        signal.signal(number, lambda *_: None)
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)
    return True


def take_over_pipes() -> tuple[bytes, Report]:
    """The job, whole, and where to report; neither stays open for the command to inherit."""
    with open(0, "rb", closefd=False) as stdin:
        given = stdin.read()
    report = Report(os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    return given, report


def introduce(job: Job, report: Report) -> tuple[dict[str, object], Folder | None]:
    """Our identity, told and left in the folder before anything is started. Raises OSError."""
    ours = process(os.getpid())
    identity: dict[str, object] = {
        "nonce": job.nonce,
        **whereabouts(),
        "shim_pid": os.getpid(),
        "shim_start": ours.start if ours else 0,
        "pid": 0,
        "start": 0,
    }
    report.say({"hello": identity})
    if not job.folder:
        return identity, None
    folder = Folder(job.folder, job.name)
    fd = folder.create("shim.json")
    write_all(fd, json.dumps(identity).encode())
    os.close(fd)
    return identity, folder


def stand_over(job: Job, report: Report) -> None:
    folder = None
    try:
        identity, folder = introduce(job, report)
        shim = Shim(job, report, folder)
    except FileExistsError as error:
        # Somebody has used this name. Whether for this attempt we cannot say, so we do not say "not started".
        report.say({"exit": result_of(job, "lost", f"{error.filename} exists: started before?")})
    except (NotStarted, OSError) as error:
        result = result_of(job, "not_started", in_words(error))
        if folder:
            record(folder, result)
        report.say({"exit": result})
    else:
        command = shim.command
        report.say({"started": {**identity, "pid": command.pid, "start": command.start}})
        shim.serve()


def main() -> None:
    if not detach():
        return
    given, report = take_over_pipes()
    try:
        job = Job(json.loads(given))
    except (ValueError, KeyError):
        return  # half a job: whoever gave it died over it
    del given
    stand_over(job, report)
    while report.pending:
        time.sleep(TICK)
        report.push()


if __name__ == "__main__":
    main()
    sys.exit(0)
