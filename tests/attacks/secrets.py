"""Secrets that can be told apart wherever they turn up, and a shop that uses each in its own way."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

MARK: Final = "c4n4ry"
NAMES: Final = ("env", "file", "command", "notify", "flags", "metrics", "alerts", "basic")
CANARIES: Final = {name: f"{MARK}-{name}/ä +'\"&=?:kept-from-{name}-all" for name in NAMES}
HEADER: Final = {name: f"{MARK}-{name}/+'&=?:kept-from-{name}-all" for name in NAMES}
"""The same for those that go into a header as they are."""


def forms(secret: str) -> list[bytes]:
    """As it could be written; base64 also in the middle of something longer, but for its edges."""
    found = [secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    found += [quote(secret, safe=""), quote(secret), quote_plus(secret)]
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.append(encode(b"x" * before + secret.encode() + b"xx")[4:-4].decode())
    return [each.encode() for each in dict.fromkeys(found)]


def leaks(data: bytes) -> list[str]:
    """Whose secret is in `data`; a piece of one that is worth something counts, too."""
    found = [MARK] if MARK.encode() in data else []
    for canaries in (CANARIES, HEADER):
        found += [name for name, secret in canaries.items() if any(form in data for form in forms(secret))]
        found += [name for name in canaries if f"kept-from-{name}".encode() in data]
    return found


def leaks_in(folder: Path) -> dict[str, list[str]]:
    """By file, links and sockets apart."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink())
    found = {str(each.relative_to(folder)): leaks(each.read_bytes()) for each in files}
    return {name: names for name, names in found.items() if names}


CONFIG: Final = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: guarded, title: Guarded}
prometheus:
  - {name: main, url: "URL/prometheus", http_config: {authorization: {credentials_file: FOLDER/metrics}}}
alertmanager:
  - name: alerts
    url: "URL/alerts"
    http_config: {basic_auth: {username: cockpit, password_file: FOLDER/basic}}
flags:
  - name: own
    provider: webhook
    environments: [default]
    get: "URL/flags/{env}/{key}"
    set: "URL/flags/{env}/{key}"
    pointer: /value
    headers: {X-Token: "env:CANARY_FLAGS"}
    http_config: {authorization: {credentials_file: FOLDER/alerts}}
kill_switches:
  - {key: off, provider: own, service: shop, kill: true, effect: It is off, expires: 1h}
incident: {notify: [{name: room, webhook: "URL/room", secret: "env:CANARY_NOTIFY"}]}
targets: [{name: here, cwd: .}]
teams: [{name: web, title: Web shop}]
services:
  - name: shop
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
"""
NO_UNDO: Final = "on_unknown: ask\n    rollback: {none: true, reason: it is only said}"
ENV: Final = '{A: "${params.a}", B: "x${params.b}", C: "${params.c}"}'
BOOK: Final = f"""\
apiVersion: cockpit/v1
kind: Runbook
metadata: {{id: leak, title: Leak, services: [shop], owner: web, target: here}}
parameters:
  a: {{type: secret, env: CANARY_ENV}}
  b: {{type: secret, file: FOLDER/file}}
  c: {{type: secret, command: [cat, FOLDER/command]}}
