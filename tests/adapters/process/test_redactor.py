"""No secret comes through, however the stream is cut; nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote, quote_plus

from hypothesis import assume, example, given
from hypothesis import strategies as st

from cockpit.adapters.redact import Redactor, redact
from cockpit.adapters.shim import MASK, SHORTEST, forms

MASKED = MASK.decode()
SECRET = st.text(
    st.characters(codec="utf-8", exclude_characters="[]", exclude_categories=["Cs"]), min_size=4, max_size=24
).filter(lambda text: len(text.strip().encode()) >= SHORTEST and text.strip().encode() not in MASK)
TIGHT = st.text("ab", min_size=4, max_size=7)
"""Secrets of two letters overlap themselves and each other all the time."""


def in_pieces(data: bytes, cuts: Sequence[int], secrets: Sequence[str]) -> bytes:
    redactor = Redactor(secrets)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[start:end] for start, end in pairwise(places)]
    return b"".join(redactor.feed(piece) for piece in pieces) + redactor.flush()


def encoded(secret: str) -> list[str]:
    value = secret.encode()
    found = [secret, secret.strip(), json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")]
    quoted = json.dumps(json.dumps({"sent": secret}))
    found += [quoted[quoted.index(": ") + 4 : -4], html.escape(secret), html.escape(secret, quote=False)]
    go = json.dumps(secret, ensure_ascii=False)[1:-1].replace("&", "\\u0026")
    found += [
        go.replace("<", "\\u003c").replace(">", "\\u003e"),
        json.dumps(secret)[1:-1].replace("/", "\\/"),
    ]
    found += [quote_plus(secret), re.sub("%..", lambda found: found[0].lower(), quote(secret, safe=""))]
    found += [base64.b64encode(value).decode(), base64.urlsafe_b64encode(value).decode()]
    return found


@given(SECRET, st.data())
def test_no_form_of_a_secret_survives_any_cut(secret: str, data: st.DataObject) -> None:
    between = st.text("ab=%[] \n0", max_size=6)
    text = "".join(data.draw(between) + form for form in encoded(secret)) + data.draw(between)
    shown = in_pieces(text.encode(), data.draw(st.lists(st.integers(0, 9999), max_size=12)), [secret])
    for form in encoded(secret):
        assert form.encode() not in shown
    assert shown == redact(text, [secret]).encode()


@given(SECRET, st.binary(max_size=7), st.binary(max_size=7), st.lists(st.integers(0, 999), max_size=9))
def test_nothing_of_it_can_be_decoded_from_a_longer_base64_text(
    secret: str, before: bytes, after: bytes, cuts: list[int]
) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        shown = in_pieces(encode(before + secret.encode() + after), cuts, [secret])
        assert MASK in shown
        # Six bits a character: those that hold a bit of what is around, and at most one that is shared.
        around = (8 * len(before) + 5) // 6 + (8 * len(after) + 5) // 6 + 1
        assert len(shown.replace(MASK, b"").rstrip(b"=")) <= around


@given(st.lists(TIGHT, min_size=1, max_size=4), st.text("abc", max_size=60), st.lists(st.integers(0, 99)))
@example(["abab", "baba"], "ababa", [2])
def test_overlapping_secrets_are_taken_out_alike_however_the_stream_is_cut(
    secrets: list[str], text: str, cuts: list[int]
) -> None:
    whole = redact(text, secrets)
    assert in_pieces(text.encode(), cuts, secrets) == whole.encode()
    for part in whole.split(MASKED):
        assert not any(secret in part for secret in secrets)


@given(st.binary(max_size=200), st.lists(SECRET, max_size=3), st.lists(st.integers(0, 999), max_size=9))
def test_what_holds_no_secret_is_unchanged(data: bytes, secrets: list[str], cuts: list[int]) -> None:
    assume(not any(form in data for secret in secrets for form in forms(secret)))
    assert in_pieces(data, cuts, secrets) == data


@given(st.binary(max_size=99), SECRET)
def test_never_more_is_held_back_than_could_begin_a_secret(data: bytes, secret: str) -> None:
    redactor = Redactor([secret])
    redactor.feed(data)
    assert len(redactor.pending()) < max(map(len, forms(secret)))
    assert redactor.pending() == redactor.pending() == redactor.flush()


def test_what_cannot_begin_a_secret_is_shown_at_once() -> None:
    redactor = Redactor(["hunter2-hunter2"])
    assert redactor.feed(b"Password: ") == b"Password: "
    assert redactor.feed(b"hunter") == b""
    assert redactor.feed(b"s") == b"hunters"


def test_short_secrets_are_not_looked_for() -> None:
    assert redact("a b c abc", ["", " ", "a", "abc"]) == "a b c abc"
    assert redact("abcd", ["abcd"]) == MASKED


def test_a_secret_from_a_file_is_found_without_its_last_newline() -> None:
    assert redact("token=s3cr3t-token.", ["s3cr3t-token\n"]) == f"token={MASKED}."
