"""What all tests share."""

import compileall
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No timing is asserted anywhere: the machine that runs this may be busy with something else.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Once: a thousand tests start the program, and none of them shall compile it anew."""
    if not hasattr(session.config, "workerinput"):
        package = Path(__file__).parents[1] / "cockpit"
        compileall.compile_dir(package, quiet=2, workers=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("evening") is None)
