"""The configuration that a command works on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.model import Model
    from cockpit.engine import Engine


def load(settings: Settings) -> Loaded:
    """Raises ConfigError or UsageError."""
    from cockpit import config

    if settings.demo and settings.config is None:
        return config.load(config.shop())
    if settings.prometheus:
        from cockpit.cli import proposing

        if proposing.nothing_configured(settings):
            return proposing.loaded(settings)
    loaded = config.load(settings.config)
    _check_prometheus(settings, loaded.model)
    return replace(loaded, model=adapted(settings, loaded.model))


def live(settings: Settings, *, readonly: bool, actor: str = "") -> Engine:
    """With an `actor`, decisions are put on record; without one nothing is."""
    from cockpit import wiring

    loaded = load(settings)
    if settings.prometheus and not actor:
        from cockpit.cli import proposing

        proposing.mention(loaded.model)
    return wiring.live(loaded, readonly=readonly, actor=actor, adapted=lambda model: adapted(settings, model))


def adapted(settings: Settings, model: Model) -> Model:
    """What `--prometheus` makes of a model: its one server is asked elsewhere."""
    if not settings.prometheus or len(model.prometheus) > 1:
        return model
    from cockpit.core.model import MetricServer

    server = next(iter(model.prometheus), MetricServer("prometheus", ""))
    return replace(model, prometheus=(replace(server, url=settings.prometheus),))


def _check_prometheus(settings: Settings, model: Model) -> None:
    if not settings.prometheus:
        return
    from cockpit.core.http_config import check_url

    if complaint := check_url(settings.prometheus):
        raise UsageError(f"--prometheus: {complaint.message}", complaint.hint)
    if len(model.prometheus) > 1:
        names = ", ".join(server.name for server in model.prometheus)
        raise UsageError(f"--prometheus can stand for one server, and the configuration has more: {names}")
