"""Each behaviour of a proxy does to a real client what its name says."""

import json
import ssl
from collections.abc import Iterator

import httpx
import pytest

from .behaviours import (
    MEGABYTE,
    ahead,
    cut_off,
    drip,
    gzip_bomb,
    hang,
    honest,
    huge,
    login_page,
    needs_basic,
    needs_bearer,
    redirect,
    skewed,
    truncated,
    unavailable,
    with_warnings,
    wrong_prefix,
)
from .conftest import MakeProxy
from .prometheus import Prometheus
from .proxies import Behaviour, Certificate, Proxy

pytestmark = pytest.mark.lab

FIXED = {"query": "vector(1)", "time": "1"}
"""Always the same answer."""
NOWHERE = "http://127.0.0.1:1"
"""For behaviours that never ask their upstream."""


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client


def ask(client: httpx.Client, at: Proxy | Prometheus, form: dict[str, str] = FIXED) -> httpx.Response:
    return client.post(f"{at.url}/api/v1/query", data=form)


def value(response: httpx.Response) -> float:
    data = response.json()["data"]
    return float(data["result"][1] if data["resultType"] == "scalar" else data["result"][0]["value"][1])


@pytest.mark.parametrize("behaviour", [honest, drip(every=0.001)])
def test_the_answer_is_the_real_one(
    behaviour: Behaviour, make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url, behaviour)
    response = ask(client, proxy)
    assert response.content == ask(client, prometheus).content
    assert response.headers["content-type"] == "application/json"
    assert proxy.seen[0].form == FIXED


def test_a_dripping_body_comes_in_crumbs(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    url = make_proxy(prometheus.url, drip(every=0.002)).url
    with client.stream("GET", f"{url}/api/v1/query", params=FIXED) as response:
        assert len(list(response.iter_raw())) > 10


def test_a_hang_lasts_until_the_behaviour_changes(make_proxy: MakeProxy, prometheus: Prometheus) -> None:
    proxy = make_proxy(prometheus.url, hang)
    with httpx.Client(timeout=0.3, trust_env=False) as hasty, pytest.raises(httpx.ReadTimeout):
        ask(hasty, proxy)
    proxy.behaviour = honest
    with httpx.Client(timeout=10, trust_env=False) as client:
        assert value(ask(client, proxy)) == 1


@pytest.mark.parametrize(
    ("behaviour", "status", "header", "body"),
    [
        (login_page, 200, ("content-type", "text/html; charset=utf-8"), "Sign in"),
        (wrong_prefix, 404, ("content-type", "text/plain; charset=utf-8"), "404 page not found"),
        (unavailable(), 503, ("retry-after", None), "Service Unavailable"),
        (unavailable("7"), 503, ("retry-after", "7"), "Service Unavailable"),
        (redirect("https://sso.example/"), 302, ("location", "https://sso.example/"), ""),
        (honest, 502, ("content-type", "text/plain"), "bad gateway"),
    ],
)
def test_answers_that_are_not_prometheus(
    behaviour: Behaviour,
    status: int,
    header: tuple[str, str | None],
    body: str,
    make_proxy: MakeProxy,
    client: httpx.Client,
) -> None:
    response = ask(client, make_proxy(NOWHERE, behaviour))
    assert (response.status_code, response.headers.get(header[0])) == (status, header[1])
    assert body in response.text


def test_a_truncated_body_is_whole_http_and_half_json(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    response = ask(client, make_proxy(prometheus.url, truncated), {"query": "vector(1)"})
    assert response.status_code == 200
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError, httpx.DecodingError)):
        response.json()


def test_a_cut_off_body_is_broken_http(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url, cut_off)
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client, proxy)


def test_warnings_come_with_the_real_data(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    response = ask(client, make_proxy(prometheus.url, with_warnings("store eu-2 unreachable")))
    assert response.json()["warnings"] == ["store eu-2 unreachable"]
    assert value(response) == 1


def test_a_server_ahead_of_time_is_ahead_in_everything_it_says(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url, skewed(3600))
    ours = value(ask(client, prometheus, {"query": "time()"}))
    theirs = ask(client, proxy, {"query": "time()"})
    assert value(theirs) - ours == pytest.approx(3600, abs=60)
    assert theirs.json()["data"]["result"][0] == pytest.approx(value(theirs), abs=0.01)
    age = {"query": 'time() - timestamp(up{job="infrastructure"})'}
    assert value(ask(client, proxy, age)) == pytest.approx(0, abs=60)
    assert value(ask(client, proxy, {"query": "time()", "time": "5000"})) == 5000


@pytest.mark.parametrize(
    ("query", "shifted"),
    [
        ("up", "up"),
        ("time()", "(time() + 60)"),
        ("max(timestamp(up)) - 1", "max((timestamp(up) + 60)) - 1"),
        ("my:time(x)", "my:time(x)"),
        ("timestamp(sum(time()))", "(timestamp(sum((time() + 60))) + 60)"),
    ],
)
def test_promql_is_shifted_where_it_speaks_of_time(query: str, shifted: str) -> None:
    assert ahead(query, 60) == shifted


def test_a_huge_body_is_only_sent_while_somebody_reads(make_proxy: MakeProxy, client: httpx.Client) -> None:
    proxy = make_proxy(NOWHERE, huge(100))
    with client.stream("GET", proxy.url) as response:
        assert int(response.headers["content-length"]) > 100 * MEGABYTE
        next(response.iter_raw())
    proxy.stop()
    assert proxy.sent < 100 * MEGABYTE


def test_a_gzip_bomb_is_small_on_the_wire_only(make_proxy: MakeProxy, client: httpx.Client) -> None:
    response = client.get(make_proxy(NOWHERE, gzip_bomb(8)).url)
    assert int(response.headers["content-length"]) < MEGABYTE / 16
    assert len(response.content) > 8 * MEGABYTE
    assert response.json()["status"] == "success"


@pytest.mark.parametrize(
    ("behaviour", "sent"),
    [
        (needs_basic("ops", "s3cret"), "Basic b3BzOnMzY3JldA=="),
        (needs_bearer("t0ken"), "Bearer t0ken"),
    ],
)
def test_only_the_right_credentials_get_through(
    behaviour: Behaviour, sent: str, make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url, behaviour)
    assert ask(client, proxy).status_code == 401
    client.headers["Authorization"] = sent
    assert value(ask(client, proxy)) == 1
    assert [asked.headers.get("authorization") for asked in proxy.seen] == [None, sent]


def test_a_self_signed_server_is_believed_only_with_its_certificate(
    make_proxy: MakeProxy, prometheus: Prometheus, certificate: Certificate, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url, certificate=certificate)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(client, proxy)
    trusting = ssl.create_default_context(cafile=certificate.file)
    with httpx.Client(verify=trusting, trust_env=False) as insider:
        assert value(ask(insider, proxy)) == 1


def test_a_stopped_proxy_hangs_up_and_refuses(
    make_proxy: MakeProxy, prometheus: Prometheus, client: httpx.Client
) -> None:
    proxy = make_proxy(prometheus.url)
    assert value(ask(client, proxy)) == 1
    proxy.stop()
    with pytest.raises(httpx.TransportError):
        ask(client, proxy)
