"""The ring on disk: whole segments that anybody can replay, whatever the writer died of."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.recording import read
from cockpit.adapters.ring import RING, RingWriter, last_polls, prune, segments
from cockpit.core.events import PollReplayed
from cockpit.core.poll import Alert, Poll
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.errors import RecordingError
from tests.views.shop import HEALTHY, poll, shop

AT = 1_700_000_000.0
WINDOW = 900.0
WRITER = """
import sys
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.ring import RingWriter
from pathlib import Path
from tests.adapters.test_ring import seen
ring = RingWriter(Folder(Path(sys.argv[1])))
at = float(sys.argv[2])
while True:
    ring.write(seen(at))
    print(at, flush=True)
    at += 5.0
"""


def seen(at: float, blind: bool = False) -> State:
    state = initial(shop())
    return update(state, PollReplayed(Poll(at) if blind else poll(state, at, HEALTHY)))[0]


def written(folder: Folder, *moments: float, blind: frozenset[float] = frozenset(), **options: float) -> None:
    ring = RingWriter(folder, **options)  # type: ignore[arg-type]
    for at in moments:
        ring.write(seen(at, at in blind))
    ring.close()


def kept(folder: Folder, before: float = AT * 2, window: float = WINDOW) -> list[float]:
    state = initial(shop())
    return [each.at for each in last_polls(folder, state.model, state.picture.slots, before, window)]


def trails(poll: Poll | None) -> dict[int, list[float]]:
    assert poll is not None
    return {number: list(samples.trail()) for number, samples in poll.samples.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "state")


def test_what_is_written_is_read_back_as_it_was(folder: Folder) -> None:
    moments = [AT + 5.0 * number for number in range(20)]
    written(folder, *moments)
    state = initial(shop())
    found = last_polls(folder, state.model, state.picture.slots, AT * 2, WINDOW)
    assert [each.at for each in found] == moments
    assert {repr(trails(each)) for each in found} == {repr(trails(seen(AT).picture.last_poll))}


def test_it_is_closed_to_others_and_each_segment_is_a_recording(folder: Folder) -> None:
    written(folder, AT, AT + 5.0, AT + 3600.0, AT + 3605.0)
    ring = folder.path / RING
    assert stat.S_IMODE(ring.stat().st_mode) == 0o700
    files = [path for _, path in segments(ring)]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]
    state = initial(shop())
    assert [[each.at for each in read(path, state.model, state.picture.slots)] for path in files] == [
        [AT, AT + 5.0],
        [AT + 3600.0, AT + 3605.0],
    ]


def test_a_cut_line_costs_that_line(folder: Folder) -> None:
    written(folder, AT, AT + 5.0)
    (_, path), *_ = segments(folder.path / RING)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 7)
    assert kept(folder) == [AT]
    written(folder, AT + 10.0)
    assert kept(folder) == [AT, AT + 10.0], "whoever comes next writes a segment of its own"


def test_of_a_segment_that_is_garbage_the_rest_is_used(folder: Folder) -> None:
    written(folder, AT, AT + 5.0)
    written(folder, AT + 10.0)
    (_, first), (_, second) = segments(folder.path / RING)
    first.write_bytes(first.read_bytes() + b"\x00garbage\n" + b'{"at": 1}\n')
    assert kept(folder) == [AT, AT + 5.0, AT + 10.0]
    second.write_bytes(b"")
    assert kept(folder) == [AT, AT + 5.0]


def test_the_last_picture_is_the_one_before_it_went_blind(folder: Folder) -> None:
    moments = [AT + 60.0 * number for number in range(200)]
    blind = frozenset(moments[100:])
    written(folder, *moments, blind=blind)
    last = moments[99]
    assert kept(folder) == [at for at in moments if last - WINDOW <= at <= last + WINDOW]
    assert kept(folder, before=moments[50]) == [at for at in moments[:50] if at >= moments[49] - WINDOW]


def test_where_nothing_was_ever_seen_there_is_no_picture(folder: Folder) -> None:
    assert kept(folder) == []
    written(folder, AT, AT + 5.0, blind=frozenset({AT, AT + 5.0}))
    assert kept(folder) == []


def test_old_segments_go_and_a_program_that_is_restarted_all_the_time_pushes_none_out(folder: Folder) -> None:
    for number in range(60):  # a crash loop: a segment every ten seconds
        written(folder, AT + 10.0 * number)
    assert len(segments(folder.path / RING)) == 60
    written(folder, AT + 24 * 3600.0)
    assert len(segments(folder.path / RING)) == 61
    written(folder, AT + 26 * 3600.0)
    assert [at for at, _ in segments(folder.path / RING)] == [AT + 24 * 3600.0, AT + 26 * 3600.0]


def test_it_never_takes_more_room_than_it_may(folder: Folder) -> None:
    most = 64 * 1024
    for number in range(400):
        written(folder, AT + 20.0 * number, most_bytes=most)
        assert sum(path.stat().st_size for _, path in segments(folder.path / RING)) <= most
    one = RingWriter(folder, most_bytes=most)
    for number in range(400):
        one.write(seen(AT + 10_000.0 + number))
        assert sum(path.stat().st_size for _, path in segments(folder.path / RING)) <= most
    one.close()


def test_of_a_large_fleet_only_some_polls_are_kept(folder: Folder) -> None:
    written(folder, *(AT + 5.0 * number for number in range(8)), every=15.0)
    assert kept(folder) == [AT, AT + 15.0, AT + 30.0]


def test_a_clock_that_is_set_back_begins_a_new_segment(folder: Folder) -> None:
    written(folder, AT + 100.0, AT + 105.0, AT, AT + 5.0)
    assert kept(folder) == [AT, AT + 5.0, AT + 100.0, AT + 105.0]


def test_what_others_could_have_written_is_not_read(folder: Folder, tmp_path: Path) -> None:
    written(folder, AT)
    (_, path), *_ = segments(folder.path / RING)
    path.chmod(0o644)
    assert kept(folder) == []
    path.chmod(0o600)
    (folder.path / RING / "1700000005000.ndjson").symlink_to(path)
    assert kept(folder) == [AT]
    (folder.path / RING).chmod(0o755)
    assert kept(folder) == []


def test_a_full_disk_is_said_and_tried_again(folder: Folder) -> None:
    ring = RingWriter(folder)
    ring.write(seen(AT))
    (folder.path / RING).chmod(0o500)
    if os.geteuid() == 0:  # root writes anywhere, so the folder is taken away instead
        (folder.path / RING).rename(folder.path / "gone")
        (folder.path / RING).write_text("")
    with pytest.raises(RecordingError, match="the last picture is not kept"):
        ring.write(seen(AT + 3600.0))
    if os.geteuid() == 0:
        (folder.path / RING).unlink()
        (folder.path / "gone").rename(folder.path / RING)
    (folder.path / RING).chmod(0o700)
    ring.write(seen(AT + 3605.0))
    ring.close()
    assert kept(folder) == [AT + 3605.0]


def test_a_writer_that_is_killed_loses_no_line_that_was_written(folder: Folder) -> None:
    told: list[float] = []
    at = AT
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder.path), str(at)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent.parent,
        )
        assert writer.stdout is not None
        told += [float(writer.stdout.readline()) for _ in range(10)]
        time.sleep(0.01)
        writer.send_signal(signal.SIGKILL)
        told += [float(line) for line in writer.stdout.read().split() if line]
        writer.wait()
        writer.stdout.close()
        at = told[-1] + 50.0
    assert set(told) <= set(kept(folder, window=100_000.0))


@given(st.lists(st.floats(0, 200_000).map(round), min_size=1, max_size=40, unique=True))
def test_pruning_keeps_what_is_young(tmp_path_factory: pytest.TempPathFactory, moments: list[int]) -> None:
    folder = Folder(tmp_path_factory.mktemp("ring") / "state")
    folder.make()
    ring = folder.within(RING)
    for each in moments:
        ring.new_file(f"{(1_700_000_000 + each) * 1000:013}.ndjson")
    now = 1_700_000_000.0 + max(moments)
    prune(ring, now, 86_400.0, 1 << 30)
    left = {at for at, _ in segments(ring.path)}
    young = {AT + each for each in moments if AT + each > now - 86_400.0}
    assert young <= left
    assert left == {at for at in left if at >= now - 86_400.0 - 3600.0}


def test_the_state_that_is_written_may_have_had_no_poll_yet(folder: Folder) -> None:
    ring = RingWriter(folder)
    ring.write(replace(initial(shop())))
    ring.close()
    assert not folder.path.exists()


def test_half_a_character_in_a_label_costs_neither_the_poll_nor_the_watch(tmp_path: Path) -> None:
    folder, state = Folder(tmp_path / "state"), initial(shop())
    half = Alert(
        "Slow\ud800", "firing", {"alertname": "Slow\ud800"}, {"summary": "\udfff"}, None, "prometheus"
    )
    ring = RingWriter(folder)
    ring.write(update(state, PollReplayed(replace(poll(state, AT, HEALTHY), alerts=(half,))))[0])
    ring.close()
    (kept_one,) = last_polls(folder, state.model, state.picture.slots, AT * 2, WINDOW)
    assert kept_one.alerts is not None
    assert [(each.name, each.annotations) for each in kept_one.alerts] == [("Slow?", {"summary": "?"})]


def test_what_is_no_json_is_told_and_the_next_poll_is_kept(tmp_path: Path) -> None:
    folder, state = Folder(tmp_path / "state"), initial(shop())
    ring, fine = RingWriter(folder), poll(state, AT, HEALTHY)
    with pytest.raises(RecordingError, match="the last picture is not kept"):
        ring.write(update(state, PollReplayed(replace(fine, flags={"x": float("nan")})))[0])
    ring.write(update(state, PollReplayed(poll(state, AT + 5, HEALTHY)))[0])
    ring.close()
    assert kept(folder) == [AT + 5]
