"""Requests from a CDN over HTTP: the origin secret, and the Cache-Control of answers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest
from PIL import Image

from darkroom.auth import SignedRequest
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import Server, serving
from tests.functional.conftest import Reply, access_key
from tests.functional.function_instances import new_instance
from tests.pictures import stored
from tests.signed_forms import sign_in_every_form

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ORIGIN_SECRET = "the-origin-secret"
THUMBNAIL = "x-oss-process=image/resize,w_10"
IN_DIALECT = "image_process=resize,w_10"
READER = access_key("reader")


@pytest.fixture(scope="module")
def app(s3: "S3Client") -> ModuleType:  # noqa: ARG001 - its environment is what counts
    """Start the function with an origin secret."""
    boto3.client("secretsmanager").create_secret(Name="origin-secret", SecretString=ORIGIN_SECRET)
    return new_instance(
        "process_behind_a_cdn",
        DARKROOM_ORIGIN_SECRET="origin-secret",
        DARKROOM_DIALECTS="image_process",
    )


@pytest.fixture(scope="module")
def server(app: ModuleType, s3: "S3Client") -> Iterator[Server]:
    """Serve the function, with two pictures in each bucket."""
    picture = stored(Image.new("RGB", (40, 30), "teal"), "JPEG")
    for bucket in ("demo", "closed"):
        s3.put_object(Bucket=bucket, Key="a.jpg", Body=picture)
        s3.put_object(Bucket=bucket, Key="b.jpg", Body=picture, CacheControl="public, max-age=60")
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    with serving(gateway.answer) as running:
        yield running


def ask(
    server: Server,
    target: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    secret: str | None = ORIGIN_SECRET,
) -> Reply:
    """Send a request with the origin secret, or with another one, or without."""
    origin_headers = {} if secret is None else {"X-Origin-Verify": secret}
    with closing(HTTPConnection("127.0.0.1", server.server_port, timeout=20)) as connection:
        connection.request(method, target, headers={**(headers or {}), **origin_headers})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=names, body=response.read())


def stable_headers(reply: Reply) -> Mapping[str, str]:
    """Return the headers that are the same in every answer."""
    varying = {"date", "server-timing", "x-oss-server-time", "x-oss-request-id", "apigw-requestid"}
    return {name: value for name, value in reply.headers.items() if name not in varying}


def signed(query: str = "", *, place: str, key: str = "a.jpg") -> tuple[str, Mapping[str, str]]:
    """Sign a GET in the private bucket; return its target and headers."""
    pairs = tuple(tuple(pair.split("=", 1)) for pair in query.split("&") if pair)
    sent = SignedRequest(method="GET", bucket="closed", key=key, query=pairs)  # type: ignore[arg-type]
    request = sign_in_every_form(sent, READER, now=datetime.now(UTC), seconds=300)[place]
    return request.target(), request.headers


@pytest.mark.parametrize(
    "secret", [None, "", "other", ORIGIN_SECRET.upper(), f"{ORIGIN_SECRET},{ORIGIN_SECRET}"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"])
def test_a_request_without_the_origin_secret_is_refused(
    server: Server, secret: str | None, method: str
) -> None:
    """A request without the origin secret is a 403 with `no-store`."""
    reply = ask(server, "/demo/a.jpg", method=method, secret=secret)
    assert (reply.status, reply.headers["cache-control"]) == (403, "no-store")
    assert ORIGIN_SECRET.encode() not in reply.body


def test_a_signature_does_not_replace_the_origin_secret(server: Server) -> None:
    """A signed request without the origin secret is a 403."""
    assert ask(server, *signed(place="v4 url"), secret=None).status == 403


@pytest.mark.parametrize("query", ["", THUMBNAIL, IN_DIALECT])
@pytest.mark.parametrize("place", ["v1 header", "v4 header", "v1 url", "v4 url"])
def test_a_signed_answer_is_private(server: Server, place: str, query: str) -> None:
    """The answer to a signed request is `private`, whatever the source's Cache-Control."""
    reply = ask(server, *signed(query, place=place))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private")
    reply = ask(server, *signed(query, place=place, key="b.jpg"))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private, max-age=60")


def test_a_signed_answer_with_a_chosen_header_is_private(server: Server) -> None:
    """`response-cache-control` does not make the answer to a signed request public."""
    query = "response-cache-control=public, s-maxage=99"
    reply = ask(server, *signed(query, place="v4 url"))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private")


