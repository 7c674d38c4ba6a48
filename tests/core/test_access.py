"""Roles: who is named, by file or by database, and no restriction ever allows more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.access import Access, Person, bar, held_by, hint, locked, person, role_of, stricter, who_may
from cockpit.core.team import Role

VIEWER, RESPONDER, APPROVER = Role.VIEWER, Role.RESPONDER, Role.APPROVER
NAMES = st.sampled_from(["mara", "leo", "ann", "*"])
PEOPLE = st.sampled_from(["mara", "leo", "ann", "somebody"])
ACCESS = st.builds(
    Access,
    protected=st.booleans(),
    readonly=st.booleans(),
    roles=st.dictionaries(st.sampled_from(Role), st.lists(NAMES, max_size=3).map(tuple), max_size=3),
)
WANTED = st.lists(st.sampled_from(["approver", "responder", "viewer", "scribe", "mara", "leo"]), max_size=3)
HELD = st.frozensets(st.sampled_from(["scribe", "commander"]))
TEAM = Access(roles={RESPONDER: ("*",), APPROVER: ("mara",)})
NAMED = Access(roles={VIEWER: ("*",), RESPONDER: ("leo",), APPROVER: ("mara", "leo")})


@pytest.mark.parametrize(
    ("access", "actor", "role"),
    [
        (Access(), "anybody", APPROVER),
        (TEAM, "mara", APPROVER),
        (TEAM, "leo", RESPONDER),
        (NAMED, "leo", APPROVER),
        (NAMED, "ann", VIEWER),
        (Access(roles={APPROVER: ("mara",)}), "leo", VIEWER),
        (Access(roles={RESPONDER: ()}), "leo", VIEWER),
    ],
)
def test_the_highest_role_that_names_them_counts(access: Access, actor: str, role: Role) -> None:
    assert role_of(access, actor) is role


@pytest.mark.parametrize("database", Role)
@pytest.mark.parametrize(("actor", "configured"), [("mara", APPROVER), ("leo", APPROVER), ("ann", VIEWER)])
def test_the_lower_of_both_counts(actor: str, configured: Role, database: Role) -> None:
    who = person(NAMED, actor, database)
    assert who.role is min(configured, database)
    assert bool(who.only_looks) is (who.role is VIEWER)


def test_why_somebody_may_only_look_is_told() -> None:
    assert person(NAMED, "ann").only_looks == "ann may only look here (access.roles)"
    assert person(NAMED, "mara", VIEWER).only_looks == "the database lets mara only look (cockpit_viewer)"
    assert hint(person(NAMED, "ann")) == "ask a responder to do it, or to have ann made one"
    assert hint(person(NAMED, "mara")) == ""
    assert locked(person(NAMED, "ann")) == Person("ann", VIEWER)


@pytest.mark.parametrize(
    ("names", "who", "held", "barred"),
    [
        ((), Person("leo", RESPONDER), (), False),
        ((), Person("leo", VIEWER), (), True),
        (("approver",), Person("leo", RESPONDER), (), True),
        (("approver",), Person("mara", APPROVER), (), False),
        (("responder",), Person("mara", APPROVER), (), False),
        (("viewer",), Person("leo", VIEWER), (), True),
        (("leo",), Person("leo", VIEWER), (), True),
        (("mara",), Person("leo", RESPONDER), (), True),
        (("mara", "leo"), Person("leo", RESPONDER), (), False),
        (("scribe",), Person("leo", RESPONDER), (), True),
        (("scribe",), Person("leo", RESPONDER), ("scribe",), False),
        (("approver", "scribe"), Person("leo", RESPONDER), ("scribe",), False),
    ],
)
def test_one_name_that_fits_is_enough(
    names: tuple[str, ...], who: Person, held: tuple[str, ...], barred: bool
) -> None:
    assert bool(bar(names, who, held)) is barred


def test_who_may_is_told() -> None:
    assert who_may(()) == "every responder"
    assert who_may(("approver",)) == "approver"
    assert who_may(("approver", "scribe", "mara")) == "approver, scribe or mara"
    why = bar(("approver", "mara"), Person("leo", RESPONDER))
    assert why == "leo may not: it takes approver or mara"


def test_only_ones_own_incident_roles_count() -> None:
    assert held_by({"scribe": "leo", "commander": "mara"}, "leo") == {"scribe"}


@given(ACCESS, PEOPLE, st.sampled_from(Role), st.sampled_from(Role))
def test_a_lower_database_role_never_allows_more(access: Access, actor: str, one: Role, other: Role) -> None:
    low, high = sorted((one, other))
    assert person(access, actor, low).role <= person(access, actor, high).role


@given(ACCESS, PEOPLE, st.sampled_from(Role), NAMES)
def test_taking_a_name_away_never_allows_more(access: Access, actor: str, role: Role, name: str) -> None:
    """Where roles are configured at all: without any everybody may everything."""
    more = replace(access, roles={**access.roles, role: (*access.roles.get(role, ()), name)})
    left = tuple(each for each in more.roles[role] if each != name)
    fewer = replace(more, roles={**more.roles, role: left})
    assert role_of(fewer, actor) <= role_of(more, actor)


@given(WANTED, PEOPLE, st.sampled_from(Role), st.sampled_from(Role), HELD, HELD)
def test_less_role_never_unbars(
    names: list[str], name: str, one: Role, other: Role, held: frozenset[str], more: frozenset[str]
) -> None:
    low, high = sorted((one, other))
    if bar(names, Person(name, high), held | more):
        assert bar(names, Person(name, low), held)


@given(PEOPLE, st.lists(st.sampled_from(Role), min_size=1))
def test_while_it_runs_it_only_gets_stricter(name: str, roles: list[Role]) -> None:
    who = person(Access(), name)
    for role in roles:
        before, who = who, stricter(who, person(Access(), name, role))
        assert who.role <= before.role
    assert who.role is min(roles)
    assert bool(who.only_looks) is (who.role is VIEWER)
