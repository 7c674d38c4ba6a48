"""The real OpenFeature SDK sees what is done to a flagd file, as a shop that runs would."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.core.model import FlagStore
from cockpit.core.runbook.work import FlagOutcome

# The provider brings grpc along, which it does not use for files; without the dev extra there is no test.
api = pytest.importorskip("openfeature.api")
flagd = pytest.importorskip("openfeature.contrib.provider.flagd")
config = pytest.importorskip("openfeature.contrib.provider.flagd.config")

OFF = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}
FLAGS = {
    "plain": OFF,
    # A match beats the default variant: everybody gets "off" until it is parked.
    "targeted": {**OFF, "targeting": {"if": [True, "off"]}},
    # Not off: clients get what their code says.
    "disabled": {**OFF, "state": "DISABLED"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.flagd.json"
    path.write_text(json.dumps({"flags": FLAGS}, indent=2))
    return path


@pytest.fixture
def client(file: Path) -> Iterator[object]:
    provider = flagd.FlagdProvider(
        resolver_type=config.ResolverType.FILE, offline_flag_source_path=str(file), deadline_ms=50
    )
    api.set_provider(provider)
    yield api.get_client()
    api.shutdown()


def seen(client: object, key: str, wanted: bool, code: bool = False) -> bool:
    """Whether the shop gets `wanted` within 5 s; `code`: the default in its code."""
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        if client.get_boolean_value(key, code) is wanted:  # type: ignore[attr-defined]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("key", FLAGS)
def test_clients_see_the_kill_and_the_restore(file: Path, client: object, key: str) -> None:
    flags = FlagdFile(FlagStore("files", "flagd-file", str(file)))
    text = file.read_text()
    assert seen(client, key, False)
    killed = asyncio.run(flags.set(key, "", True, None, comment="", actor="", op_id="1"))
    assert killed.outcome is FlagOutcome.APPLIED
    assert seen(client, key, True)
    assert killed.before is not None
    restored = asyncio.run(flags.restore(killed.before, comment="", actor="", op_id="2"))
    assert restored.outcome is FlagOutcome.APPLIED
    assert file.read_text() == text
    assert seen(client, key, False)


def test_a_disabled_flag_is_not_off(client: object) -> None:
    assert seen(client, "disabled", True, code=True)
    assert seen(client, "disabled", False, code=False)
