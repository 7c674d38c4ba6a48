"""Results as JUnit XML: a case for each expectation, and nothing in a text can leave its place."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.views.export.junit import Case, junit

HOSTILE = 'a"b<c>&d]]>\x1b[2J\x00￾'


def test_what_passed_failed_and_was_left_out_is_counted() -> None:
    cases = [
        Case("mine", "shop detected within 1 min", "passed", 30.04),
        Case("mine", "shop recovered", "failed", why="it is DOWN in the end"),
        Case("yours", "promote", "skipped", why="not now"),
    ]
    assert junit(cases) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites tests="3" failures="1" errors="0" skipped="1">\n'
        '  <testsuite name="mine" tests="2" failures="1" errors="0" skipped="0">\n'
        '    <testcase classname="drill.mine" name="shop detected within 1 min" time="30.0"/>\n'
        '    <testcase classname="drill.mine" name="shop recovered" time="0.0">\n'
        '      <failure message="it is DOWN in the end"/>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        '  <testsuite name="yours" tests="1" failures="0" errors="0" skipped="1">\n'
        '    <testcase classname="drill.yours" name="promote" time="0.0">\n'
        '      <skipped message="not now"/>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_nothing_to_tell_is_a_document_too() -> None:
    assert ElementTree.fromstring(junit([])).attrib["tests"] == "0"


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_any_text_stays_in_its_place(text: str) -> None:
    found = ElementTree.fromstring(
        junit([Case(text, text, "failed", why=text), Case("b", HOSTILE, "passed")])
    )
    assert [each.tag for each in found.iter()].count("testcase") == 2
    assert [each.tag for each in found.iter()].count("failure") == 1
