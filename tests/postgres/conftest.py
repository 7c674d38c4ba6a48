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


@pytest.fixture(scope="session")
def record_as_founded(postgres: Postgres) -> Iterator[str]:
    """The name of a database with an empty record, to be copied: quicker than to found each."""
    fresh = Database(postgres, f"founded_{secrets.token_hex(6)}")
    postgres.create_database(fresh.name)
    found(fresh)
    yield fresh.name
    fresh.drop()


@pytest.fixture
def founded(postgres: Postgres, record_as_founded: str) -> Iterator[Database]:
    """As `database`, with an empty record in it."""
    fresh = Database(postgres, f"test_{secrets.token_hex(6)}")
    postgres.create_database(fresh.name, template=record_as_founded)
    yield fresh
    fresh.drop()
