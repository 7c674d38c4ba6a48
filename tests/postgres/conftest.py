"""A record that a module of tests shares, where founding one for each would only take time."""

import secrets
from collections.abc import Iterator

import pytest

from tests.lab.database import Database
from tests.lab.postgres import Postgres

from .people import found


@pytest.fixture(scope="module")
def shared_database(postgres: Postgres) -> Iterator[Database]:
    """With a record in it; each test brings people and runs of its own."""
    fresh = Database(postgres, f"test_{secrets.token_hex(6)}")
    postgres.create_database(fresh.name)
    found(fresh)
    yield fresh
    fresh.drop()


@pytest.fixture
def founded(database: Database) -> Database:
    """With an empty record in it."""
    found(database)
    return database
