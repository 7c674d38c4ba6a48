"""Stores of flags as a real cockpit has them: polled, never writable read-only, new after a reload."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cockpit import config, wiring
from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.adapters.flags.look_only import LookOnly
from cockpit.core.model import AlertServer, FlagStore, MetricServer
from cockpit.core.update import initial
from cockpit.wiring import acting
from tests.adapters.flags.servers import TOKEN, UnleashServer, running
from tests.cli.running import CONFIG, small

FLAGS = """\
flags:
  - {name: own, provider: unleash, url: URL, project: shop, token: "env:FLAGS_TOKEN",
      environments: [production]}
kill_switches: [{key: pay-async, provider: own, service: checkout, expires: 1h}]
"""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("FLAGS_TOKEN", TOKEN)


async def test_a_flag_elsewhere_is_part_of_the_picture_and_so_is_its_store(tmp_path: Path) -> None:
    async with running(server := UnleashServer(flags={"pay-async": True})):
        loaded = config.load(small(tmp_path, CONFIG + FLAGS.replace("URL", server.url)))
        state = await wiring.live(loaded).once(0.1)
    assert state.health.flags == {"pay-async": True}
    assert state.picture.sources["own"].reachable is True
    state = await wiring.live(loaded).once(0.1)  # it is gone
    assert state.health.flags == {}
    assert state.picture.sources["own"].reachable is False


@pytest.mark.parametrize("how", ["flag", "configuration"])
async def test_read_only_has_no_store_that_could_be_written(tmp_path: Path, how: str) -> None:
    access = "access: {readonly: true}\n" if how == "configuration" else ""
    text = CONFIG + FLAGS.replace("URL", "http://localhost:1") + access
    loaded = config.load(small(tmp_path, text))
    async with acting.world(loaded, actor="mara", readonly=how == "flag") as world:
        assert world.readonly
        assert [type(each) for each in world.flags.values()] == [LookOnly]
    assert wiring.live(loaded, readonly=how == "flag", actor="mara").state.readonly


async def test_after_a_reload_the_stores_of_the_new_files_are_moved_and_never_with_more_rights(
    tmp_path: Path,
) -> None:
    loaded = config.load(small(tmp_path, CONFIG + FLAGS.replace("URL", "http://localhost:1")))
    files = FlagStore("files", "flagd-file", str(tmp_path / "flags.json"))
    state = initial(replace(loaded.model, flags=(files,)))
    async with acting.world(loaded, actor="mara") as world:
        worlds = acting.Worlds(world)
        assert worlds.of(initial(loaded.model)).flags is world.flags
        new = worlds.of(state)
        assert {name: type(each) for name, each in new.flags.items()} == {"files": FlagdFile}
        assert new.model is state.model
        looking = worlds.of(replace(state, readonly=True))
        assert (looking.readonly, [type(each) for each in looking.flags.values()]) == (True, [LookOnly])
        assert worlds.of(state).readonly  # once and for all
    async with acting.world(loaded, actor="mara", readonly=True) as world:
        assert [type(each) for each in acting.Worlds(world).of(state).flags.values()] == [LookOnly]


async def test_after_a_reload_checks_ask_the_servers_of_the_new_files_and_all_are_closed(
    tmp_path: Path,
) -> None:
    loaded = config.load(small(tmp_path, CONFIG + FLAGS.replace("URL", "http://localhost:1")))
    model = replace(
        loaded.model,
        prometheus=(MetricServer("new", "http://localhost:2"),),
        alertmanager=(AlertServer("new", "http://localhost:3"),),
    )
    async with acting.world(loaded, actor="mara") as world:
        closed = []

        async def close() -> None:
            closed.append("metrics")

        world.metrics.close = close  # type: ignore[method-assign]
        worlds = acting.Worlds(world)
        assert worlds.of(initial(loaded.model)).metrics is world.metrics
        new = worlds.of(initial(model))
        assert new.metrics is not world.metrics
        assert (world.silencer, new.silencer is None) == (None, False)
        assert worlds.of(initial(model)) == new
        assert worlds.of(replace(initial(model), readonly=True)).silencer is None
        assert closed == []  # a run may still be asking
        await worlds.close()
        assert closed == ["metrics"]
