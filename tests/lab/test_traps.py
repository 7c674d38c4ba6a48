"""Every trap on the way to a metrics server has a test. Those that are not here stand in:

| trap | test |
|---|---|
| rates of a frozen exporter stay plausible | test_blindness: stopped exporter, collector, repeating one |
| 0 divided by 0 | test_blindness: nothing divided by nothing |
| series that are gone | test_blindness: unknown, and bad only where that is declared |
| partial answers (`warnings`) | test_blindness: partial answers may worsen and never improve |
| dripping, hanging, huge, packed to burst | test_trouble: every trouble is told in its words |
| sign-in page, wrong prefix, cut off, truncated | the same |
| killed, paused, replaying its log | test_trouble: a server that is paused, killed and replays its WAL |
| two servers, one of them gone | test_two_sources |
| nonsense in an envelope, broken packing, Retry-After | adapters/test_prometheus_answers |
| decoding that holds the loop | bench/refresh: worst stall of the loop |
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.core.levels import Shown

from .behaviours import needs_basic, needs_bearer, skewed
from .cockpits import Part, all_are, configured, http, opened, service
from .conftest import MakeProxy
from .fleet import Fleet
from .prometheus import Prometheus
from .proxies import Behaviour, Certificate

pytestmark = pytest.mark.lab


def asking(url: str, **http_config: object) -> list[Part]:
    return [{"name": "eu", "url": url, **({"http_config": http_config} if http_config else {})}]


async def test_a_server_whose_clock_is_ahead_is_judged_by_its_own_clock_and_the_skew_is_told(
    fleet: Fleet, prometheus: Prometheus, make_proxy: MakeProxy, tmp_path: Path
) -> None:
    proxy = make_proxy(prometheus.url, skewed(3600))
    async with opened(configured(tmp_path, proxy.url, service("auth", http("auth")))) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="samples are as old as the server says")
        await cockpit.until(lambda _: cockpit.source().skew, what="a skew")
        assert cockpit.source().skew == pytest.approx(3600, abs=30)


@pytest.mark.parametrize(
    ("behaviour", "right", "wrong"),
    [
        (
            needs_basic("ops", "s3cret"),
            {"basic_auth": {"username": "ops", "password_file": "PASSWORD"}},
            {"basic_auth": {"username": "ops", "password_file": "WRONG"}},
        ),
        (
            needs_bearer("s3cret"),
            {"authorization": {"credentials_file": "PASSWORD"}},
            {"authorization": {"credentials_file": "WRONG"}},
        ),
    ],
    ids=["basic", "bearer"],
)
async def test_wrong_credentials_are_told_and_right_ones_get_through(
    behaviour: Behaviour,
    right: dict[str, dict[str, str]],
    wrong: dict[str, dict[str, str]],
    fleet: Fleet,
    prometheus: Prometheus,
    make_proxy: MakeProxy,
    tmp_path: Path,
) -> None:
    files = {"PASSWORD": tmp_path / "password", "WRONG": tmp_path / "wrong"}
    files["PASSWORD"].write_text("s3cret\n")
    files["WRONG"].write_text("guess\n")
    proxy = make_proxy(prometheus.url, behaviour)
    auth = service("auth", http("auth"))
    for given, shown in ((wrong, Shown.UNKNOWN), (right, Shown.OK)):
        config = {
            kind: {name: str(files.get(text, text)) for name, text in fields.items()}
            for kind, fields in given.items()
        }
        async with opened(configured(tmp_path, asking(proxy.url, **config), auth)) as cockpit:
            await cockpit.until(all_are(shown), what=f"{shown}")
            if shown is Shown.UNKNOWN:
                told = f"{cockpit.source().reason} {cockpit.source().hint}"
                assert "401" in told
                assert "guess" not in told


async def test_a_server_with_a_certificate_of_its_own_is_believed_only_where_it_is_known(
    fleet: Fleet,
    prometheus: Prometheus,
    make_proxy: MakeProxy,
    certificate: Certificate,
    tmp_path: Path,
) -> None:
    proxy = make_proxy(prometheus.url, certificate=certificate)
    auth = service("auth", http("auth"))
    async with opened(configured(tmp_path, asking(proxy.url), auth)) as cockpit:
        await cockpit.until(all_are(Shown.UNKNOWN), what="nobody knows this certificate")
        assert "certificate" in cockpit.source().reason.lower(), cockpit.source()
    known = asking(proxy.url, tls_config={"ca_file": str(certificate.file)})
    async with opened(configured(tmp_path, known, auth)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        assert cockpit.source().note == ""
    blind = asking(proxy.url, tls_config={"insecure_skip_verify": True})
    async with opened(configured(tmp_path, blind, auth)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well, but")
        assert "not checked" in cockpit.source().note, "a check that is off is always in sight"


async def test_it_asks_in_whole_milliseconds_for_now_and_packed(
    fleet: Fleet, prometheus: Prometheus, make_proxy: MakeProxy, tmp_path: Path
) -> None:
    """Prometheus refuses `timeout=3.0s`; VictoriaMetrics tells of half a minute ago without `nocache=1`."""
    proxy = make_proxy(prometheus.url)
    async with opened(configured(tmp_path, proxy.url, service("auth", http("auth")))) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
    queries = [asked for asked in proxy.seen if asked.path.endswith("/query")]
    assert queries
    for asked in queries:
        assert re.fullmatch(r"\d+ms", asked.form["timeout"]), asked.form
        assert asked.form["nocache"] == "1"
        assert "gzip" in asked.headers.get("accept-encoding", "")
