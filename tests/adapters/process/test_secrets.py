"""A secret reaches the command and nothing else: no file, no screen, no /proc of ours."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from cockpit.adapters.shim import processes
from cockpit.core.runbook.work import Ending, Exit

from .place import Place, read, text_of

CANARY = "c4n4ry/ä +'\"&=?:kept-from-all"
HIDDEN = [
    form.encode()
    for form in (
        CANARY,
        json.dumps(CANARY)[1:-1],
        quote(CANARY, safe=""),
        base64.b64encode(CANARY.encode()).decode(),
        base64.urlsafe_b64encode(CANARY.encode()).decode(),
    )
]
PRINT = """
import base64, json, os, sys, time, urllib.parse
given = os.environ['TOKEN']
forms = [given, json.dumps(given), urllib.parse.quote(given, safe=''), urllib.parse.quote_plus(given)]
forms += [encode(b'x' * at + given.encode() + b'tail').decode()
          for at in range(3) for encode in (base64.b64encode, base64.urlsafe_b64encode)]
forms += [base64.b64encode(given.encode()).decode(), base64.urlsafe_b64encode(given.encode()).decode()]
for stream in (sys.stdout.buffer, sys.stderr.buffer):
    for form in forms:
        data = form.encode()
        for at in range(0, len(data), 5):
            stream.write(data[at:at + 5])
            stream.flush()
            time.sleep(0.0005)
        stream.write(b'\\n')
    stream.write(b'end\\n')
"""


def hits(data: bytes) -> list[bytes]:
    return [form for form in HIDDEN if form in data]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("kept", [True, False], ids=["step", "look"])
async def test_no_form_of_a_secret_is_shown_or_kept(place: Place, kept: bool) -> None:
    more = {} if kept else {"folder": ""}
    job = place.job("python3", "-c", PRINT, secrets=(CANARY,), **more)
    heard = await place.heard(replace(job, env={**job.env, "TOKEN": CANARY}))
    end = heard[-1]
    assert isinstance(end, Exit)
    assert (end.code, end.stdout.endswith("end\n"), end.stderr.endswith("end\n")) == (0, True, True)
    assert end.stdout.count("[redacted]") == end.stderr.count("[redacted]") == 12
    for said in (end.stdout, end.stderr, text_of(heard)):
        assert hits(said.encode()) == []
    assert hits(everything_in(place.path)) == []


async def test_nobody_reads_it_in_proc(place: Place) -> None:
    job = place.job("sleep", "60", secrets=(CANARY,), stdin=CANARY)
    identity = await place.left_alone(job)
    assert hits(read(f"/proc/{identity.shim_pid}/environ")) == []
    for each in processes():
        assert hits(read(f"/proc/{each.pid}/cmdline")) == []
    assert hits(everything_in(place.path)) == []


async def test_it_reaches_the_command_by_stdin(place: Place) -> None:
    said = "open sesame, please"
    script = f'read -r line; [ "$line" = \'{said}\' ] && echo "took $line"'
    job = place.sh(script, stdin=f"{said}\n", secrets=(said,))
    assert (await place.end(job)).stdout == "took [redacted]\n"


async def test_a_reason_is_redacted_as_well(place: Place) -> None:
    end = await place.end(place.job(f"/no/{CANARY}", secrets=(CANARY,)))
    assert (end.ending, end.reason) == (Ending.NOT_STARTED, "/no/[redacted]: No such file or directory")
