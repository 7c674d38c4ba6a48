"""What README and docs/team.md tell people to type does what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import environment
from tests.conftest import OwnPostgres
from tests.lab.cluster import SUPER
from tests.lab.postgres import Postgres

ROOT = Path(__file__).parents[2]
SUDO = '#!/bin/sh\n[ "$1" = apt ] && exit 0\nshift 2\nexec "$@"\n'


def block(document: str, holds: str) -> str:
    """The one block of shell that has this in it."""
    found = re.findall(r"^```sh\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)
    (only,) = [each for each in found if holds in each]
    return str(only)


def run(script: str, folder: Path, server: Postgres) -> str:
    """As somebody whose sudo makes them the server's superuser."""
    tools = folder / "tools"
    tools.mkdir()
    for name, text in {
        "sudo": SUDO,
        "cockpit": f'#!/bin/sh\nexec {sys.executable} -m cockpit "$@"\n',
        "pip": "#!/bin/sh\n",
    }.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    done = subprocess.run(
        ["sh", "-e", "-c", script.replace(".venv/bin/", "")],
        cwd=folder,
        env={
            **environment(folder),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PGHOST": str(server.folder),
            "PGPORT": str(server.port),
            "PGUSER": SUPER.name,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.lab
@pytest.mark.parametrize("document", ["README.md", "docs/team.md"])
def test_the_set_up_makes_a_record_with_two_people(
    own_postgres: OwnPostgres, tmp_path: Path, document: str
) -> None:
    server = own_postgres()
    lines = block(document, "journal init").splitlines()
    # Files of the system and a keyboard are for people.
    typed = [line for line in lines if "createdb" in line or "journal init" in line]
    assert len(typed) == 2
    said = run("\n".join(typed), tmp_path, server)
    assert said.startswith("The record in database cockpit is ready")
    asked = "SELECT cockpit.role_of('mara'), cockpit.role_of('leo')"
    assert server.sql(asked, database="cockpit") == [("2", "3")]
    encoding = "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'cockpit'"
    assert server.sql(encoding) == [("UTF8",)]


def test_a_target_that_looks_at_the_fence_refuses_an_old_one(tmp_path: Path) -> None:
    lines = block("docs/team.md", "COCKPIT_FENCE").replace("/var/lib", str(tmp_path)).splitlines()
    assert lines.pop().startswith("pg_ctlcluster ")
    script = tmp_path / "promote"
    script.write_text("\n".join([*lines, "echo promoted"]))

    def promote(fence: str) -> tuple[int, str]:
        command = ["sh", str(script)]
        env = {"PATH": os.environ["PATH"], **({"COCKPIT_FENCE": fence} if fence else {})}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout or done.stderr

    assert promote("9") == (0, "promoted\n")
    assert promote("9") == (0, "promoted\n")
    assert promote("8") == (75, "fence 8 is old: 9 was here\n")
    assert promote("10") == (0, "promoted\n")
    assert promote("9")[0] == 75
    assert promote("")[0] == 75
