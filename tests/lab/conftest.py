"""The lab's fixtures; one fleet and one Prometheus a session (and xdist worker), others on demand."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .alertmanager import Alertmanager
from .alertmanager import require as require_alertmanager
from .behaviours import honest
from .fleet import Exporter, Fleet
from .prometheus import Prometheus, Target, require
from .proxies import Behaviour, Certificate, Proxy, self_signed

OwnPrometheus = Callable[..., Prometheus]
OwnExporter = Callable[[str], Exporter]
MakeProxy = Callable[..., Proxy]


@pytest.fixture(scope="session")
def needs_prometheus() -> None:
    require()


@pytest.fixture(scope="session")
def session_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture
def fleet(session_fleet: Fleet) -> Iterator[Fleet]:
    """The session's fleet, whole again after the test; Prometheus remembers what it saw."""
    yield session_fleet
    session_fleet.reset()


@pytest.fixture
def own_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet for one test, to be given a past of its own."""
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture(scope="session")
def prometheus(
    needs_prometheus: None, session_fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """The session's server over the fleet, with 15 minutes of healthy past; leave it as it is."""
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), session_fleet.targets)
    server.backfill(session_fleet.history(seconds=900, step=15))
    with server as running:
        running.wait_scraped()
        yield running


@pytest.fixture
def own_prometheus(
    needs_prometheus: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnPrometheus]:
    """`own_prometheus(targets, past=, rules=, prefix=, external_url=, flags=)`: ready, for one test."""
    with ExitStack() as running:

        def start(targets: Sequence[Target] = (), *, past: str = "", **options: Any) -> Prometheus:
            own = Prometheus(tmp_path_factory.mktemp("own"), targets, **options)
            if past:
                own.backfill(past)
            return running.enter_context(own)

        yield start


@pytest.fixture
def own_exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnExporter]:
    """`own_exporter("apps")`: a process of its own, to be stopped, paused or given a past."""
    with ExitStack() as running:
        yield lambda role: running.enter_context(Exporter(role, tmp_path_factory.mktemp(role)))


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Alertmanager]:
    """An Alertmanager for one test."""
    require_alertmanager()
    with Alertmanager(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def make_proxy() -> Iterator[MakeProxy]:
    """`make_proxy(upstream, behaviour=honest, certificate=None)`: a running proxy, stopped after the test."""
    with ExitStack() as running:

        def make(
            upstream: str, behaviour: Behaviour = honest, *, certificate: Certificate | None = None
        ) -> Proxy:
            return running.enter_context(Proxy(upstream, behaviour, certificate=certificate))

        yield make
