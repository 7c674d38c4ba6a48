"""Which commit a configuration came from, without running anything that a repository brings along."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.config import load
from cockpit.config.origin import origin_of
from cockpit.core.model import Origin
from tests.config.files import SHOP, write

AT = 1_700_000_000


def git(folder: Path, *arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environ |= {"GIT_AUTHOR_DATE": f"{AT - 60} +0100", "GIT_COMMITTER_DATE": f"{AT} +0100"}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write(tmp_path, {"conf/cockpit.yaml": SHOP, "other.txt": "x"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "committer of the shop")
    return tmp_path


def test_the_commit_and_when_it_was_made(repository: Path) -> None:
    conf = repository / "conf"
    assert load(conf, environ={}).model.origin == Origin(
        path=str(conf), commit=git(repository, "rev-parse", "HEAD"), committed_at=float(AT), dirty=False
    )


def test_a_file_that_differs_and_a_new_one_make_it_dirty_and_others_do_not(repository: Path) -> None:
    conf = repository / "conf"
    write(repository, {"other.txt": "changed"})
    assert not load(conf, environ={}).model.origin.dirty
    write(repository, {"conf/cockpit.yaml": SHOP.replace("\n", "\r\n")})
    assert not load(conf, environ={}).model.origin.dirty
    write(repository, {"conf/new.yaml": SHOP.replace("metadata", "#")})
    assert load(conf, environ={}).model.origin.dirty
    (conf / "new.yaml").unlink()
    write(repository, {"conf/cockpit.yaml": SHOP + "# changed\n"})
    assert load(conf, environ={}).model.origin.dirty


def test_nothing_that_a_repository_brings_along_is_run(repository: Path) -> None:
    canary = repository / "canary"
    run = f"sh -c 'touch {canary}; cat'"
    for setting in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.process",
        "gpg.program",
        "core.pager",
        "core.editor",
    ):
        git(repository, "config", setting, run)
    git(repository, "config", "log.showSignature", "true")
    git(repository, "config", "alias.cat-file", f"!{run}")
    write(repository, {".gitattributes": "* filter=x diff=x\n", "conf/cockpit.yaml": SHOP + "# changed\n"})
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repository / ".git/hooks").mkdir(exist_ok=True)
        (repository / ".git/hooks" / hook).write_text(f"#!/bin/sh\ntouch {canary}\n")
        (repository / ".git/hooks" / hook).chmod(0o755)
    canary.unlink(missing_ok=True)
    assert load(repository / "conf", environ={}).model.origin.dirty
    assert not canary.exists()


def test_the_environment_of_another_repository_does_not_count(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / "nowhere"))
    assert origin_of(repository / "conf", []).commit == git(repository, "rev-parse", "HEAD")


def test_without_git_and_without_a_commit_only_the_path_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    assert origin_of(tmp_path, []) == Origin(str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origin_of(tmp_path, []) == Origin(str(tmp_path))
