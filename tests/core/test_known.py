"""How far apart samples are, told from how many there are."""

import pytest

from cockpit.core.known import scrape_interval


@pytest.mark.parametrize(
    ("in_one_minute", "in_five", "seconds"),
    [
        (60.0, 300.0, None),  # every second: the default windows do
        (4.0, 20.0, None),
        (3.0, 15.0, 20.0),
        (2.0, 10.0, 30.0),
        (1.0, 5.0, 60.0),
        (2.0, 2.0, None),  # it has only just begun
        (3.0, 4.0, None),
        (None, None, None),
        (0.5, 2.5, 120.0),
        (0.0, 1.5, 300.0),
    ],
)
def test_slow_scrapes_are_told_from_a_server_that_has_just_begun(
    in_one_minute: float | None, in_five: float | None, seconds: float | None
) -> None:
    assert scrape_interval(in_one_minute, in_five) == seconds
