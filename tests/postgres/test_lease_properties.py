"""Leases held against a model: tokens only grow, one holder at a time, and nobody else's word counts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from psycopg.conninfo import make_conninfo

from tests.lab.database import Database

from .people import whom_of
from .saying import Said, appending

pytestmark = pytest.mark.lab
NAMES = ("a", "b", "c")
PEOPLE = st.integers(0, 1)
_world = itertools.count(1)


@dataclass
class Held:
    token: int
    who: int
    together: frozenset[str]
    over: bool = False
    """Released, or its time is over."""
    starting: bool = False
    """Something that was meant to be done may still begin."""


class Leasing(RuleBasedStateMachine):
    """Two people, three runs. Time passes when the test says so."""

    database: Database
    people: list[psycopg.Connection[tuple[object, ...]]]
    administrator: psycopg.Connection[tuple[object, ...]]

    @initialize()
    def begin(self) -> None:
        self.prefix = f"run:R-{next(_world)}x"
        self.held: dict[str, Held] = {}
        self.tokens: list[tuple[int, int]] = [(0, 0)]
        self.appended = 0

    def key(self, name: str) -> str:
        return self.prefix + name

    def free(self, name: str) -> bool:
        one = self.held.get(name)
        return one is None or (one.over and not one.starting)

    def holds(self, who: int, token: int, name: str) -> bool:
        own = self.held.get(name)
        if own is None or (own.token, own.who) != (token, who):
            return False
        there = [self.held[each] for each in own.together]
        return all(each.token == token and not each.over for each in there)

    @rule(who=PEOPLE, names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4))
    def acquire(self, who: int, names: list[str]) -> None:
        asked = [list(map(self.key, names)), 600.0, f"desk:{who}"]
        row = self.people[who].execute("SELECT * FROM cockpit.acquire(%s, %s, %s)", asked).fetchone()
        assert row is not None
        token, taken = row
        wanted = [name for name in names if not self.free(name)]
        assert taken == (self.key(wanted[0]) if wanted else "")
        assert bool(token) is not bool(wanted)
        if token:
            assert isinstance(token, int)
            assert token > max(self.tokens)[0], "tokens only grow"
            self.tokens.append((token, who))
            for name in set(names):
                self.held[name] = Held(token, who, frozenset(names))

    @rule(who=PEOPLE, which=st.integers(0, 20))
    def renew(self, who: int, which: int) -> None:
        token, _ = self.tokens[which % len(self.tokens)]
        found = self.people[who].execute("SELECT * FROM cockpit.renew(%s::bigint[])", [[token]]).fetchall()
        whole = any(self.holds(who, token, name) for name in NAMES)
        assert found == ([(token,)] if whole else [])

    @rule(who=PEOPLE, which=st.integers(0, 20))
    def release(self, who: int, which: int) -> None:
        token, _ = self.tokens[which % len(self.tokens)]
        self.people[who].execute("SELECT cockpit.release(%s::bigint[])", [[token]])
        for name, one in list(self.held.items()):
            if (one.token, one.who) == (token, who):
                one.over = True
                if not one.starting:
                    del self.held[name]

    @rule(who=PEOPLE, which=st.integers(0, 20), name=st.sampled_from(NAMES), child=st.booleans())
    def append(self, who: int, which: int, name: str, child: bool) -> None:
        token, _ = self.tokens[which % len(self.tokens)]
        run = self.key(name).removeprefix("run:") + ".child" * child
        said = appending(Said("step.intent", run, "s", token=token))
        row = self.people[who].execute(said.encode()).fetchone()
        assert row is not None
        may = self.holds(who, token, name)
        assert row[2] == ("step.intent" if may else "access.refused")
        if may:
            self.appended += 1
            for one in self.held.values():
                one.starting = one.starting or (one.token, one.who) == (token, who)

    @rule(which=st.integers(0, 20))
    def time_passes(self, which: int) -> None:
        token, _ = self.tokens[which % len(self.tokens)]
        over = "expires_at = clock_timestamp(), start_by = NULL"
        self.administrator.execute(f"UPDATE cockpit.lease SET {over} WHERE token = %s", [token])
        for one in self.held.values():
            if one.token == token:
                one.over, one.starting = True, False

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        query = "SELECT key, token FROM cockpit.lease WHERE starts_with(key, %s) AND expires_at > now()"
        found = set(self.administrator.execute(query, [self.prefix]).fetchall())
        assert found == {(self.key(name), one.token) for name, one in self.held.items() if not one.over}


def test_leases_are_as_their_model(shared_database: Database) -> None:
    people = [shared_database.add_person(f"p{number}", ["cockpit_responder"]) for number in range(2)]
    at = [whom_of(shared_database, person).conninfo for person in people]
    server = shared_database.server
    root = make_conninfo(host=str(server.folder), port=server.port, dbname=shared_database.name, user="lab")
    opened = [psycopg.connect(conninfo, autocommit=True) for conninfo in (*at, root)]
    try:
        Leasing.people, Leasing.administrator = opened[:2], opened[2]
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Leasing,
            settings=settings(
                max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=slow
            ),
        )
    finally:
        for each in opened:
            each.close()