@pytest.mark.parametrize("query", ["", f"?{THUMBNAIL}", f"?{IN_DIALECT}"])
def test_a_public_answer_is_cacheable(server: Server, query: str) -> None:
    """A public answer has the source's Cache-Control, or none: then the CDN's default applies."""
    assert "cache-control" not in ask(server, f"/demo/a.jpg{query}").headers
    assert ask(server, f"/demo/b.jpg{query}").headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "image/webp,*/*"),
        ("Accept-Encoding", "gzip, br"),
        ("Accept-Language", "zh-CN"),
        ("Cookie", "session=1"),
        ("User-Agent", "Mozilla/5.0"),
        ("Referer", "https://shop.example.com/"),
        ("Date", "Tue, 01 Sep 2026 12:00:00 GMT"),
        ("Content-Type", "image/png"),
        ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("If-Match", '"other"'),
        ("If-Unmodified-Since", "Tue, 01 Sep 2020 12:00:00 GMT"),
        ("X-Forwarded-Host", "closed.oss.example.com"),
        ("X-Oss-Acl", "private"),
        ("X-Oss-Content-Sha256", "UNSIGNED-PAYLOAD"),
        ("X-Oss-Copy-Source", "/closed/a.jpg"),
        ("X-Oss-Date", "20260901T120000Z"),
        ("X-Oss-Object-Acl", "private"),
        ("X-Oss-Range-Behavior", "standard"),
        ("X-Oss-Security-Token", "token"),
        ("X-Oss-Tagging", "a=b"),
        ("X-Oss-Traffic-Limit", "819200"),
    ],
)
@pytest.mark.parametrize("query", ["", f"?{THUMBNAIL}", f"?{IN_DIALECT}"])
def test_headers_outside_the_cache_key_change_no_answer(
    server: Server, query: str, name: str, value: str
) -> None:
    """A header outside the cache key changes no cacheable answer."""
    usual = ask(server, f"/demo/b.jpg{query}")
    reply = ask(server, f"/demo/b.jpg{query}", {name: value})
    if reply.headers["cache-control"] != "no-store":
        assert (reply.status, reply.body) == (usual.status, usual.body)
        assert stable_headers(reply) == stable_headers(usual)


@pytest.mark.parametrize("accept", ["image/avif", "image/webp", None])
def test_a_variant_is_cacheable(server: Server, accept: str | None) -> None:
    """Each value of `Accept` that the CDN forwards has a public answer of its own."""
    reply = ask(
        server,
        "/demo/b.jpg?x-oss-process=image/format,auto",
        {} if accept is None else {"Accept": accept},
    )
    assert reply.headers["content-type"] == (accept or "image/jpeg")
    assert reply.headers["cache-control"] == "public, max-age=60"
    assert reply.headers["vary"] == "Accept"


def test_headers_of_the_cache_key_change_answers(server: Server) -> None:
    """An `Authorization` header with a wrong signature is a 403 with `no-store`."""
    reply = ask(server, "/demo/b.jpg", {"Authorization": "OSS reader:wrong"})
    assert (reply.status, reply.headers["cache-control"]) == (403, "no-store")


def test_a_revalidation_is_304(server: Server) -> None:
    """A revalidation is a 304 with the present Cache-Control."""
    target = f"/demo/b.jpg?{THUMBNAIL}"
    etag = ask(server, target).headers["etag"]
    reply = ask(server, target, {"If-None-Match": etag})
    assert (reply.status, reply.headers["cache-control"]) == (304, "public, max-age=60")


@pytest.mark.parametrize(
    "target",
    ["/demo/none.jpg", "/demo/a.jpg?x-oss-process=image/none", "/demo", "/closed/a.jpg", "/nope/a"],
)
def test_errors_and_lists_are_not_cached(server: Server, target: str) -> None:
    """Errors and lists are `no-store`."""
    reply = ask(server, target)
    assert reply.headers["cache-control"] == "no-store", reply


def test_the_origin_secret_is_in_no_log_and_no_answer(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The origin secret is in no log line and no answer, also not in a StringToSign."""
    target, headers = signed(place="v4 header")
    tampered = {**headers, "authorization": re.sub(r"\w{8}$", "0" * 8, headers["authorization"])}
    reply = ask(server, target, tampered)
    logged = [vars(record) for record in caplog.records]
    assert [entry["status"] for entry in logged] == [reply.status] == [403]
    assert b"StringToSign" in reply.body
    assert ORIGIN_SECRET not in f"{logged} {reply}"


@pytest.mark.usefixtures("server")
def test_an_optional_origin_secret_allows_direct_requests() -> None:
    """An optional origin secret allows requests with it and without it."""
    app = new_instance(
        "process_with_optional_secret",
        DARKROOM_ORIGIN_SECRET="origin-secret",
        DARKROOM_ORIGIN_SECRET_REQUIRED="false",
    )
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    answers = []
    with serving(gateway.answer) as running:
        for secret in (ORIGIN_SECRET, None):
            reply = ask(running, *signed(place="v4 url", key="b.jpg"), secret=secret)
            answers.append((reply.status, reply.headers["cache-control"]))
    assert answers == [(200, "private, max-age=60"), (200, "public, max-age=60")]


def test_without_an_origin_secret_signed_answers_are_unchanged(s3: "S3Client") -> None:
    """Without an origin secret, a signed answer has the source's Cache-Control."""
    picture = stored(Image.new("RGB", (40, 30), "teal"), "JPEG")
    s3.put_object(Bucket="closed", Key="b.jpg", Body=picture, CacheControl="public, max-age=60")
    app = new_instance("process_without_a_cdn")
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    with serving(gateway.answer) as running:
        reply = ask(running, *signed(place="v4 url", key="b.jpg"), secret=None)
    assert (reply.status, reply.headers["cache-control"]) == (200, "public, max-age=60")
