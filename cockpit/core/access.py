"""Who may do what here: roles by configuration and database, people barred from a runbook or a switch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cockpit.core.team import Role

EVERYBODY: Final = "*"
ACCESS_ROLES: Final[Mapping[str, Role]] = {str(role): role for role in Role}
READONLY: Final = "this cockpit is read-only"
STARTED: Final = "this cockpit was started read-only"
CONFIGURED: Final = "this cockpit is read-only for everybody (access.readonly)"


@dataclass(frozen=True, slots=True)
class Access:
    """As declared."""

    protected: bool = False
    """Every target and every environment is protected."""
    readonly: bool = False
    """Nobody writes anything from here."""
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    """Names by role; "*" is everybody. Empty: everybody may everything."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits at a cockpit. What they may do only ever gets less while it runs."""

    name: str = ""
    role: Role = Role.APPROVER
    """The lower of what is configured and what the database lets them do."""
    only_looks: str = ""
    """Why their role lets them only look; empty: it lets them do more, or something stricter holds here.

    Refusals for this reason go on record, where those of a cockpit that is read-only for all do not.
    """


def role_of(access: Access, actor: str) -> Role:
    """The highest role whose list has them, or everybody; who is in none looks."""
    if not access.roles:
        return Role.APPROVER
    given = (role for role, names in access.roles.items() if actor in names or EVERYBODY in names)
    return max(given, default=Role.VIEWER)


def person(access: Access, actor: str, database: Role = Role.APPROVER) -> Person:
    """`database`: what whoever keeps the record lets them do."""
    role = min(role_of(access, actor), database)
    if role > Role.VIEWER:
        return Person(actor, role)
    by_file = role_of(access, actor) is Role.VIEWER
    why = f"{actor} may only look here (access.roles)"
    return Person(actor, role, why if by_file else f"the database lets {actor} only look (cockpit_viewer)")


def stricter(before: Person, now: Person) -> Person:
    """Of both what allows less; a reason that is known stays."""
    if now.role < before.role:
        return now
    return before


def locked(who: Person) -> Person:
    """The same where nobody may write anything: not even their refusals."""
    return replace(who, only_looks="")


def standing(access: Access, actor: str, *, readonly: bool = False) -> tuple[bool, Person]:
    """(whether nothing is done from here, who acts). `readonly`: it was started so."""
    me = person(access, actor)
    if readonly or access.readonly:
        return True, locked(me)
    return bool(me.only_looks), me


def hint(who: Person) -> str:
    """What somebody can do who may only look; empty: nothing is in their way."""
    if not who.only_looks:
        return ""
    return f"ask a responder to do it, or to have {who.name} made one"


# Who may run this, who may move that


def bar(names: Sequence[str], who: Person, held: Collection[str] = ()) -> str:
    """Why `who` may not touch what only `names` may; empty: they may.

    `names`: access roles, incident roles and people; one that fits is enough, and none means every
    responder. `held`: the incident roles that they have in the incident it is about.
    """
    if who.role < Role.RESPONDER:
        return who.only_looks or f"{who.name} may only look"
    if not names or any(_fits(name, who, held) for name in names):
        return ""
    return f"{who.name} may not: it takes {who_may(names)}"


def _fits(name: str, who: Person, held: Collection[str]) -> bool:
    needed = ACCESS_ROLES.get(name)
    return name == who.name or name in held or (needed is not None and who.role >= needed)


def who_may(names: Sequence[str]) -> str:
    """For people: "approver, incident-commander or mara"."""
    if not names:
        return "every responder"
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} or {last}" if others else last


def is_denial(why: str, who: Person) -> bool:
    """Whether a reason is about the person, so that somebody else may do it; such a refusal is recorded."""
    return why.startswith(f"{who.name} may ") or bool(who.only_looks and why.startswith(who.only_looks))


def held_by(roles: Mapping[str, str], actor: str) -> frozenset[str]:
    """The incident roles that somebody has; `roles`: who has which."""
    return frozenset(role for role, holder in roles.items() if holder == actor)
