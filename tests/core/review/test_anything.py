"""Whatever somebody else put into the record, a review of it ends, and knows no time that cannot be."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.incident.milestones import NEEDED
from cockpit.core.journal import Fact
from cockpit.core.review.reviewing import review
from cockpit.views import review as view

from .made_up import RULES, T, declared, gathered

KINDS = sorted(
    {*NEEDED, "run.held", "run.started", "incident.declared", "incident.update_settled", "drill.finished"}
)
NAMES = (
    "level", "name", "op_id", "outcome", "kind", "who", "phase", "on", "service", "times", "runs",
    "wrong_turns", "evidence", "began_at", "severity", "node", "mode", "key", "passed", "rollback",
)  # fmt: skip
WORDS = st.sampled_from(["DOWN", "OK", "UNKNOWN", "restore", "kill", "APPLIED", "accepted", "u1", "\x1b[2J"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
FACTS = st.builds(
    Fact,
    st.sampled_from(KINDS),
    st.floats(T - 1000, T + 5000),
    st.just("eve"),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    st.sampled_from(["", "INC-1", "INC-2"]),
    st.sampled_from(["", "R-1"]),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(FACTS, max_size=12))
def test_a_review_of_anything_ends(facts: list[Fact]) -> None:
    found = review(gathered(declared(), facts), gathered(facts), RULES, T - 1e4, T + 1e4)
    json.dumps(view.document(found), allow_nan=False)
    for each in (*view.text(found), *view.markdown(found)):
        assert "\x1b" not in each
    known = [seconds for each in found.looked for seconds in each.times.values() if seconds is not None]
    assert all(seconds >= 0 for seconds in known)
