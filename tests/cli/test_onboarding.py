"""The first minute with nothing but the address of a Prometheus: look, keep, compare."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.cli.loading import load
from cockpit.cli.main import run
from cockpit.cli.settings import Settings
from tests.adapters.prometheus_fake import Fake, running, small_shop

from .running import small


@pytest.fixture
def shop() -> Iterator[Fake]:
    with running(small_shop()) as fake:
        yield fake


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, of somebody who has configured nothing."""
    for name in ("COCKPIT_CONFIG", "PROMETHEUS_URL", "ALERTMANAGER_URL", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_init_writes_what_it_found_and_says_what_comes_next(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["init", "--prometheus", shop.url]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    said = " ".join(told.split())
    assert said.startswith(
        f"{shop.url} knows of 2 services and 1 call between them that nobody has reviewed."
    )
    assert said.endswith(
        "Written: config/cockpit.yaml, config/services.yaml. What is guessed says so. "
        "Next: `cockpit lint config` tells what is missing, `cockpit` opens it."
    )
    assert names(here) == ["config/cockpit.yaml", "config/services.yaml"]
    assert run(["lint"]) == 0
    assert len(load(Settings()).model.services) == 2


def test_init_takes_the_address_from_where_it_stands(
    here: Path, shop: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--prometheus", shop.url, "init", "--out", "one"]) == 0
    monkeypatch.setenv("PROMETHEUS_URL", shop.url)
    assert run(["init", "--out", "deep/two"]) == 0
    assert "`cockpit --config deep/two` opens it" in " ".join(capsys.readouterr().out.split())
    assert (here / "one" / "services.yaml").read_text() == (
        here / "deep" / "two" / "services.yaml"
    ).read_text()
    monkeypatch.delenv("PROMETHEUS_URL")
    assert run(["init"]) == 64
    assert capsys.readouterr().err == (
        "cockpit: init needs to know whom to ask. `cockpit init --prometheus http://localhost:9090`\n"
    )


@pytest.mark.parametrize("there", ["file", "full", "dangling"])
def test_init_never_writes_over_anything_and_asks_nobody_before(
    here: Path, shop: Fake, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    match there:
        case "file":
            (here / "config").write_text("mine")
        case "full":
            (here / "config").mkdir()
            (here / "config" / ".hidden").write_text("mine")
        case _:
            (here / "config").symlink_to("nowhere")
    before = names(here)
    assert run(["init", "--prometheus", shop.url]) == 64
    assert capsys.readouterr().err.startswith("cockpit: config is n")
    assert (names(here), shop.asked) == (before, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--label", "a b"], "--label: 'a b' is no label"),
        (["--label", "zone"], "carry 'zone'. There are service_name (2), job (1)"),
        (["--http-config", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
    ],
)
def test_init_refuses_what_makes_no_sense(
    here: Path, shop: Fake, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--prometheus", shop.url, *arguments]) == 64
    assert said in capsys.readouterr().err
    assert names(here) == []


def test_a_password_in_the_address_is_refused_and_not_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in ("http://me:canary@127.0.0.1:9", "me:canary@127.0.0.1:9", "http://127.0.0.1:9/?token=canary"):
        assert run(["init", "--prometheus", url]) == 64
        err = capsys.readouterr().err
        assert ("canary" in err, "http_config.basic_auth" in err) == (False, False)
    assert names(here) == []


def test_a_page_of_the_browser_is_led_back_to_the_address_of_the_server(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.refuse = lambda asked: (404, "")
    assert run(["init", "--prometheus", f"{shop.url}/graph"]) == 1
    said = f"(404). Try {shop.url}, or is the prefix another?\n"
    assert capsys.readouterr().err.endswith(said)


def test_an_interrupt_is_heard_also_where_a_command_asks_from_within_a_loop() -> None:
    from cockpit.cli import proposing

    over = []

    async def asked() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(20)
        over.append("nobody heard it")

    async def command() -> None:
        proposing._in_a_loop_of_its_own(asked())

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(command())
    assert over == []


def test_who_wants_a_login_gets_one_from_a_file_and_the_file_is_named_and_not_copied(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.refuse = lambda asked: (401, "")
    assert run(["init", "--prometheus", shop.url]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"cockpit: Prometheus {shop.url}: it does not know us (401). Name its credentials")
    shop.refuse = lambda asked: None
    (here / "token").write_text("canary")
    (here / "login.yaml").write_text("authorization: {credentials_file: token}\n")
    assert run(["init", "--prometheus", shop.url, "--http-config", "login.yaml"]) == 0
    written = (here / "config" / "cockpit.yaml").read_text()
    assert f"credentials_file: {here / 'token'}" in written
    assert "canary" not in written
    assert len(load(Settings()).model.services) == 2


def test_an_empty_prometheus_has_nothing_to_propose(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(Fake(metrics=["go_goroutines"])) as fake:
        assert run(["init", "--prometheus", fake.url]) == 1
    assert "answers, and knows of nothing that could be a service" in capsys.readouterr().err
    assert names(here) == []


def test_without_configuration_commands_work_on_the_proposal_and_say_so(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--prometheus", shop.url, "status", "--json"]) == 3  # it has no numbers to judge by
    out, err = capsys.readouterr()
    assert set(json.loads(out)["services"]) == {"auth", "shop"}
    assert err == (
        f"cockpit: nothing is configured: 2 services as {shop.url} knows them; "
        f"`cockpit init --prometheus {shop.url}` keeps it\n"
    )
    assert names(here) == []


def test_lint_of_a_proposal_leads_to_files_and_not_in_a_circle(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://127.0.0.1:9"
    assert run(["--prometheus", url, "lint"]) == 64
    assert capsys.readouterr().err == (
        f"cockpit: lint reads files, and there are none of ours here. `cockpit init --prometheus {url}` "
        "writes them\n"
    )


def test_the_doctor_of_a_proposal_says_how_to_see_its_warnings(
    shop: Fake, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--prometheus", shop.url, "doctor"])
    out = " ".join(capsys.readouterr().out.split())
    assert " warnings. Keep the proposal with `cockpit init`, then `cockpit lint` shows them" in out


def test_with_a_configuration_the_address_only_says_whom_to_ask(here: Path, shop: Fake) -> None:
    small(here)
    model = load(Settings(prometheus=shop.url)).model
    assert [each.name for each in model.services] == ["checkout", "search"]
    assert [server.url for server in model.prometheus] == [shop.url]
    assert shop.asked == []


CONFIGURED = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: mine}
prometheus: [{name: eu, url: "%s"}]
services:
  - {name: shop, dependsOn: [{to: search}]}
  - {name: search}
  - {name: auth}
"""


def test_discover_prints_what_was_seen_and_nobody_declared_as_yaml_to_paste(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "config").mkdir()
    (here / "config" / "cockpit.yaml").write_text(CONFIGURED % shop.url)
    graph = "traces_service_graph"
    shop.series = {graph: [({"client": a, "server": b}, 1) for a, b in (("shop", "auth"), ("auth", "redis"))]}
    assert run(["discover"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "# 0 calls are declared and seen within 1 d at eu.",
        "# Seen within 1 d at eu and not declared: paste what is true, and remove unreviewed from it.",
        "services:",
        "  - name: auth",
        "    dependsOn:",
        "      - {to: redis, unreviewed: true}",
        "  - name: redis  # guessed: no service is called so",
        "  - name: shop",
        "    dependsOn:",
        "      - {to: auth, unreviewed: true}",
        "# Declared and not seen within 1 d at eu, though the caller was seen calling others:",
        "#   shop -> search",
    ]
    assert run(["discover", "--json", "--since", "1h"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "schema": "cockpit.discover/v1",
        "since": 3600.0,
        "servers": ["eu"],
        "new": [{"service": "shop", "to": "auth"}],
        "strangers": [{"service": "auth", "to": "redis"}],
        "unseen": [{"service": "shop", "to": "search", "reviewed": True, "caller_traced": True}],
        "agreed": 0,
        "left_out": 0,
    }
    shop.series = {graph: [({"client": "shop", "server": "search"}, 1)]}
    assert run(["discover"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "# 1 call is declared and seen within 1 d at eu.",
        "# Nothing was seen that is not declared.",
    ]


def test_that_nobody_traces_is_no_all_clear(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "config").mkdir()
    (here / "config" / "cockpit.yaml").write_text(CONFIGURED % shop.url)
    shop.series = {}
    assert run(["discover"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.startswith("cockpit: no call was seen at eu within 1 d")) == ("", True)


def test_discover_leaves_out_names_that_are_not_to_be_written_down_and_says_so(
    here: Path, shop: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "config").mkdir()
    (here / "config" / "cockpit.yaml").write_text(CONFIGURED % shop.url)
    odd = ["\x1b[2J\n- x: {a", "http://me:canary@shop.example", "\u202eshop", " blank"]
    shop.series = {
        "traces_service_graph": [({"client": "shop", "server": each}, 1) for each in (*odd, "- x: {a")]
    }
    assert run(["discover"]) == 1
    from cockpit.config.yaml import parse

    out = capsys.readouterr().out
    document, findings = parse(out, "patch")
    assert findings == []
    assert document is not None
    assert document.value == {
        "services": [
            {"name": "- x: {a"},
            {"name": "shop", "dependsOn": [{"to": "- x: {a", "unreviewed": True}]},
        ]
    }
    assert "# 4 names left out: not to be written down" in out
    assert run(["discover", "--json"]) == 1
    out = capsys.readouterr().out
    assert (json.loads(out)["left_out"], "canary" in out) == (4, False)
    shop.series = {"traces_service_graph": [({"client": "shop", "server": odd[1]}, 1)]}
    assert run(["discover"]) == 1
    assert "Nothing was seen" not in capsys.readouterr().out
