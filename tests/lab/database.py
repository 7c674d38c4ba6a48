"""What one test has of a shared PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .cluster import Person
from .postgres import Postgres
from .psql import Psql


@dataclass(frozen=True)
class Database:
    """A database for one test, with people who are nobody else's."""

    server: Postgres
    name: str
    people: list[Person] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.server.dsn(self.name)

    def add_person(
        self, name: str, roles: Sequence[str] = (), *, password: str | None = None, may: str = ""
    ) -> Person:
        """As `Postgres.add_person`; the name is unique, as roles are the whole cluster's."""
        unique = f"{name}_{self.name}"
        person = self.server.add_person(unique, roles, password=password, may=may)
        self.people.append(person)
        return person

    def environ(self, person: Person) -> dict[str, str]:
        return self.server.environ(person)

    def psql(self, person: Person | None = None) -> Psql:
        return self.server.psql(person, database=self.name)

    def sql(self, text: str, person: Person | None = None) -> list[tuple[str, ...]]:
        return self.server.sql(text, person, database=self.name)

    def refused(self, text: str, person: Person | None = None) -> str:
        return self.server.refused(text, person, database=self.name)

    def drop(self) -> None:
        """The database first: people who own something in it could not go."""
        self.server.drop_database(self.name)
        for person in self.people:
            self.server.remove_person(person)
