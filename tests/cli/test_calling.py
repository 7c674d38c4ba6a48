"""Who to call, on the command line: what is known, what a trusted lookup says, and a page with its record."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from tests.adapters.test_http import saying, serving

from .running import cockpit

CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: small}
teams:
  - name: web
    oncall: {phone: "+49 30 1", chat: "#web", lookup: [FOLDER/oncall, web]PAGE}
    escalation: [oncall, {user: mara, after: 10m}, {team: platform, after: 20m}]
  - {name: platform, oncall: {phone: "+49 30 2"}}
services:
  - name: checkout
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
  - {name: psp, type: external, owner: web, contact: "https://psp.example/support"}
"""


def here(folder: Path, page: str = "") -> Path:
    (folder / "oncall").write_text('#!/bin/sh\necho "Ines for $1"\necho "+49 171 5"\n')
    (folder / "oncall").chmod(0o755)
    text = CONFIG.replace("FOLDER", str(folder)).replace("PAGE", f', page: "{page}"' if page else "")
    (folder / "config").mkdir()
    (folder / "config" / "cockpit.yaml").write_text(text)
    return folder


def go(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    state = str(folder / "state")
    return cockpit("--config", "config", *words, cwd=folder, XDG_STATE_HOME=state, COLUMNS="110")


def test_a_lookup_that_nobody_trusts_is_not_run_and_the_rest_is_told(tmp_path: Path) -> None:
    done = go(here(tmp_path), "incident", "call", "checkout")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0][:8] == ["web", "nobody", "knows", "who", "is", "on", "call:", "the"]
    assert [" ".join(line) for line in lines[1:]] == [
        "phone +49 30 1",
        "chat #web",
        "then mara after 10 min",
        "then team platform, +49 30 2 after 20 min",
    ]
    assert not (tmp_path / "state").exists(), "a look leaves no trace"


def test_a_trusted_lookup_says_who_it_is_now(tmp_path: Path) -> None:
    folder = here(tmp_path)
    shown = go(folder, "trust")
    assert shown.stdout == (
        f"not trusted: {folder}/oncall web (who is on call for web)\n"
        "look at them, then run `cockpit trust` in a terminal, or with --yes\n"
    )
    assert go(folder, "trust", "--yes").returncode == 0
    done = go(folder, "incident", "call", "psp")
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "web Ines for web +49 171 5 (asked 0 s ago)",
        "phone +49 30 1",
        "chat #web",
        "then mara after 10 min",
        "then team platform, +49 30 2 after 20 min",
        "contact https://psp.example/support",
    ]


def test_who_is_next_is_counted_from_the_declaration(tmp_path: Path) -> None:
    folder = here(tmp_path)
    assert go(folder, "incident", "declare", "Nobody can buy", "--severity", "SEV2").returncode == 0
    done = go(folder, "incident", "call", "web")
    assert "after 10 min" in done.stdout or "in 9 min" in done.stdout, done.stdout


def test_a_name_that_nobody_has_is_refused(tmp_path: Path) -> None:
    done = go(here(tmp_path), "incident", "call", "check")
    assert (done.returncode, done.stderr) == (
        64,
        "cockpit: there is no service, capability or team 'check'. Did you mean checkout?\n",
    )


def test_a_team_without_a_webhook_is_not_paged(tmp_path: Path) -> None:
    folder = here(tmp_path)
    done = go(folder, "incident", "page", "web", "--text", "checkout is down")
    assert (done.returncode, done.stderr) == (
        2,
        "cockpit: web has no webhook for pages. See oncall.page of the team, or call them\n",
    )
    assert '"page.' not in go(folder, "journal", "export").stdout
    assert go(folder, "incident", "page", "web").returncode == 64


@pytest.mark.parametrize(
    ("answer", "code", "outcome"), [(200, 0, "sent"), (403, 1, "refused"), (500, 3, "unknown")]
)
async def test_a_page_is_sent_once_and_is_on_record(
    tmp_path: Path, answer: int, code: int, outcome: str
) -> None:
    async with serving(saying(answer, "")) as server:
        folder = here(tmp_path, server.url)
        done = await asyncio.to_thread(
            go, folder, "incident", "page", "web", "--text", "checkout is \x1b[2Jdown"
        )
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "\x1b" not in done.stdout
        (asked,) = server.asked
    sent = json.loads(asked.partition(b"\r\n\r\n")[2])
    assert {"schema": sent["schema"], "whom": sent["whom"]} == {"schema": "cockpit.page/v1", "whom": "web"}
    told = [json.loads(line) for line in go(folder, "journal", "export").stdout.splitlines()]
    kinds = [(each.get("kind"), each.get("body", {}).get("outcome")) for each in told[:-1]]
    assert kinds == [("page.requested", None), ("page.settled", outcome)]
