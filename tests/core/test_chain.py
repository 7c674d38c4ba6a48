"""A chain of records shows every insertion, edit, deletion and exchange, and a head every cut."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.journal import GENESIS, Fact, Recorded, first_broken, sealed
from cockpit.core.journal_head import NOTHING, Head, head_of, missing_from
from cockpit.core.json import canonical, digest

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(text, values, max_size=3)
facts = st.builds(
    Fact,
    kind=st.sampled_from(["run.started", "step.exited"]),
    at=st.integers(0, 4_000_000_000_000_000).map(lambda micro: micro / 1_000_000),
    actor=text,
    body=bodies,
    run=text,
    visit=st.integers(0, 9),
    uid=st.uuids().map(lambda uid: uid.hex),
)


def chained(found: Sequence[Fact]) -> list[Recorded]:
    records: list[Recorded] = []
    for seq, fact in enumerate(found, 1):
        records.append(
            sealed(Recorded(seq, fact, "desk-1", "", 0, records[-1].hash if records else GENESIS, ""))
        )
    return records


chains = st.lists(facts, min_size=1, max_size=8).map(chained)
two_or_more = st.lists(facts, min_size=2, max_size=8).map(chained)


@given(chains)
def test_a_chain_as_written_holds_also_from_its_middle(chain: list[Recorded]) -> None:
    assert first_broken(chain) is None
    middle = len(chain) // 2
    if middle:
        assert first_broken(chain[middle:], chain[middle - 1].hash, middle + 1) is None


@given(chains, st.data())
def test_an_edit_is_named(chain: list[Recorded], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    other = data.draw(facts)
    chain[at] = replace(chain[at], fact=other)  # another uid at least
    found = first_broken(chain)
    assert found is not None
    assert found[0] == at + 1


@given(chains, st.data())
def test_an_edit_with_its_hash_made_anew_shows_at_the_next_record(
    chain: list[Recorded], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    head = Head(chain[-1].seq, chain[-1].hash)
    chain[at] = sealed(replace(chain[at], fact=data.draw(facts)))
    found = first_broken(chain)
    if at + 1 < len(chain):
        assert found is not None
        assert found[0] == at + 2
    else:  # the last one: only a head taken before tells
        assert found is None
        assert missing_from(head, Head(chain[-1].seq, chain[-1].hash), chain[-1].hash)


@given(two_or_more, st.data())
def test_a_deletion_is_named(chain: list[Recorded], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    del chain[at]
    found = first_broken(chain)
    assert found is not None
    assert found[0] == at + 1


@given(two_or_more, st.data())
def test_an_exchange_is_named(chain: list[Recorded], data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(chain) - 2))
    other = data.draw(st.integers(one + 1, len(chain) - 1))
    chain[one], chain[other] = chain[other], chain[one]
    found = first_broken(chain)
    assert found is not None
    assert found[0] == one + 1


@given(two_or_more, st.data())
def test_an_exchange_of_what_they_say_is_named(chain: list[Recorded], data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(chain) - 2))
    first, second = chain[one], chain[one + 1]
    chain[one : one + 2] = [replace(first, fact=second.fact), replace(second, fact=first.fact)]
    found = first_broken(chain)
    assert found is not None
    assert found[0] == one + 1


@given(chains, facts, st.data())
def test_an_insertion_is_named(chain: list[Recorded], fact: Fact, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    prev = chain[at - 1].hash if at else GENESIS
    chain.insert(at, sealed(Recorded(at + 1, fact, "desk-1", "", 0, prev, "")))
    found = first_broken(chain)
    assert found is not None
    assert found[0] == at + 2


@given(two_or_more, st.data())
def test_a_cut_tail_shows_against_a_head(chain: list[Recorded], data: st.DataObject) -> None:
    head = Head(chain[-1].seq, chain[-1].hash)
    kept = chain[: data.draw(st.integers(0, len(chain) - 1))]
    end = Head(kept[-1].seq, kept[-1].hash) if kept else NOTHING
    assert first_broken(kept) is None
    assert "the tail was cut" in missing_from(head, end, None)
    assert missing_from(head, head, head.hash) == ""


@given(bodies)
def test_the_canonical_form_survives_being_read(body: dict[str, object]) -> None:
    once = canonical(body)
    assert canonical(json.loads(once)) == once
    shuffled = dict(sorted(body.items(), reverse=True))
    assert digest(shuffled) == digest(body)


@given(st.integers(0, 4_000_000_000_000_000))
def test_every_microsecond_survives_as_seconds(micro: int) -> None:
    fact = Fact("x", micro / 1_000_000, "alice")
    assert Recorded(1, fact, "", "", 0, GENESIS, "").fields()["at"] == micro


HASH = "ab" * 32


@pytest.mark.parametrize(
    "given_",
    [
        f"7:{HASH}",
        f'{{"schema":"cockpit.event/v1"}}\n{{"schema":"cockpit.head/v1","seq":7,"hash":"{HASH}"}}\n',
    ],
)
def test_a_head_is_read_from_words_or_from_an_export(given_: str) -> None:
    assert head_of(given_) == Head(7, HASH)
    assert head_of(str(Head(7, HASH))) == Head(7, HASH)


@pytest.mark.parametrize(
    "given_",
    ["", "7", f"x:{HASH}", f"-1:{HASH}", "7:abc", f"7:{'G' * 64}", "[]", "{", '{"schema":"cockpit.event/v1"}',
     f'{{"schema":"cockpit.head/v1","seq":true,"hash":"{HASH}"}}'],
)  # fmt: skip
def test_what_is_no_head_is_refused(given_: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its message is for the command line to say
        head_of(given_)
