"""What a silence would hide is told before it is made, and never less than it hides."""

from __future__ import annotations

import pytest

from cockpit.core.alerts import Known
from cockpit.core.silences import hidden, matchers_of


def alert(**labels: str) -> Known:
    return Known("Slow", "firing", {"alertname": "Slow", **labels}, {}, None, (), "key")


def test_a_label_whose_name_is_an_operator_becomes_no_matcher() -> None:
    hostile = alert(**{"x!": "v", "x=~": ".*", 'y="z",job': "v", "job": 'a"b\\', "é": "v"})
    assert matchers_of(hostile) == ('alertname="Slow"', 'job="a\\"b\\\\"')
    assert hidden(matchers_of(hostile), [hostile]) == (hostile,)


@pytest.mark.parametrize("wanted", [r"port!~\d+", r"port=~\D+", r"port=~\d+", r"port!~\D+"])
def test_where_expressions_differ_the_alert_counts_as_hidden(wanted: str) -> None:
    assert hidden([wanted], [alert(port="٣")]) == (alert(port="٣"),)


@pytest.mark.parametrize("wanted", ["x=~[[:alpha:]]+", "x=~[^[:digit:]]", "x=~a{,3}", "x=~(", "x=~\\Qa"])
def test_an_expression_that_means_something_else_there_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match=r"means something else|no regular expression"):
        hidden([wanted], [])


def test_an_expression_that_means_the_same_there_is_not() -> None:
    assert hidden(["x=~[:/]{1,2}"], [alert(x=":/")]) == (alert(x=":/"),)
