"""Values in a URL lead nowhere else than its author meant."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.runbook.render import as_written
from cockpit.core.runbook.substitute import SubstitutionError
from cockpit.core.runbook.urls import url_filled

from .test_substitute import PAYLOADS

anything = st.one_of(
    st.sampled_from([*PAYLOADS, "..", ".", "/", "../..", "?a=b", "#", "@evil", "%2e%2e", ":80", "//evil"]),
    st.text(max_size=12),
)


def put(url: str, value: object) -> str:
    return url_filled(url, {"params": {"x": value}})


@given(anything)
def test_a_value_stays_one_segment_or_one_argument(value: str) -> None:
    url = "https://shop.example:8443/a/${params.x}/b?q=${params.x}&z=1#${params.x}"
    try:
        parts = urlsplit(put(url, value))
    except SubstitutionError:
        assert value in ("", ".", "..") or any("\ud800" <= each <= "\udfff" for each in value)
        return
    assert (parts.scheme, parts.netloc) == ("https", "shop.example:8443")
    before, segment, after = parts.path[1:].split("/")
    assert (before, unquote(segment), after) == ("a", value, "b")
    first, last = parts.query.split("&")
    assert (unquote(first), last, unquote(parts.fragment)) == (f"q={value}", "z=1", value)


@given(anything)
def test_a_value_in_the_host_is_a_host(value: str) -> None:
    for url in ("http://${params.x}/do", "http://eu.${params.x}", "http://host:${params.x}/do"):
        try:
            address = put(url, value)
        except SubstitutionError:
            continue
        assert address == url.replace("${params.x}", value)
        assert not set("/?#@\\% ") & set(value)


@pytest.mark.parametrize("value", ["", ".", "..", "a/b"])
@pytest.mark.parametrize("url", ["http://h/${params.x}", "http://h/${params.x}/b", "http://h/.${params.x}/b"])
def test_no_value_changes_the_path(url: str, value: str) -> None:
    try:
        address = put(url, value)
    except SubstitutionError:
        return
    kept = [each for each in address.split("/") if each not in (".", "..", "")]
    assert len(kept) == len(url.split("/")) - 1


def test_what_the_url_begins_with_is_the_authors_choice() -> None:
    assert put("${params.x}", "https://h:1/a?b=c") == "https://h:1/a?b=c"
    assert put("${params.x}/off", "http://h/api") == "http://h/api/off"
    assert put("${params.x}://h/off", "http") == "http://h/off"
    assert put("${params.x}/flags/${params.x}", "a/b") == "a/b/flags/a%2Fb"


def test_user_and_password_are_values_too() -> None:
    assert put("https://${params.x}:${params.x}@h/", "a@evil/") == "https://a%40evil%2F:a%40evil%2F@h/"


def test_numbers_and_the_text_itself() -> None:
    assert put("http://127.0.0.1:${params.x}/a", 8080.0) == "http://127.0.0.1:8080/a"
    assert put("http://h/a$${b}?n=${params.x}", True) == "http://h/a${b}?n=true"
    assert url_filled("http://[${params.x}]:80/", {"params": {"x": "::1"}}) == "http://[::1]:80/"


def test_what_is_missing_is_an_error_and_in_a_plan_as_it_is_written() -> None:
    url = "http://${captures.h}/a/${captures.p}?q=${captures.q}"
    for text in (url, "http://h/${params.x", "http://h/${}"):
        with pytest.raises(SubstitutionError):
            url_filled(text, {"params": {}})
    assert url_filled(url, as_written({})) == url
