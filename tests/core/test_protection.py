"""What is protected is typed before it changes; what destroys there needs a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.access import Access
from cockpit.core.model import FlagStore, KillSwitch, Model, Target
from cockpit.core.protection import guarded, is_protected
from cockpit.core.runbook.actions import Command, FlagSet
from cockpit.core.runbook.model import Approval, Confirm, Reach, Rollback, Runbook, Step
from cockpit.core.switches import phrase_of

MODEL = Model(
    targets=(Target("prod", protected=True), Target("staging"), Target("play", sandbox=True)),
    flags=(FlagStore("own", "webhook", environments=("dev", "production"), protected=("production",)),),
)
ALL = replace(MODEL, access=Access(protected=True))
UNDO = Rollback(Command(("undo",)))
KEY, TYPED = Confirm("key"), Confirm("type", "s")


def step(reach: Reach = Reach.WRITE, **more: object) -> Step:
    given: dict[str, object] = {"confirm": KEY, "rollback": UNDO, **more}
    return Step("s", "S", Command(("do",)), reach, **given)  # type: ignore[arg-type]


def asked(model: Model, one: Step, target: str = "", chosen: str = "") -> Step:
    """As it comes out of a runbook for `target` that is run on `chosen`."""
    found = guarded(model, Runbook("r", "R", (one,), target=target, finally_=(one,)), chosen)
    assert found.finally_ == found.steps
    assert guarded(model, found, chosen) == found
    return found.steps[0]


@pytest.mark.parametrize(
    ("model", "name", "protected"),
    [
        (MODEL, "prod", True),
        (MODEL, "staging", False),
        (MODEL, "", False),
        (MODEL, "unheard of", False),
        (ALL, "prod", True),
        (ALL, "staging", True),
        (ALL, "play", False),
        (ALL, "", True),
        (ALL, "unheard of", True),
    ],
)
def test_what_is_protected(model: Model, name: str, protected: bool) -> None:
    assert is_protected(model, name) is protected


@pytest.mark.parametrize(
    ("declared", "chosen", "own", "typed"),
    [
        ("staging", "", "", False),
        ("prod", "", "", True),
        ("staging", "prod", "", True),
        ("prod", "staging", "", False),
        ("staging", "staging", "prod", True),
        ("prod", "prod", "staging", False),
        ("", "", "", False),
        ("", "prod", "", True),
    ],
)
def test_the_target_that_a_step_acts_on_counts(declared: str, chosen: str, own: str, typed: bool) -> None:
    found = asked(MODEL, step(target=own), declared, chosen)
    assert found.confirm == (TYPED if typed else KEY)
    assert found.rollback == UNDO, "the way back asks as it is written"


@pytest.mark.parametrize("said", [Confirm("none"), KEY, TYPED])
def test_every_write_is_typed_there_whatever_is_said(said: Confirm) -> None:
    assert asked(MODEL, step(confirm=said), "prod").confirm == TYPED
    back = Rollback(Command(("undo",)), confirm=said)
    assert asked(MODEL, step(rollback=back), "prod").rollback == back


def test_a_phrase_of_its_own_stays() -> None:
    own = Confirm("type", "wipe it")
    found = asked(MODEL, step(confirm=own, rollback=replace(UNDO, confirm=own)), "prod")
    assert (found.confirm, found.rollback) == (own, replace(UNDO, confirm=own))


def test_what_only_looks_asks_nothing() -> None:
    look = step(Reach.READ, confirm=Confirm("none"), rollback=None)
    assert asked(ALL, look, "prod") == look


@pytest.mark.parametrize(
    ("reach", "said", "approval"),
    [
        (Reach.WRITE, None, None),
        (Reach.DESTRUCTIVE, None, Approval()),
        (Reach.DESTRUCTIVE, Approval(min=0), Approval(min=1)),
        (Reach.DESTRUCTIVE, Approval(2, ("ann",)), Approval(2, ("ann",))),
    ],
)
def test_what_destroys_needs_a_second_person(
    reach: Reach, said: Approval | None, approval: Approval | None
) -> None:
    assert asked(MODEL, step(reach, approval=said), "prod").approval == approval
    assert asked(MODEL, step(reach, approval=said), "staging").approval == said


@pytest.mark.parametrize(
    ("model", "key", "env", "confirm"),
    [
        (MODEL, "off", "production", Confirm("type", "off@production")),
        (MODEL, "off", "dev", KEY),
        (MODEL, "off", "", KEY),
        (MODEL, "off", "${params.env}", Confirm("type", "s")),
        (ALL, "off", "dev", Confirm("type", "off@dev")),
    ],
)
@pytest.mark.parametrize("provider", ["own", ""])
def test_a_flag_of_a_protected_environment_is_named_with_it(
    model: Model, key: str, env: str, confirm: Confirm, provider: str
) -> None:
    flag = FlagSet(key, True, provider, env)
    found = asked(model, replace(step(), action=flag, rollback=Rollback(flag)), "play")
    assert found.confirm == confirm
    assert found.rollback == Rollback(flag)


def test_so_is_a_switch() -> None:
    switch = KillSwitch("off", "own")
    assert phrase_of(MODEL, switch, "production") == "off@production"
    assert phrase_of(MODEL, switch, "dev") == ""
    assert phrase_of(ALL, switch, "dev") == "off@dev"
    assert phrase_of(MODEL, replace(switch, confirm="type"), "dev") == "off@dev"


HOW_MUCH = ("none", "key", "type")


@given(
    st.sampled_from(Reach),
    st.sampled_from([Confirm("none"), KEY, TYPED, Confirm("type", "own")]),
    st.sampled_from(["", "prod", "staging", "play"]),
    st.sampled_from(["", "prod", "staging"]),
)
def test_protecting_more_never_asks_for_less(reach: Reach, said: Confirm, target: str, chosen: str) -> None:
    one = step(reach, confirm=said)
    loose = asked(replace(MODEL, targets=(Target("prod"), *MODEL.targets[1:])), one, target, chosen)
    for model in (MODEL, ALL):
        strict = asked(model, one, target, chosen)
        assert HOW_MUCH.index(strict.confirm.how) >= HOW_MUCH.index(loose.confirm.how)
        assert strict.approval is not None or loose.approval is None
