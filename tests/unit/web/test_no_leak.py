"""A leaked link to one object, changed by fuzzing, reveals and changes nothing else."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from darkroom.auth import ANY_BUCKET, AccessKey, Permission, SignedRequest
from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.usecases.services import Services
from darkroom.usecases.styles import StyleDraft, list_styles, put_style
from darkroom.web import cors
from darkroom.web.dispatch import admit, answer, locate
from darkroom.web.http import ObjectBody, Request
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import NOW, memory_services
from tests.post_forms import CONTENT_TYPE, form_body, policy, v1_fields
from tests.signed_forms import sign_in_every_form

OWNER = AccessKey(
    id="ak",
    secret="sk",
    buckets=frozenset({ANY_BUCKET}),
    permissions=frozenset(Permission),
)
CLOSED = Bucket(name="closed", delimiters=("!",))
LINK = SignedRequest(method="GET", bucket="closed", key="shared.txt")
SHARED, SECRET = b"shared", b"secret"
LINKS = sign_in_every_form(LINK, OWNER, now=NOW, seconds=600)

type Change = Callable[[Request], Request]

texts = st.text(max_size=12)
methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "get", ""]) | texts
paths = st.sampled_from(
    [
        "/closed/secret.txt",
        "/closed/shared.txt/../secret.txt",
        "/closed/shared.txt%2F..%2Fsecret.txt",
        "/closed%2Fsecret.txt",
        "//closed/secret.txt",
        "/closed/secret.txt!small",
        "/closed/shared.txt!small",
        "/secret.txt",
        "/closed/",
        "/closed",
        "/",
        "",
    ]
) | texts.map(lambda text: f"/closed/{text}")
pairs = st.sampled_from(
    [
        "style",
        "styleName=small",
        "x-oss-bucket-settings",
        "x-oss-process=image/info",
        "x-oss-process=style/small",
        "x-oss-process",
        "acl",
        "delete",
        "list-type=2",
        "objectMeta",
        "versionId=1",
        "uploads",
        "response-content-type=text/html",
        "Signature=",
        "Expires=99999999999",
        "OSSAccessKeyId=ak",
        "x-oss-signature-version=OSS2",
        "x-oss-unknown=1",
        "%ff",
    ]
) | st.tuples(texts, texts).map("=".join)
header_names = st.sampled_from(
    [
        "authorization",
        "host",
        "date",
        "x-oss-date",
        "range",
        "origin",
        "content-md5",
        "content-type",
        "content-length",
        "x-oss-copy-source",
        "x-oss-object-acl",
        "x-oss-security-token",
        "x-forwarded-host",
    ]
)
header_values = texts | st.sampled_from(
    [
        "",
        "closed.oss.example.com",
        "/closed/secret.txt",
        "bytes=0-",
        "OSS ak:",
        "public-read",
        CONTENT_TYPE,
    ]
)
bodies = st.binary(max_size=20) | st.sampled_from(
    [
        b"<Style><Content>image/info</Content></Style>",
        b'{"acl": "public-read"}',
        b"<Delete><Object><Key>secret.txt</Key></Object></Delete>",
        b"x-oss-process=image/info|sys/saveas,o_YQ",
        form_body({"key": "secret.txt"}, b"other"),
        form_body({"key": "secret.txt", "OSSAccessKeyId": "ak"}, b"other"),
        form_body(v1_fields(policy({"bucket": "closed"}), "ak", "x"), b"other"),
    ]
)


def with_query(request: Request, change: Callable[[list[str]], list[str]]) -> Request:
    """Return the request with its raw query parameters changed."""
    return replace(request, raw_query="&".join(change(request.raw_query.split("&"))))


def spliced(text: str, at: int, inserted: str) -> str:
    """Insert a text in place of one character."""
    return text[:at] + inserted + text[at + 1 :]


changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda value: lambda sent: replace(sent, method=value), methods),
    st.builds(lambda value: lambda sent: replace(sent, raw_path=value), paths),
    st.builds(lambda value: lambda sent: replace(sent, body=value), bodies),
    st.builds(
        lambda pair, first: (
            lambda sent: with_query(sent, lambda known: [pair, *known] if first else [*known, pair])
        ),
        pairs,
        st.booleans(),
    ),
    st.builds(
        lambda which: (
            lambda sent: with_query(
                sent, lambda known: [pair for n, pair in enumerate(known) if n != which]
            )
        ),
        st.integers(0, 8),
    ),
    st.builds(
        lambda at, text: lambda sent: replace(sent, raw_query=spliced(sent.raw_query, at, text)),
        st.integers(0, 200),
        texts,
    ),
    st.builds(
        lambda name, value: lambda sent: replace(sent, headers={**sent.headers, name: value}),
        header_names,
        header_values,
    ),
    st.builds(
        lambda name, at, text: (
            lambda sent: replace(
                sent, headers={**sent.headers, name: spliced(sent.headers.get(name, ""), at, text)}
            )
        ),
        header_names,
        st.integers(0, 120),
        texts,
    ),
)


def as_sent(link: SignedRequest) -> Request:
    """Return a signed request as a web request."""
    path, _, query = link.target().partition("?")
    headers = {"host": "api", **link.headers}
    return Request(method=link.method, raw_path=path, raw_query=query, headers=headers)


def closed_services() -> tuple[Services, MemoryObjects]:
    """Return services with one private bucket that has two objects and a style."""
    objects = MemoryObjects()
    objects.add("closed", LINK.key, SHARED)
    objects.add("closed", "secret.txt", SECRET)
    services = memory_services(CLOSED, objects=objects, keys=[OWNER])
    put_style(CLOSED, StyleDraft(name="small", content="image/resize,w_10"), services)
    return services, objects


SERVICES, OBJECTS = closed_services()
BEFORE = dict(OBJECTS.stored)


def response_body(request: Request) -> bytes | None:
    """Send a request; return the body of its response, or None if it is refused."""
    target = locate(request, SERVICES)
    if target.known_bucket is not None:
        cors.cors_headers(request, target.known_bucket)
    try:
        response = answer(admit(request, target, SERVICES, ProcessingContext()))
    except OssError as error:
        if error.status >= 500 and error.code is not Code.NOT_IMPLEMENTED:
            raise
        return None
    body = response.body.object.read() if isinstance(response.body, ObjectBody) else response.body
    assert isinstance(body, bytes)
    return body


def test_every_unchanged_link_returns_its_object() -> None:
    """The links that the other tests change are valid."""
    assert {form: response_body(as_sent(link)) for form, link in LINKS.items()} == dict.fromkeys(
        LINKS, SHARED
    )


CHANGES = st.lists(changes, min_size=1, max_size=4)


@settings(max_examples=340, deadline=None)
@given(CHANGES)
def test_a_changed_link_opens_nothing_else(chosen: list[Change]) -> None:
    """Each of 2,000 requests is refused with an error code or returns the link's object.

    The key has every permission, yet no other object is read, listed or changed.
    """
    assert_opens_nothing_else(chosen)


@pytest.mark.slow
@settings(max_examples=3_400, deadline=None)
@given(CHANGES)
def test_a_link_changed_in_many_ways_opens_nothing_else(chosen: list[Change]) -> None:
    """The same holds for 20,000 requests."""
    assert_opens_nothing_else(chosen)


def assert_opens_nothing_else(chosen: list[Change]) -> None:
    """Send every link with these changes: it is refused, or returns its own object."""
    for link in LINKS.values():
        request = as_sent(link)
        for change in chosen:
            request = change(request)
        assert (response_body(request) or b"") in SHARED, request
        assert OBJECTS.stored == BEFORE, request
        assert [style.name for style in list_styles(CLOSED, SERVICES)] == ["small"], request
        assert SERVICES.buckets.current("closed") == CLOSED, request