steps:
  - id: say
    title: Say all of them in every way
    run: [python3, FOLDER/leak.py]
    env: {ENV}
    capture:
      said: {{run: [python3, FOLDER/leak.py]}}
      after: {{run: [python3, FOLDER/leak.py], when: after}}
    {NO_UNDO}
  - id: shell
    title: By a shell
    run: 'echo "$PARAM_a $PARAM_b $PARAM_c $CAPTURE_said"; env >&2; exit 3'
    shell: true
    {NO_UNDO}
  - id: stdin
    title: By its input
    run: [cat]
    stdin: b
    {NO_UNDO}
  - id: missing
    title: A program that is not there
    run: [./no-such-program]
    env: {ENV}
    {NO_UNDO}
  - id: probe
    title: Look at it
    probe: {{run: [sh, -c, 'env; exit 4'], success: exit_code == 0}}
    env: {ENV}
  - id: http
    title: Send it
    http: &none
      method: POST
      url: "URL/echo"
      headers: {{X-A: "${{params.a}}", X-C: "Bearer ${{params.c}}"}}
      json: {{b: "${{params.b}}", deep: [{{c: "x${{params.c}}x"}}]}}
    {NO_UNDO}
  - id: tell
    title: Tell them
    notify: {{to: room, text: Something happened}}
  - id: quiet
    title: Keep it quiet
    silence: {{matchers: ['service=shop'], for: 1h}}
  - id: flip
    title: Turn it off
    flag: {{key: "off", provider: own, to: true, reason: It burns}}
    rollback: {{flag: {{key: "off", provider: own, to: false}}}}
  - id: inside
    title: The one inside
    runbook: {{id: inner}}
  - id: measure
    title: Measure it
    probe: {{promql: 'x', success: value == 1}}
""".replace("http: &none", "http:")
INNER: Final = f"""\
apiVersion: cockpit/v1
kind: Runbook
metadata: {{id: inner, title: Leak inside, services: [shop], owner: web, target: here}}
parameters: {{d: {{type: secret, env: CANARY_ENV}}, e: {{type: secret, command: [cat, FOLDER/command]}}}}
steps:
  - id: say
    title: Say it
    run: [sh, -c, 'echo $A $C; env >&2']
    env: {{A: "${{params.d}}", C: "${{params.e}}"}}
    {NO_UNDO}
"""
LEAK: Final = '''\
"""Says its secrets plainly, encoded and in pieces, and keeps what lies in the state folder meanwhile."""
import base64, json, os, shutil, sys, time, urllib.parse
given = [os.environ["A"], os.environ["B"][1:], os.environ["C"]]
forms = []
for secret in given:
    raw = secret.encode()
    forms += [raw, json.dumps(secret).encode(), urllib.parse.quote(secret, safe="").encode(),
              urllib.parse.quote_plus(secret).encode(), base64.b64encode(b"user:" + raw + b"@"),
              base64.urlsafe_b64encode(raw), base64.b64encode(b"a" + raw)]
for stream in (sys.stdout.buffer, sys.stderr.buffer):
    for form in forms:
        for at in range(0, len(form), 7):
            stream.write(form[at:at + 7])
            stream.flush()
        stream.write(b"\\n")
        stream.flush()
time.sleep(0.05)
home = os.path.join(os.path.dirname(__file__), "..")
with open(os.path.join(home, "cmdlines"), "ab") as file:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            file.write(open(f"/proc/{pid}/cmdline", "rb").read())
        except OSError:
            pass
shutil.copytree(os.path.join(home, "state"), os.path.join(home, f"copied-{os.getpid()}"))
'''


def guarded(folder: Path, url: str) -> Path:
    """The configuration; the files with secrets lie in `secret`, which is not to be searched."""
    config, secret = folder / "config", folder / "secret"
    (config / "runbooks").mkdir(parents=True)
    secret.mkdir(mode=0o700)
    for name, text in (
        ("cockpit.yaml", CONFIG),
        ("runbooks/leak.yaml", BOOK),
        ("runbooks/inner.yaml", INNER),
    ):
        (config / name).write_text(text.replace("FOLDER", str(secret)).replace("URL", url))
    for name in ("file", "command"):
        (secret / name).write_text(f"{CANARIES[name]}\n")
    for name in ("metrics", "alerts", "basic"):
        (secret / name).write_text(f"{HEADER[name]}\n")
    for each in secret.iterdir():
        each.chmod(0o600)
    (secret / "leak.py").write_text(LEAK)
    return config


def environment() -> dict[str, str]:
    flags = {"CANARY_FLAGS": HEADER["flags"], "CANARY_NOTIFY": HEADER["notify"]}
    return {"CANARY_ENV": CANARIES["env"], **flags}
