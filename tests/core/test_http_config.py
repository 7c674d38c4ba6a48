"""What connection settings are refused, and with which words."""

import pytest

from cockpit.core.http_config import beside, check_http_config, check_url

GOOD = [
    {},
    {"basic_auth": {"username": "u", "password_file": "/run/p"}},
    {"authorization": {"type": "Token", "credentials": "x"}},
    {"bearer_token_file": "/run/t"},
    {"tls_config": {"ca_file": "ca", "cert_file": "c", "key_file": "k", "min_version": "TLS12"}},
    {"http_headers": {"X-Scope-OrgID": {"values": ["shop"], "files": ["/run/tenant"]}}},
    {"proxy_url": "http://proxy:3128", "no_proxy": "localhost,.example"},
    {"proxy_from_environment": True, "follow_redirects": False, "enable_http2": True},
]
BAD = [
    ({"basic_aut": {}}, ("basic_aut",), "unknown key 'basic_aut'", "did you mean 'basic_auth'?"),
    (
        {"tls_config": {"ca_fil": "x"}},
        ("tls_config", "ca_fil"),
        "unknown key 'ca_fil'",
        "did you mean 'ca_file'?",
    ),
    ({"oauth2": {}}, ("oauth2",), "'oauth2' is not supported", "let a proxy"),
    ({"tls_config": {"cert": "x"}}, ("tls_config", "cert"), "'cert' is not supported", "cert_file"),
    ({"bearer_token": 7}, ("bearer_token",), "'bearer_token' is the number 7, but has to be text", "quotes"),
    ({"tls_config": "x"}, ("tls_config",), "'tls_config' is a group of settings, not text", "ca_file"),
    ({"follow_redirects": "no"}, ("follow_redirects",), "'follow_redirects' is text", ""),
    (
        {"basic_auth": {"username": "u"}, "authorization": {"credentials": "c"}},
        ("authorization",),
        "both 'basic_auth' and 'authorization' say who we are",
        "keep one",
    ),
    (
        {"bearer_token": "a", "bearer_token_file": "b"},
        ("bearer_token_file",),
        "both 'bearer_token'",
        "keep one",
    ),
    (
        {"basic_auth": {"username": "u", "password": "a", "password_file": "b"}},
        ("basic_auth", "password_file"),
        "both 'password' and 'password_file' are set",
        "keep one",
    ),
    ({"basic_auth": {"password": "a"}}, ("basic_auth",), "'basic_auth' has no username", "add username"),
    ({"authorization": {"type": "Bearer"}}, ("authorization",), "'authorization' has no credentials", "add"),
    (
        {"authorization": {"type": "basic", "credentials": "x"}},
        ("authorization", "type"),
        "'authorization' does not do Basic",
        "use basic_auth",
    ),
    ({"tls_config": {"cert_file": "c"}}, ("tls_config", "cert_file"), "of no use without 'key_file'", "add"),
    (
        {"tls_config": {"min_version": "1.2"}},
        ("tls_config", "min_version"),
        "'1.2' is no TLS version",
        "TLS12",
    ),
    (
        {"http_headers": {"Authorization": {"values": ["x"]}}},
        ("http_headers", "Authorization"),
        "cannot be set",
        "",
    ),
    ({"http_headers": {"X": "y"}}, ("http_headers", "X"), "'X' has to name its values", "values"),
    ({"http_headers": {"X": {"value": []}}}, ("http_headers", "X", "value"), "unknown key 'value'", "values"),
    ({"http_headers": {"X": {"values": ["a\r\nb"]}}}, ("http_headers", "X", "values"), "line breaks", ""),
    ({"proxy_url": "proxy"}, ("proxy_url",), "'proxy' is no address of a proxy", "http://"),
    ({"no_proxy": "x"}, ("no_proxy",), "of no use without 'proxy_url'", "add"),
    ({"proxy_url": "http://p", "proxy_from_environment": True}, ("proxy_url",), "exclude each other", "keep"),
]


@pytest.mark.parametrize("config", GOOD, ids=str)
def test_what_the_ecosystem_writes_is_accepted(config: dict[str, object]) -> None:
    assert check_http_config(config) == []


@pytest.mark.parametrize(("config", "path", "message", "hint"), BAD, ids=[str(bad[0]) for bad in BAD])
def test_what_makes_no_sense_is_refused_with_a_way_out(
    config: dict[str, object], path: tuple[str, ...], message: str, hint: str
) -> None:
    (complaint,) = check_http_config(config)
    assert complaint.path == path
    assert message in complaint.message
    assert hint in complaint.hint


def test_files_are_looked_for_beside_the_configuration() -> None:
    config = {
        "basic_auth": {"username": "u", "password_file": "secret"},
        "bearer_token_file": "/run/t",
        "http_headers": {"X": {"files": ["x"], "values": ["y"]}},
    }
    assert beside(config, "/etc/cockpit") == {
        "basic_auth": {"username": "u", "password_file": "/etc/cockpit/secret"},
        "bearer_token_file": "/run/t",
        "http_headers": {"X": {"files": ["/etc/cockpit/x"], "values": ["y"]}},
    }


@pytest.mark.parametrize("url", ["http://h:9090", "https://h.example/prom", "http://[::1]:9090/"])
def test_an_address_is_accepted(url: str) -> None:
    assert check_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:9090",
        "ftp://h",
        "http://",
        "http://h:port",
        "http://h x",
        "http://u:p@h",
        "http://h?x=1",
        "http://[h",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    complaint = check_url(url)
    assert complaint
    assert complaint.hint
