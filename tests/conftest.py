"""What all tests share."""

import compileall
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .lab.cluster import require as require_postgres
from .lab.database import Database
from .lab.postgres import Postgres

OwnPostgres = Callable[..., Postgres]

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The session's server (one an xdist worker), with everybody's roles in it; leave it running."""
    require_postgres()
    with Postgres() as running:
        yield running


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """An empty database for one test in the session's server, and people of its own."""
    fresh = Database(postgres, f"test_{secrets.token_hex(6)}")
    postgres.create_database(fresh.name)
    yield fresh
    fresh.drop()


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """`own_postgres(max_connections=, listen=, certificate=, settings=)`: ready, for one test to kill."""
    require_postgres()
    with ExitStack() as running:
        yield lambda **options: running.enter_context(Postgres(**options))
