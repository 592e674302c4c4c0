"""Nothing of what was signed can be changed, and no input breaks the verdict."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from darkroom.auth import ANONYMOUS, AccessKey, Caller, SignedRequest, verify
from darkroom.auth.signed_request import Pairs
from darkroom.errors import OssError
from tests.unit.auth.sdk_capture import (
    AWKWARD_KEYS,
    KEY,
    NOW,
    Keyring,
    signed_in_every_form,
    with_parameter,
    without_header,
    without_parameter,
)

OTHER = AccessKey(id="other", secret="sk2")
KEYRING = Keyring([KEY, OTHER])

NAMES = ("x-oss-process", "acl", "versionId", "response-content-type", "uploads", "style")
HEADERS = ("content-md5", "content-type", "x-oss-meta-a", "x-oss-meta-b")

# Line breaks cannot stand in a header; blanks around its value are the transport's.
header_values = st.text(st.characters(exclude_characters="\r\n"), min_size=1).map(
    lambda text: f"<{text}>"
)
object_keys = st.sampled_from(AWKWARD_KEYS) | st.text(min_size=1)
plain_requests = st.builds(
    SignedRequest,
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
    bucket=st.from_regex(r"[a-z0-9][a-z0-9-]{1,8}[a-z0-9]", fullmatch=True),
    key=object_keys,
    query=st.lists(st.tuples(st.sampled_from(NAMES), st.text()), max_size=4).map(tuple),
    headers=st.dictionaries(st.sampled_from(HEADERS), header_values),
)


def changed(sent: SignedRequest) -> Iterator[SignedRequest]:
    """Change one signed thing at a time."""
    yield replace(sent, method=sent.method.lower())
    yield replace(sent, method="PATCH")
    yield from (replace(sent, bucket=bucket) for bucket in (f"{sent.bucket}x", None))
    yield from (replace(sent, key=key) for key in neighbours(sent.key))
    for name, value in sent.query:
        yield without_parameter(sent, name)
        yield from (with_parameter(sent, name, other) for other in neighbours(value))
    for name, value in sent.headers.items():
        yield without_header(sent, name)
        yield from (sent.with_headers({name: other}) for other in neighbours(value))
    yield sent.with_headers({"x-oss-meta-new": "1"})
    yield from (replace(sent, query=((name, "new"), *sent.query)) for name in NAMES)
    yield from (sent.with_query(((name, "new"),)) for name in NAMES)


def neighbours(text: str) -> set[str]:
    """Give texts that are nearly the given one."""
    others = {
        f"{text}x",
        f"/{text}",
        f"{text}/",
        f"{text}%20",
        f"{text}\u0301",
        text[:-1],
        text[1:],
        text.swapcase(),
        text.replace("/", "%2F"),
        text.replace("+", " "),
        text.replace("//", "/"),
    }
    return others - {text, ""}


def caller_of(sent: SignedRequest) -> Caller | None:
    """Return the caller that the request authenticates; None when it is refused."""
    try:
        return verify(sent, credentials=KEYRING, now=NOW)
    except OssError:
        return None


@settings(max_examples=50, deadline=None)
@given(plain=plain_requests)
def test_a_signed_request_passes_and_no_change_of_it_does(plain: SignedRequest) -> None:
    """Method, bucket, key, parameters, headers, dates, key id and signature are all bound.

    Without any claim of a signature what is left is an anonymous request.
    """
    for signed in signed_in_every_form(plain, KEY).values():
        assert caller_of(signed) == KEY.caller()
        for tampered in changed(signed):
            assert caller_of(tampered) in (None, ANONYMOUS), tampered


@settings(max_examples=40, deadline=None)
@given(plain=plain_requests)
def test_nobody_signs_for_another_key(plain: SignedRequest) -> None:
    """Both keys exist; the id alone is exchanged."""
    for signed in signed_in_every_form(plain, replace(OTHER, id=KEY.id)).values():
        assert caller_of(signed) is None


anything = st.text(st.characters(exclude_categories=()))
"""Lone surrogates and control characters included."""

SIGNED = signed_in_every_form(
    SignedRequest(
        method="GET",
        bucket="demo",
        key="a/b.jpg",
        query=(("x-oss-process", "image/info"),),
        headers={"content-type": "t", "x-oss-content-sha256": "UNSIGNED-PAYLOAD"},
    ),
    KEY,
)
splices = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 80), anything), max_size=4)


def spliced(sent: SignedRequest, places: list[tuple[int, int, str]]) -> SignedRequest:
    """Put texts into the middle of header values and query values."""
    for item, position, text in places:
        names = [*sent.headers, *(name for name, _ in sent.query)]
        name = names[item % len(names)]
        if name in sent.headers:
            value = sent.headers[name]
            sent = sent.with_headers({name: value[:position] + text + value[position:]})
        else:
            value = sent.parameter(name) or ""
            sent = with_parameter(sent, name, value[:position] + text + value[position:])
    return sent


@settings(max_examples=300, deadline=None)
@given(form=st.sampled_from(sorted(SIGNED)), places=splices, method=anything, key=anything)
def test_any_text_in_a_signed_request_gets_a_verdict(
    form: str, places: list[tuple[int, int, str]], method: str, key: str
) -> None:
    """Nothing but an OSS error is raised, wherever the text stands."""
    sent = spliced(SIGNED[form], places)
    assert caller_of(sent) in (None, ANONYMOUS, KEY.caller())
    assert caller_of(replace(sent, method=method, key=key)) in (None, ANONYMOUS)


names = st.sampled_from(sorted({name for sent in SIGNED.values() for name, _ in sent.query}))


@settings(max_examples=200, deadline=None)
@given(
    query=st.lists(st.tuples(names | anything, anything), max_size=8).map(tuple),
    authorization=anything | st.sampled_from(["OSS ", "OSS2 ", "OSS4-HMAC-SHA256 "]),
    rest=anything,
)
def test_any_text_alone_gets_a_verdict(query: Pairs, authorization: str, rest: str) -> None:
    """It is refused by name, or anonymous where it claims no signature."""
    bare = SignedRequest(method="GET", bucket="demo", key="a.jpg", query=query)
    assert caller_of(bare) in (None, ANONYMOUS)
    assert caller_of(bare.with_headers({"authorization": authorization + rest})) is None
