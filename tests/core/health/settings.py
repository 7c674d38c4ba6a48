"""How hard the properties are tried: the same examples on every machine, no time limit on a single one."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

a_few_hundred = settings(
    max_examples=int(os.environ.get("HEALTH_EXAMPLES", "300")),
    deadline=None,
    derandomize="HEALTH_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
a_hundred = settings(a_few_hundred, max_examples=100)
"""For properties that look at every picture as a whole."""


def bytes_of(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)
