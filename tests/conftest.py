"""What all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# No timing is asserted anywhere: the machine that runs this may be busy with something else.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("evening") is None)
