"""`cockpit print`: everything that people need on paper, and nothing that could do harm there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.cli.markdown import block, code, escaped, paragraph
from cockpit.config import load, shop
from cockpit.text import clean
from tests.cli.running import cockpit, small

RUNBOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata:
  id: r
  title: "[x](javascript:alert) <b>"
  owner: web
  target: prod
  docs: "# not a heading\\n1. not a list"
steps:
  - title: "Restart \\e[2J"
    why: "![picture](http://x.example)"
    run: [echo, "```", "a b", "\\e]0;title\\a"]
    on_unknown: ask
    rollback: {none: true, reason: "*cannot*"}
"""


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    config = small(tmp_path)
    (config / "cockpit.yaml").write_text((config / "cockpit.yaml").read_text() + "targets: [{name: prod}]\n")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/r.yaml").write_text(RUNBOOK.replace("\\e]0;title\\a", "x"))
    done = cockpit("print", "r", "--config", config, cwd=tmp_path)
    assert done.returncode == 64  # an escape sequence smuggled into a file is refused when it is loaded
    text = RUNBOOK.replace("\\e]0;title\\a", "x").replace(" \\e[2J", "")
    (tmp_path / "runbooks/r.yaml").write_text(text)
    done = cockpit("print", "r", "--config", config, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "# \\[x\\](javascript:alert) \\<b\\>"
    assert "\\# not a heading" in lines
    assert "1\\. not a list" in lines
    assert "!\\[picture\\](http://x.example)" in lines
    assert lines[lines.index("````sh") : lines.index("````sh") + 3] == [
        "````sh",
        "echo '```' 'a b' x",
        "````",
    ]
    assert "**No undo:** \\*cannot\\*" in lines


@pytest.mark.parametrize("id", sorted(load(shop(), environ={}).model.books))
def test_every_runbook_of_the_shop_is_on_paper_with_all_its_steps(id: str, tmp_path: Path) -> None:
    book = load(shop(), environ={}).model.books[id]
    done = cockpit("print", id, "--config", shop(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("### ")] == [
        f"### {number}. {escaped(step.title)} (`{step.id}`)"
        for number, step in enumerate(book.steps, start=1)
    ]


def test_a_runbook_that_is_not_there(tmp_path: Path) -> None:
    done = cockpit("print", "serch-restart", "--config", shop(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == "cockpit: there is no runbook 'serch-restart'. Did you mean 'search-restart'?\n"


@given(st.text())
def test_whatever_the_text_it_cannot_leave_its_place(text: str) -> None:
    for shown in (escaped(text), code(text)):
        assert "\n" not in shown
        assert shown == clean(shown)
    fence, *inside, end = block(text).split("\n")
    assert fence == end + "sh"
    assert not any(line.strip().startswith(end) for line in inside)
    assert paragraph(text).count("<") == paragraph(text).count("\\<")
