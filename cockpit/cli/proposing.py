"""A proposal for a command: asked of the Prometheus that is named, where nothing is configured."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from cockpit.errors import SourceError, UsageError

if TYPE_CHECKING:
    from cockpit.cli.settings import Settings
    from cockpit.config import Loaded
    from cockpit.config.proposal import Proposal
    from cockpit.core.model import Model

T = TypeVar("T")

_LABEL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
LOGIN: Final = (
    "name its credentials in a file as promtool reads it, and write a configuration: "
    "cockpit init --prometheus URL --http-config FILE"
)


def nothing_configured(settings: Settings) -> bool:
    """Whether there is no configuration that `--prometheus` could be about."""
    from cockpit.config import files

    try:
        files.find(settings.config, os.environ)
    except UsageError:
        return True
    return False


def loaded(settings: Settings) -> Loaded:
    """Raises CockpitError when the server cannot be asked, or knows of nothing."""
    from cockpit.config import proposal

    return proposal.loaded(proposed(settings.prometheus))


def is_proposed(model: Model) -> bool:
    from cockpit.config.proposal.loading import NOT_KEPT

    return model.origin.path == NOT_KEPT


def kept_by(model: Model) -> str:
    """That it is only proposed, and which command writes it down; a sentence for a person."""
    from cockpit.text import plural

    url = model.prometheus[0].url
    services = plural(len(model.services), "service")
    return (
        f"nothing is configured: {services} as {url} knows them; `cockpit init --prometheus {url}` keeps it"
    )


def mention(model: Model) -> None:
    """On stderr, so that what a command prints stays what it is."""
    from cockpit.text import clean

    if is_proposed(model) and sys.stderr is not None:
        sys.stderr.write(f"cockpit: {clean(kept_by(model))}\n")


def proposed(url: str, label: str = "", http_config: Mapping[str, object] | None = None) -> Proposal:
    """What it knows as a configuration; `label` tells services apart instead of the one that does it best."""
    from cockpit.adapters.prometheus_known import known
    from cockpit.config import proposal
    from cockpit.config.convert.secrets import followed
    from cockpit.core.http_config import check_url
    from cockpit.core.model import MetricServer

    if complaint := check_url(url):
        hint = LOGIN if "a password" in complaint.message else complaint.hint
        raise UsageError(f"--prometheus: {complaint.message}", hint)
    if label and not _LABEL.fullmatch(label):
        raise UsageError(
            f"--label: '{label}' is no label", "use letters, digits and _ only, and no digit first"
        )
    config = followed(http_config or {}, os.environ)
    server = MetricServer("prometheus", url.rstrip("/"), http_config=config)
    try:
        facts = _in_a_loop_of_its_own(known(server, proposal.key_questions, label))
    except SourceError as error:
        raise SourceError(
            f"Prometheus {url}: {error.message}", _what_to_do(error, url, http_config)
        ) from error
    made = replace(proposal.propose(facts, label), connection=http_config or {})
    _not_empty(made, url, label)
    return made


def _what_to_do(error: SourceError, url: str, http_config: Mapping[str, object] | None) -> str:
    """For who has nothing but an address, perhaps that of a page in the browser."""
    if "(401)" in error.message and not http_config:
        return LOGIN
    parts = urlsplit(url)
    if "(404)" in error.message and parts.path.strip("/"):
        return f"try {parts.scheme}://{parts.netloc}, or is the prefix another?"
    return error.hint


def _not_empty(made: Proposal, url: str, label: str) -> None:
    if label and made.choice is not None and not made.choice.count:
        from cockpit.config.proposal.labels import told_others

        others = told_others(made.choice)
        hint = f"there are {others}" if others else "leave --label out"
        raise UsageError(f"--label: no series at {url} that tell of services carry '{label}'", hint)
    if not made.services:
        hint = "does it scrape anything yet? `cockpit demo` needs nothing"
        raise SourceError(f"Prometheus {url} answers, and knows of nothing that could be a service", hint)


def _in_a_loop_of_its_own(asking: Coroutine[Any, Any, T]) -> T:
    """Commands load their configuration before and within a loop; a loop inside another cannot be."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(asyncio.run(asking))
        except BaseException as error:
            done.set_exception(error)

    with _interruptible():
        # Nobody waits for it at exit: an interrupt is an interrupt.
        threading.Thread(target=run, name="cockpit-proposal", daemon=True).start()
        return done.result()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Within a loop Ctrl-C only cancels a task, and one that waits here never hears of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
