"""What exists elsewhere becomes files that load; sources stay as they were, and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.cli.main import run
from tests.config.importing.catalogs import SHOP
from tests.config.importing.pages import ALERT, MANY

from .changing import changing, go
from .running import cockpit, small


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COCKPIT_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run([str(each) for each in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_catalog_is_laid_over_the_configuration(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(here)
    source = here / "catalog-info.yaml"
    source.write_text(SHOP)
    code, out, err = said(capsys, "import", "backstage", source, "--out", "config/imported.yaml")
    assert (code, out) == (0, "")
    assert err.startswith(
        "8 services, 2 unreviewed edges, 2 teams, 8 guesses written to config/imported.yaml\n"
    )
    assert (
        "service 'checkout' stands in the configuration already; the catalog says that it also needs" in err
    )
    assert source.read_text() == SHOP
    code, out, _ = said(capsys, "lint")
    assert code == 0
    assert out.count("[warning C17]") == 2
    code, _, err = said(capsys, "import", "backstage", source, "--out", "config/imported.yaml")
    assert (code, err) == (
        64,
        "cockpit: config/imported.yaml is there already. Name another, or move that one away\n",
    )
    code, _, err = said(capsys, "import", "backstage", source)
    assert code == 64
    assert err.endswith(
        "nothing in these files is a service that is not there yet. What counts is a Component or Resource "
        "of backstage.io/v1alpha1 that runs\n"
    )


def test_pages_become_drafts_that_lint_plan_and_print(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(here)
    (here / "KubeCartSlow.md").write_text(ALERT)
    (here / "README.md").write_text(MANY)
    (here / "bad.md").write_bytes(b"\0")
    (here / "big.md").write_bytes(b"x" * 600_000)
    (here / "latin.md").write_bytes("# Zurück\n1. Größe\n".encode("latin-1"))
    pages = ["KubeCartSlow.md", "README.md", "bad.md", "big.md", "latin.md", "none.md"]
    code, out, err = said(capsys, "import", "markdown", *pages, "--out", "config/runbooks")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "KubeCartSlow.md -> kube-cart-slow: 5 steps, 3 commands, 3 parameters, 10 guesses, rollback "
        "candidates at the foot",
        "README.md -> scenario-cart-is-slow: 1 step, 1 command, 0 parameters, 1 guess, rollback "
        "candidates at the foot",
        "README.md -> scenario-cart-is-gone: 2 steps, 1 command, 0 parameters, 4 guesses",
        "bad.md is no text. Name a file that an editor can open",
        "big.md is larger than 256 KiB. Split it, and leave out what is not needed",
        "latin.md is not UTF-8. Save it as UTF-8",
        "none.md cannot be read: no such file or directory",
        "next: `cockpit lint config/runbooks` tells what is missing, `cockpit plan kube-cart-slow` shows it",
    ]
    code, out, _ = said(capsys, "lint")
    assert code == 0
    assert out.count("[warning R25]") == 3
    code, out, _ = said(capsys, "print", "kube-cart-slow")
    assert code == 0
    assert "**Draft: not checked, no undo.**" in out
    assert "kubectl drain ${params.node_name} --ignore-daemonsets" in out
    done = cockpit(
        "run", "kube-cart-slow", *("-p", "namespace=shop", "-p", "node_name=a", "-p", "app=b"), cwd=here
    )
    assert done.stdout.splitlines()[:3] == [
        "Look at the pods: kubectl get pods -n <namespace>",
        "  Look at the pods: `kubectl get pods -n <namespace>`",
        "  $ kubectl get pods -n shop",
    ]
    code, _, err = said(capsys, "import", "markdown", "KubeCartSlow.md", "--out", "config/runbooks")
    assert code == 64
    assert "config/runbooks/kube-cart-slow.yaml is there already" in err


def test_one_page_goes_to_stdout_and_several_need_a_folder(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "KubeCartSlow.md").write_text(ALERT)
    (here / "README.md").write_text(MANY)
    code, out, _ = said(capsys, "import", "markdown", "KubeCartSlow.md")
    assert (code, out.splitlines()[5]) == (0, "apiVersion: cockpit/v1")
    code, out, err = said(capsys, "import", "markdown", "README.md")
    assert (code, out) == (64, "")
    assert "2 drafts of procedures in one page. --out DIR writes a file for each" in err


def test_a_first_folder_of_runbooks_does_not_hide_the_one_beside_the_configuration(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small(here)
    (here / "runbooks").mkdir()
    (here / "page.md").write_text(ALERT)
    assert said(capsys, "import", "markdown", "page.md", "--out", "config/runbooks") == (
        64,
        "",
        "cockpit: config/runbooks would hide the runbooks in runbooks. Write --out runbooks\n",
    )
    assert not (here / "config" / "runbooks").exists()
    assert said(capsys, "import", "markdown", "page.md", "--out", "runbooks")[0] == 0


def test_an_incident_becomes_a_draft_that_can_be_planned(tmp_path: Path) -> None:
    here = changing(tmp_path)
    file = here / "config" / "cockpit.yaml"
    file.write_text(file.read_text() + "prometheus: [{name: eu, url: 'http://127.0.0.1:9'}]\n")
    go(here, "incident", "declare", "Orders fail", "--severity", "SEV2")
    go(here, "incident", "note", "the value is old")
    assert go(here, "run", "change", "--yes").returncode == 0
    go(here, "do", "--target", "here", "--reason", "look again", "--", "./get", "value")
    done = go(here, "runbook", "from", "INC-1", "--title", "Renew it", "--out", "config/runbooks/renew.yaml")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        0,
        "renew-it: 3 steps, 0 parameters, 4 guesses, 0 left out written to config/runbooks/renew.yaml",
    )
    text = (here / "config" / "runbooks" / "renew.yaml").read_text()
    assert "the value is old" in text
    linted = go(here, "lint").stdout
    assert "[error" not in linted
    assert linted.count("renew.yaml") == linted.count("[warning", linted.index("renew.yaml"))
    plan = go(here, "plan", "renew-it").stdout
    assert [line.strip() for line in plan.splitlines() if line.strip().startswith("run:")] == [
        "run: ./set value new",
        "run: ./set other new",
        "run: ./get value",
    ]
    unknown = go(here, "runbook", "from", "INC-9")
    assert (unknown.returncode, unknown.stderr) == (
        64,
        "cockpit: there is no incident 'INC-9'. `cockpit incident list` lists them\n",
    )
