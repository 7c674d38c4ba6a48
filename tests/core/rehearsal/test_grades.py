"""Grades are earned for one digest, by what was really done, in whatever order it is told."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence, parts
from cockpit.core.rehearsal.grades import BookGrades, Grade, Graded, graded, people_of
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.runbook.actions import Decide, Option
from cockpit.core.runbook.model import Runbook, Step
from cockpit.core.state import Record
from cockpit.core.update import initial
from tests.core.runbook.played import book, step

BOOK = book(
    step("freeze", digest="f1"),
    Step("way", "Which way", Decide((Option("left"), Option("right"))), digest="w1"),
    step("promote", digest="p1", rollback=None),
)
MODEL = Model(books={"book": BOOK})


def done(part: str = "freeze", digest: str = "f1", **more: object) -> Evidence:
    given = {"at": 10.0, "by": "aiko", "mode": "sandbox", "seconds": 4.0, **more}
    return Evidence("book", part, digest, **given)  # type: ignore[arg-type]


def of(*evidence: Evidence, model: Model = MODEL) -> BookGrades:
    return graded(model, evidence)["book"]


def test_a_runbook_has_its_steps_its_branches_and_its_undo_as_parts() -> None:
    assert [(one.id, one.kind) for one in parts(BOOK)] == [
        ("freeze", "step"),
        ("undo:freeze", "undo"),
        ("way", "step"),
        ("way=left", "branch"),
        ("way=right", "branch"),
        ("promote", "step"),
    ]


def test_what_nobody_has_done_is_never_done() -> None:
    found = of()
    assert (found.grade, found.undo, found.stale, found.is_rehearsed) == (
        Grade.NEVER,
        Grade.NEVER,
        False,
        False,
    )
    assert found.parts == tuple(Graded(part) for part in parts(BOOK))
    assert people_of(found) == ()


def test_a_simulation_walks_and_the_real_argv_proves() -> None:
    walked, proven = done(mode="simulated", at=20.0), done()
    assert of(walked).of("freeze") == Graded(parts(BOOK)[0], Grade.WALKED, walked)
    assert of(walked, proven).of("freeze") == Graded(parts(BOOK)[0], Grade.PROVEN, proven, took=(4.0,))
    assert of(replace(proven, mode="live")).of("freeze").grade is Grade.PROVEN  # type: ignore[union-attr]


def test_a_step_that_has_changed_starts_over() -> None:
    found = of(done(digest="f0")).of("freeze")
    assert found == Graded(parts(BOOK)[0], Grade.NEVER, stale=True)


def test_a_failure_gives_nothing_and_a_later_real_one_is_said() -> None:
    proven, failed = done(), done(at=30.0, result="failed")
    assert of(failed).of("freeze") == Graded(parts(BOOK)[0], failed=failed)
    assert of(proven, failed).of("freeze") == Graded(
        parts(BOOK)[0], Grade.PROVEN, proven, took=(4.0,), failed=failed
    )
    assert of(failed, done(at=40.0)).of("freeze").failed is None  # type: ignore[union-attr]
    assert of(proven, replace(failed, mode="simulated")).of("freeze").failed is None  # type: ignore[union-attr]


def test_the_whole_is_as_good_as_its_least_step() -> None:
    every = [done(one.id, one.digest) for one in parts(BOOK) if one.kind == "step"]
    assert of(*every).grade is Grade.PROVEN
    assert of(*every[:2], replace(every[2], mode="simulated")).grade is Grade.WALKED
    assert of(*every).undo is Grade.NEVER
    assert of(*every, done("undo:freeze", "f1")).undo is Grade.PROVEN
    assert of(*every[:1]).is_rehearsed


def test_who_has_done_it_is_who_did_it_for_real() -> None:
    found = of(done(), done(by="mara", at=20.0, mode="live"), done(by="ci", mode="simulated"), done(by=""))
    assert people_of(found) == ("mara", "aiko")
    assert found.rehearsed_by == {"ci": 10.0}
    changed = of(done(digest="f0"))
    assert people_of(changed) == ("aiko",)


def test_what_lies_in_two_files_was_done_once() -> None:
    assert of(done(), done(), done(scenario="release")).of("freeze").took == (4.0,)  # type: ignore[union-attr]


def test_the_record_counts_as_the_files_do_and_asking_again_is_free() -> None:
    model = replace(MODEL, evidence=(done(mode="simulated"),))
    state = initial(model, "live")
    state = replace(state, record=Record(evidence=(done(mode="live"),)))
    assert grades_of(state)["book"].of("freeze").grade is Grade.PROVEN  # type: ignore[union-attr]
    assert grades_of(replace(state, readonly=True)) is grades_of(state)


EVIDENCE = st.builds(
    Evidence,
    st.just("book"),
    st.sampled_from([one.id for one in parts(BOOK)]),
    st.sampled_from(["f1", "w1", "p1", "old"]),
    st.floats(0, 5).map(round).map(float),
    st.sampled_from(["aiko", "mara", ""]),
    st.sampled_from(["simulated", "sandbox", "live"]),
    st.sampled_from(["succeeded", "failed", "unknown"]),
    st.sampled_from(["", "release"]),
    st.sampled_from([None, 1.0, 2.0]),
)
MANY = st.lists(EVIDENCE, max_size=12)


@settings(max_examples=50, deadline=None)
@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(told: list[Evidence], chance: object) -> None:
    turned = list(told)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert of(*turned) == of(*told)


@settings(max_examples=50, deadline=None)
@given(MANY, MANY)
def test_what_is_settled_counts_as_if_all_were_graded_anew(
    files: list[Evidence], here: list[Evidence]
) -> None:
    state = initial(replace(MODEL, evidence=tuple(files)), "live")
    for most in range(len(here) + 1):
        state = replace(state, record=Record(evidence=tuple(here[:most])))
        assert grades_of(state) == graded(MODEL, [*files, *here[:most]])


@settings(max_examples=50, deadline=None)
@given(MANY)
def test_a_changed_digest_voids_every_grade(told: list[Evidence]) -> None:
    steps = tuple(replace(one, digest=f"{one.digest}x") for one in BOOK.steps)
    changed = of(*told, model=Model(books={"book": replace(BOOK, steps=steps)}))
    assert all(one.grade is Grade.NEVER and not one.took and one.failed is None for one in changed.parts)
    assert people_of(changed) == people_of(of(*told))


@settings(max_examples=50, deadline=None)
@given(MANY)
def test_what_is_simulated_never_proves(told: list[Evidence]) -> None:
    played = of(*(replace(one, mode="simulated") for one in told))
    assert all(one.grade < Grade.PROVEN and not one.took for one in played.parts)
    assert people_of(played) == ()


def test_a_runbook_without_steps_is_never_done() -> None:
    assert graded(Model(books={"none": Runbook("none", "None", ())}), ())["none"].grade is Grade.NEVER
