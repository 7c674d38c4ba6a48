"""Two people, two terminals, one real record: one runs in plain text, the other answers on the screen."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from tests.cli.changing import changing, effects, value
from tests.cli.test_approvals import GUARDED, by, facts, to_the_approval
from tests.cli.typed import typed

from .terminals import tmux


def screen_of(here: Path, who: str) -> str:
    environ = {"LOGNAME": who, "XDG_STATE_HOME": str(here / "state"), "PYTHONDONTWRITEBYTECODE": "1"}
    names = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
    return f"cd {shlex.quote(str(here))}; env {names} {shlex.quote(sys.executable)} -m cockpit"


def test_on_the_screen_it_is_read_and_approved_and_the_other_terminal_goes_on(tmp_path: Path) -> None:
    here = changing(tmp_path)
    (here / "config" / "runbooks" / "change.yaml").write_text(GUARDED)
    with typed(here, "run", "change", LOGNAME="mara") as mara, tmux(tmp_path) as leo:
        to_the_approval(mara)
        leo.type(screen_of(here, "leo"))
        leo.press("Enter")
        leo.wait_for("1 approval waits")
        leo.press("r")
        leo.wait_for("waits for your approval")
        leo.press("Enter")
        text = leo.wait_for("What would be done")
        assert "mara asks for a second person: until" in text
        assert "./set value new" in text
        assert "undo" in text
        leo.press("Enter")
        leo.wait_for("Approve “Write the new value” of R-1?")
        leo.press("Enter")  # the way out has the focus
        leo.wait_for("Read what would be done below")
        assert effects(here) == []
        leo.press("Enter")
        leo.wait_for("Cancel")
        leo.press("Down", "Enter")
        leo.wait_for("why you agree")
        leo.type("the standby is ready")
        leo.press("Enter")
        leo.wait_for("type exactly: write")
        leo.type("write")
        leo.press("Enter")
        leo.wait_for("approved (second person not enforced here)")
        mara.until("Write the new value: approved by leo: the standby is ready")
        mara.until("? Write another?")
        assert value(here) == "new"
        leo.press("q")
    (granted,) = facts(here, "approval.granted")
    assert (granted["actor"], granted["body"]["reason"]) == ("leo", "the standby is ready")
    assert by("leo", here, "approvals").stdout == "nothing waits for an approval\n"
