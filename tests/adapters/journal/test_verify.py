"""Tampering with the file shows: the first bad record is named, and a cut tail against an exported head."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.journal.rows import BrokenRecord
from cockpit.adapters.journal.verify import Verdict, verify
from cockpit.core.checkpoint import Checkpoint, fact_of
from cockpit.core.journal import Fact
from cockpit.core.journal_head import NOTHING, Head
from cockpit.core.json import Json
from cockpit.errors import JournalError

from .making import fact, opened, tamper, written

EXCHANGE = (
    "UPDATE record SET seq = 100 WHERE seq = 3",
    "UPDATE record SET seq = 3 WHERE seq = 4",
    "UPDATE record SET seq = 4 WHERE seq = 100",
)
COPY = (
    "INSERT INTO record SELECT {seq}, 'new', at, boot_id, mono_ns, actor, origin, incident, run, step, "
    "visit, attempt, kind, body, prev, hash FROM record WHERE seq = 5"
)


async def verdict(path: Path, exported: Head = NOTHING, page: int = 2) -> Verdict:
    async with opened(path, create=False) as journal:
        return await verify(journal, exported, page=page)


@pytest.mark.parametrize("page", [1, 2, 5, 100])
async def test_a_chain_as_written_holds(tmp_path: Path, page: int) -> None:
    await written(tmp_path / "shop")
    found = await verdict(tmp_path / "shop", page=page)
    assert (found.head.seq, found.broken) == (5, None)


async def test_an_empty_one_holds(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        assert await verify(journal) == Verdict(NOTHING)


@pytest.mark.parametrize("page", [1, 2, 100])
@pytest.mark.parametrize(
    ("statements", "seq", "says"),
    [
        (["UPDATE record SET body = '{\"number\":9}' WHERE seq = 3"], 3, "not as it was written"),
        (["UPDATE record SET body = '{\"number\": 3}' WHERE seq = 3"], 3, "not as it was written"),
        (["UPDATE record SET body = '{\"number\":' WHERE seq = 3"], 3, "not as it was written"),
        (["UPDATE record SET body = '[]' WHERE seq = 3"], 3, "not as it was written"),
        (["UPDATE record SET body = x'00ff' WHERE seq = 3"], 3, "not as it was written"),
        (["UPDATE record SET actor = 'mallory' WHERE seq = 1"], 1, "not as it was written"),
        (["UPDATE record SET at = at + 1 WHERE seq = 5"], 5, "not as it was written"),
        (["UPDATE record SET at = 'soon' WHERE seq = 2"], 2, "not as it was written"),
        (["UPDATE record SET hash = prev WHERE seq = 4"], 4, "not as it was written"),
        (["UPDATE record SET prev = hash WHERE seq = 4"], 4, "does not build on"),
        (["DELETE FROM record WHERE seq = 3"], 3, "record 3 is missing"),
        (["DELETE FROM record WHERE seq = 1"], 1, "record 1 is missing"),
        (EXCHANGE, 3, "does not build on"),
        ([COPY.format(seq=6)], 6, "does not build on"),
        (["PRAGMA ignore_check_constraints = ON", COPY.format(seq=-1)], 1, "-1 stands in its place"),
        (
            ["UPDATE record SET actor = 'm' WHERE seq = 2", "UPDATE record SET body = 'x' WHERE seq = 4"],
            2,
            "not as it was written",
        ),
    ],
)  # fmt: skip
async def test_the_first_bad_record_is_named(
    tmp_path: Path, statements: list[str], seq: int, says: str, page: int
) -> None:
    await written(tmp_path / "shop")
    tamper(tmp_path / "shop", *statements)
    found = await verdict(tmp_path / "shop", page=page)
    assert found.broken is not None
    assert found.broken[0] == seq
    assert says in found.broken[1]
    assert found.head.seq == seq - 1


async def test_a_cut_tail_shows_against_an_exported_head(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    exported = (await verdict(tmp_path / "shop")).head
    assert await verdict(tmp_path / "shop", exported) == Verdict(exported)
    tamper(tmp_path / "shop", "DELETE FROM record WHERE seq > 3")
    assert (await verdict(tmp_path / "shop")).broken is None
    assert (await verdict(tmp_path / "shop", exported)).broken == (
        4,
        "the tail was cut: it ends at record 3, and record 5 was there",
    )


async def test_a_history_written_anew_shows_against_an_exported_head(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    exported = (await verdict(tmp_path / "shop")).head
    await written(tmp_path / "other", 7)
    assert (await verdict(tmp_path / "other", exported)).broken == (
        5,
        "record 5 is another than when the head was taken",
    )


async def test_a_journal_that_grew_still_holds_its_old_head(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    exported = (await verdict(tmp_path / "shop")).head
    async with opened(tmp_path / "shop") as journal:
        await journal.append([fact(), fact()])
    assert (await verdict(tmp_path / "shop", exported)).broken is None


async def test_an_unreadable_record_is_an_error_for_whoever_reads(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    tamper(tmp_path / "shop", "UPDATE record SET body = 'x' WHERE seq = 3")
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(BrokenRecord, match=r"record 3 of the journal.*cockpit journal verify"):
            await journal.read()
        assert [record.seq for record in await journal.read(0, 2)] == [1, 2]


async def test_a_mistake_is_kept_from_the_record(tmp_path: Path) -> None:
    """Not a tamperer, who takes the guards away first."""
    import sqlite3

    await written(tmp_path / "shop")
    db = sqlite3.connect(tmp_path / "shop" / "journal.sqlite3")
    for statement in ("UPDATE record SET actor = 'm'", "DELETE FROM record"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def checkpointed(seq: int, state: Json) -> Fact:
    return fact_of(Checkpoint(seq, state), 1_700_000_000.0, "cockpit")


async def test_a_checkpoint_is_where_reading_starts(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        assert await journal.latest_checkpoint() is None
        await journal.append([fact(), fact()])
        await journal.append([checkpointed(1, {"runs": 1})])
        (record,) = await journal.append([checkpointed(2, {"runs": [2]})])
        await journal.append([fact("after")])
        found = await journal.latest_checkpoint()
        assert found is not None
        assert (found.seq, found.state, found.recorded) == (2, {"runs": [2]}, record.seq)
        assert [each.fact.kind for each in await journal.read(found.seq)] == [
            "journal.checkpoint",
            "journal.checkpoint",
            "after",
        ]
        assert (await verify(journal)).broken is None


async def test_nobody_starts_from_an_edited_checkpoint(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        await journal.append([fact()])
        await journal.append([checkpointed(1, {"runs": 1})])
    tamper(tmp_path / "shop", 'UPDATE record SET body = \'{"seq":1,"state":{"runs":0}}\' WHERE seq = 2')
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match="record 2 of the journal is not as it was written"):
            await journal.latest_checkpoint()
