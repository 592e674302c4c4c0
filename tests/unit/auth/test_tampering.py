"""A change of a signed request is refused, and any input is verified without an exception."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

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

# A header cannot contain line breaks; HTTP strips blanks around its value.
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
    """Yield requests with one signed part changed."""
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
    """Return texts that are similar to this one."""
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
def test_a_signed_request_verifies_and_a_changed_one_does_not(plain: SignedRequest) -> None:
    """Method, bucket, key, parameters, headers, dates, key id and signature are all bound.

    A request from which the whole signature is removed is anonymous.
    """
    for signed in signed_in_every_form(plain, KEY).values():
        assert caller_of(signed) == KEY.caller()
        for tampered in changed(signed):
            assert caller_of(tampered) in (None, ANONYMOUS), tampered


@settings(max_examples=40, deadline=None)
@given(plain=plain_requests)
def test_a_signature_of_another_key_is_refused(plain: SignedRequest) -> None:
    """Both keys exist; only the id is exchanged."""
    for signed in signed_in_every_form(plain, replace(OTHER, id=KEY.id)).values():
        assert caller_of(signed) is None


any_text = st.text(st.characters(exclude_categories=()))
"""Includes lone surrogates and control characters."""

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
splices = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 80), any_text), max_size=4)


def spliced(sent: SignedRequest, places: list[tuple[int, int, str]]) -> SignedRequest:
    """Insert texts into header values and query values."""
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
@given(form=st.sampled_from(sorted(SIGNED)), places=splices, method=any_text, key=any_text)
def test_any_text_in_a_signed_request_is_verified_or_refused(
    form: str, places: list[tuple[int, int, str]], method: str, key: str
) -> None:
    """`verify` raises nothing but OssError for any text in any place."""
    sent = spliced(SIGNED[form], places)
    assert caller_of(sent) in (None, ANONYMOUS, KEY.caller())
    assert caller_of(replace(sent, method=method, key=key)) in (None, ANONYMOUS)


names = st.sampled_from(sorted({name for sent in SIGNED.values() for name, _ in sent.query}))


@settings(max_examples=200, deadline=None)
@given(
    query=st.lists(st.tuples(names | any_text, any_text), max_size=8).map(tuple),
    authorization=any_text | st.sampled_from(["OSS ", "OSS2 ", "OSS4-HMAC-SHA256 "]),
    rest=any_text,
)
def test_any_query_and_authorization_are_verified_or_refused(
    query: Pairs, authorization: str, rest: str
) -> None:
    """A request with an Authorization header is refused; one without may be anonymous."""
    bare = SignedRequest(method="GET", bucket="demo", key="a.jpg", query=query)
    assert caller_of(bare) in (None, ANONYMOUS)
    assert caller_of(bare.with_headers({"authorization": authorization + rest})) is None
