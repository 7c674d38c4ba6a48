"""Servers that lose answers, show stale ones or refuse: no claim that is not so, never a second write."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

import pytest

from cockpit.adapters.flags.command import Command
from cockpit.adapters.flags.reading_back import READ_BACK
from cockpit.adapters.flags.unleash import Unleash
from cockpit.adapters.flags.webhook import Webhook
from cockpit.adapters.secrets import Secrets
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.errors import SourceError
from cockpit.ports import FlagProvider
from tests.adapters.flags.servers import (
    MAINTENANCE,
    TOKEN,
    HookServer,
    Server,
    UnleashServer,
    running,
)

SHORT = 0.3
"""To read back where the outcome is not to come; the real 2 s have a test of their own."""
ON = "POST /api/admin/projects/shop/features/pay-async/environments/production/on"
OFF = ON.removesuffix("n") + "ff"


def unleash(
    server: Server, read_back: float = SHORT, token: str = TOKEN, reference: str = "env:FLAGS_TOKEN"
) -> Unleash:
    known = {"project": "shop", "token": reference, "timeout": 0.3}
    store = FlagStore("unleash", "unleash", "", server.url, ("production",), options=known)
    return Unleash(store, Secrets({"FLAGS_TOKEN": token}), read_back=read_back)


def webhook(server: Server, **options: object) -> Webhook:
    at = f"{server.url}/flags/{{env}}/{{key}}"
    known: dict[str, object] = {"get": at, "set": at, "pointer": "/state/value", "timeout": 0.3}
    known |= {"headers": {"X-Token": "env:FLAGS_TOKEN"}, **options}
    store = FlagStore("own", "webhook", environments=("production",), options=known)
    return Webhook(store, Secrets({"FLAGS_TOKEN": TOKEN}), read_back=SHORT)


async def move(flags: FlagProvider, want: Scalar = True, key: str = "pay-async") -> FlagChange:
    return await flags.set(key, "", want, None, comment="INC-42: queue", actor="mara", op_id="op")


def losing(method: str, path: str) -> bool:
    return method == "POST" and "/environments/" in path


@pytest.mark.parametrize("hang", [True, False], ids=["timeout", "reset"])
async def test_applied_and_the_answer_lost_is_found_by_reading_back(hang: bool) -> None:
    async with running(server := UnleashServer(lose=losing, hang=hang, stale=0.5)):
        change = await move(unleash(server, read_back=2.0))
    assert change.outcome is FlagOutcome.APPLIED
    assert change.atomic is False
    assert change.reason
    assert server.writes()[:1] == [ON]
    assert len(server.writes()) == 1  # never repeated; and no tag, since nobody said yes


async def test_what_reading_back_does_not_show_for_two_seconds_stays_unknown() -> None:
    async with running(server := UnleashServer(stale=60.0)):
        began = time.monotonic()
        change = await move(unleash(server, READ_BACK))
        assert time.monotonic() - began >= 2.0
    assert (change.outcome, change.reason.rpartition("; ")[2]) == (
        FlagOutcome.UNKNOWN,
        "reading back does not show it",
    )
    assert server.flags == {"pay-async": True}
    assert server.writes().count(ON) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ((401, '{"name":"AuthenticationRequired"}'), FlagOutcome.DENIED),
        ((403, '{"name":"PermissionError","message":"UPDATE_FEATURE_ENVIRONMENT"}'), FlagOutcome.DENIED),
        ((403, '{"name":"PermissionError","message":"SKIP_CHANGE_REQUEST"}'), FlagOutcome.NEEDS_APPROVAL),
        ((404, '{"name":"NotFoundError"}'), FlagOutcome.NOT_FOUND),
        ((400, '{"name":"BadDataError"}'), FlagOutcome.FAILED),
        ((429, ""), FlagOutcome.FAILED),
        ((302, ""), FlagOutcome.FAILED),
        ((503, MAINTENANCE), FlagOutcome.FAILED),
        ((503, "upstream connect error"), FlagOutcome.UNKNOWN),
        ((500, ""), FlagOutcome.UNKNOWN),
        ((502, "bad gateway"), FlagOutcome.UNKNOWN),
        ((504, ""), FlagOutcome.UNKNOWN),
    ],
)
async def test_each_refusal_means_one_thing(fault: tuple[int, str], outcome: FlagOutcome) -> None:
    async with running(server := UnleashServer(fault=fault)):
        change = await move(unleash(server))
        assert change.outcome is outcome
        assert f"it answers {fault[0]}" in change.reason
        assert server.flags == {"pay-async": False}
        assert len(server.writes()) == 1


async def test_an_error_after_it_was_applied_is_applied_once_it_shows() -> None:
    async with running(server := UnleashServer(fault=(502, "bad gateway"), done_anyway=True, stale=0.1)):
        change = await move(unleash(server))
    assert change.outcome is FlagOutcome.APPLIED


async def test_a_wrong_token_is_said_before_anything_is_sent_and_never_shown() -> None:
    async with running(server := UnleashServer()):
        change = await move(unleash(server, token="s3cret-but-wrong"))
        assert change.outcome is FlagOutcome.DENIED
        assert change.reason.startswith("nothing was sent: it answers 401")
        assert "s3cret" not in change.reason
        change = await move(unleash(server, reference="env:NIX"))
        assert change.outcome is FlagOutcome.FAILED
        assert change.reason == (
            "nothing was sent: the environment variable NIX is not set. Export NIX and start again"
        )
    assert server.writes() == []


async def test_nobody_listening_is_failed_and_a_name_that_is_not_known_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-host.invalid"):
        change = await move(unleash(UnleashServer(url=url)))
        assert change.outcome is FlagOutcome.FAILED
        assert change.reason.startswith("nothing was sent: ")


async def test_turning_on_says_that_turning_off_is_not_the_exact_inverse() -> None:
    async with running(server := UnleashServer(parents=["shop-open"])):
        flags = unleash(server)
        change = await move(flags)
        assert change.outcome is FlagOutcome.APPLIED
        assert change.reason == (
            "Unleash adds a strategy for 100 % when there is none, and turning off leaves it"
        )
        assert server.tags == ["pay-async INC-42"]
        seen = await flags.get("pay-async", "")
        assert seen is not None
        assert seen.hazards == (
            "while it is on, 1 strategy decides who gets it",
            "parent flag shop-open: where that is off, this is off too",
        )
        assert change.before is not None
        back = await flags.restore(change.before, comment="", actor="", op_id="2", expect=change.after)
        assert (back.outcome, server.flags) == (FlagOutcome.APPLIED, {"pay-async": False})
        assert [each for each in server.writes() if "tags" not in each] == [ON, OFF]


async def test_unleash_knows_only_on_and_off() -> None:
    async with running(server := UnleashServer()):
        change = await move(unleash(server), "dark")
    assert (change.outcome, change.reason, server.writes()) == (
        FlagOutcome.DENIED,
        "Unleash knows only true and false",
        [],
    )


async def test_a_flag_with_a_slash_stays_one_part_of_the_address() -> None:
    async with running(server := UnleashServer(flags={"a/../b c": False})):
        change = await move(unleash(server), key="a/../b c")
        assert change.outcome is FlagOutcome.APPLIED
        assert "/features/a%2F..%2Fb%20c/environments/production/on" in server.writes()[0]


@pytest.mark.parametrize("body", ["<html>", "[]", '{"enabled": "yes"}', "[" * 100_000])
async def test_an_answer_that_makes_no_sense_moves_nothing(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = UnleashServer()

    async def answer(*_: object) -> tuple[int, str, dict[str, str]]:
        return 200, body, {}

    monkeypatch.setattr(server, "answer", answer)
    async with running(server):
        assert (await move(unleash(server))).outcome is FlagOutcome.FAILED
        with pytest.raises(SourceError):
            await unleash(server).list("")
    assert server.writes() == []


# A webhook


async def test_without_a_get_every_set_ends_unknown() -> None:
    async with running(server := HookServer()):
        flags = webhook(server, get="")
        change = await move(flags)
        assert (change.outcome, change.reason) == (FlagOutcome.UNKNOWN, "it cannot be read back")
        assert server.values == {"pay-async": True}
        with pytest.raises(SourceError, match="cannot be read"):
            await flags.get("pay-async", "")
        server.fault = (403, "")
        assert (await move(flags)).outcome is FlagOutcome.DENIED


async def test_with_if_match_nobody_is_overwritten() -> None:
    async with running(server := HookServer()):
        server.meanwhile = lambda: setattr(server, "version", 2)
        change = await move(webhook(server, if_match=True))
    assert (change.outcome, change.atomic) == (FlagOutcome.CONFLICT, True)
    assert server.values == {"pay-async": False}


async def test_a_webhook_is_told_what_it_needs_and_secrets_stay_secret() -> None:
    async with running(server := HookServer(fault=(500, f"token {TOKEN} broke me"))):
        change = await move(webhook(server))
    assert change.outcome is FlagOutcome.UNKNOWN
    assert TOKEN not in change.reason
    _, path, headers, body = next(each for each in server.asked if each[0] == "POST")
    assert (path, headers["x-token"]) == ("/flags/production/pay-async", TOKEN)
    assert json.loads(body) == {
        "key": "pay-async",
        "env": "production",
        "want": True,
        "op_id": "op",
        "comment": "INC-42: queue",
        "actor": "mara",
    }


# A command


def command(program: str, timeout: float = 5.0, **env: str) -> Command:
    options = {"run": (sys.executable, "-c", program), "timeout": timeout, "env": env, "keys": ("pay-async",)}
    store = FlagStore("own", "command", environments=("production",), options=options)
    return Command(store, Secrets({"FLAGS_TOKEN": TOKEN}), read_back=SHORT)


ANSWERING = "import json, sys; asked = json.load(sys.stdin)\nif asked['op'] == 'get':\n"
ANSWERING += "    print('{\"enabled\": false}'); sys.exit()\n"


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("sys.exit(10)", FlagOutcome.CONFLICT),
        ("sys.exit(11)", FlagOutcome.DENIED),
        ("sys.exit(12)", FlagOutcome.NEEDS_APPROVAL),
        ("sys.exit(1)", FlagOutcome.UNKNOWN),
        ("import os; os.kill(os.getpid(), 9)", FlagOutcome.UNKNOWN),
        # It says that it was applied, and reading does not show it.
        ("print('{\"enabled\": true}')", FlagOutcome.UNKNOWN),
        ("import time; time.sleep(60)", FlagOutcome.UNKNOWN),
    ],
)
async def test_exit_codes_are_outcomes(does: str, outcome: FlagOutcome) -> None:
    timeout = 1.0 if "sleep" in does else 5.0
    assert (await move(command(ANSWERING + does, timeout))).outcome is outcome


async def test_a_command_gets_secrets_by_its_environment_and_its_words_are_redacted(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    does = f"import os; open({str(seen)!r}, 'w').write(json.dumps([asked, os.environ['TOKEN']]))\n"
    flags = command(f"{ANSWERING}{does}sys.exit('no ' + os.environ['TOKEN'])", TOKEN="env:FLAGS_TOKEN")
    change = await move(flags)
    assert change.outcome is FlagOutcome.UNKNOWN
    assert TOKEN not in change.reason
    asked, token = json.loads(seen.read_text())
    assert token == TOKEN
    assert asked == {
        "op": "set",
        "key": "pay-async",
        "env": "production",
        "want": True,
        "op_id": "op",
        "comment": "INC-42: queue",
    }


async def test_a_program_that_is_not_there_has_surely_moved_nothing() -> None:
    options = {"run": ("/no/such/program",)}
    store = FlagStore("own", "command", environments=("production",), options=options)
    change = await move(Command(store, Secrets({})))
    assert (change.outcome, change.reason) == (
        FlagOutcome.FAILED,
        "nothing was sent: /no/such/program is not run: No such file or directory. Is it installed?",
    )


async def test_a_program_that_floods_or_closes_its_ears_is_borne() -> None:
    change = await move(command("import sys; sys.stdin.close(); print('x' * 3_000_000)"))
    assert change.outcome is FlagOutcome.FAILED
    assert len(change.reason) < 500
