"""Behind a CDN, over real HTTP: who is let in, and what a shared cache is told."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
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
from tests.functional.function_instances import another
from tests.pictures import stored
from tools import oss_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

WORD = "said-by-the-cdn-alone"
THUMBNAIL = "x-oss-process=image/resize,w_10"
READER = access_key("reader")


@pytest.fixture(scope="module")
def app(s3: "S3Client") -> ModuleType:  # noqa: ARG001 - its environment is what counts
    """Start the function as it is deployed behind a CDN."""
    boto3.client("secretsmanager").create_secret(Name="front", SecretString=WORD)
    return another("process_behind_a_cdn", DARKROOM_ORIGIN_SECRET="front")


@pytest.fixture(scope="module")
def server(app: ModuleType, s3: "S3Client") -> Iterator[Server]:
    """Serve it, and two pictures."""
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
    word: str | None = WORD,
) -> Reply:
    """Send a request as the CDN does, or past it."""
    ours = {} if word is None else {"X-Origin-Verify": word}
    with closing(HTTPConnection("127.0.0.1", server.server_port, timeout=20)) as connection:
        connection.request(method, target, headers={**(headers or {}), **ours})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, headers=names, body=response.read())


def lasting(reply: Reply) -> Mapping[str, str]:
    """Give the headers that do not differ from one answer to the next."""
    moment = {"date", "server-timing", "x-oss-server-time", "x-oss-request-id", "apigw-requestid"}
    return {name: value for name, value in reply.headers.items() if name not in moment}


def signed(query: str = "", *, place: str, key: str = "a.jpg") -> tuple[str, Mapping[str, str]]:
    """Sign a GET in the private bucket: its target, and its headers."""
    pairs = tuple(tuple(pair.split("=", 1)) for pair in query.split("&") if pair)
    sent = SignedRequest(method="GET", bucket="closed", key=key, query=pairs)  # type: ignore[arg-type]
    now = datetime.now(UTC)
    expires = int((now + timedelta(minutes=5)).timestamp())
    request = {
        "v1 header": lambda: oss_client.v1_header(sent, READER, now=now),
        "v4 header": lambda: oss_client.v4_header(sent, READER, now=now, region="x"),
        "v1 url": lambda: oss_client.v1_url(sent, READER, expires=expires),
        "v4 url": lambda: oss_client.v4_url(sent, READER, now=now, lifetime=300, region="x"),
    }[place]()
    return request.target(), request.headers


@pytest.mark.parametrize("word", [None, "", "other", WORD.upper(), f"{WORD},{WORD}"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"])
def test_who_goes_past_the_cdn_is_refused(server: Server, word: str | None, method: str) -> None:
    """Whatever is asked for, and no cache keeps the refusal."""
    reply = ask(server, "/demo/a.jpg", method=method, word=word)
    assert (reply.status, reply.headers["cache-control"]) == (403, "no-store")
    assert WORD.encode() not in reply.body


def test_a_signature_does_not_make_up_for_it(server: Server) -> None:
    """The CDN alone knows the word; its WAF would be got round."""
    assert ask(server, *signed(place="v4 url"), word=None).status == 403


@pytest.mark.parametrize("query", ["", THUMBNAIL])
@pytest.mark.parametrize("place", ["v1 header", "v4 header", "v1 url", "v4 url"])
def test_what_was_signed_for_stays_private(server: Server, place: str, query: str) -> None:
    """Plain or processed, whatever the source's own header says to everybody."""
    reply = ask(server, *signed(query, place=place))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private")
    reply = ask(server, *signed(query, place=place, key="b.jpg"))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private, max-age=60")


def test_a_chosen_header_stays_private_too(server: Server) -> None:
    """Only who signs may choose, so it is for nobody else."""
    query = "response-cache-control=public, s-maxage=99"
    reply = ask(server, *signed(query, place="v4 url"))
    assert (reply.status, reply.headers["cache-control"]) == (200, "private")


@pytest.mark.parametrize("query", ["", f"?{THUMBNAIL}"])
def test_what_is_public_is_for_the_cdn_to_keep(server: Server, query: str) -> None:
    """As long as its source says, else as long as the CDN is set to."""
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
@pytest.mark.parametrize("query", ["", f"?{THUMBNAIL}"])
def test_what_is_not_in_the_key_changes_no_kept_answer(
    server: Server, query: str, name: str, value: str
) -> None:
    """Else somebody would be served what was made for another: the key has three headers."""
    usual = ask(server, f"/demo/b.jpg{query}")
    reply = ask(server, f"/demo/b.jpg{query}", {name: value})
    if reply.headers["cache-control"] != "no-store":
        assert (reply.status, reply.body) == (usual.status, usual.body)
        assert lasting(reply) == lasting(usual)


def test_what_is_in_the_key_changes_answers(server: Server) -> None:
    """A wrong signature is refused, whatever is kept for others."""
    reply = ask(server, "/demo/b.jpg", {"Authorization": "OSS reader:wrong"})
    assert (reply.status, reply.headers["cache-control"]) == (403, "no-store")


def test_it_is_asked_anew_without_being_made_anew(server: Server) -> None:
    """The CDN's own question after its time is up is answered 304, with what holds now."""
    target = f"/demo/b.jpg?{THUMBNAIL}"
    etag = ask(server, target).headers["etag"]
    reply = ask(server, target, {"If-None-Match": etag})
    assert (reply.status, reply.headers["cache-control"]) == (304, "public, max-age=60")


@pytest.mark.parametrize(
    "target",
    ["/demo/none.jpg", "/demo/a.jpg?x-oss-process=image/none", "/demo", "/closed/a.jpg", "/nope/a"],
)
def test_neither_refusals_nor_lists_are_kept(server: Server, target: str) -> None:
    """They may be otherwise the moment after."""
    reply = ask(server, target)
    assert reply.headers["cache-control"] == "no-store", reply


def test_the_word_is_in_no_log_and_no_answer(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where a request fails and is shown what was to be signed."""
    target, headers = signed(place="v4 header")
    tampered = {**headers, "authorization": re.sub(r"\w{8}$", "0" * 8, headers["authorization"])}
    reply = ask(server, target, tampered)
    logged = [vars(record) for record in caplog.records]
    assert [entry["status"] for entry in logged] == [reply.status] == [403]
    assert b"StringToSign" in reply.body
    assert WORD not in f"{logged} {reply}"


@pytest.mark.usefixtures("server")
def test_beside_a_cdn_both_ways_are_open() -> None:
    """While a deployment moves behind it: past it, clients get what they always got."""
    app = another(
        "process_beside_a_cdn",
        DARKROOM_ORIGIN_SECRET="front",
        DARKROOM_ORIGIN_SECRET_REQUIRED="false",
    )
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    said = []
    with serving(gateway.answer) as running:
        for word in (WORD, None):
            reply = ask(running, *signed(place="v4 url", key="b.jpg"), word=word)
            said.append((reply.status, reply.headers["cache-control"]))
    assert said == [(200, "private, max-age=60"), (200, "public, max-age=60")]


def test_without_a_front_a_signed_answer_is_as_ever(s3: "S3Client") -> None:
    """Nothing changes for a deployment without a CDN."""
    picture = stored(Image.new("RGB", (40, 30), "teal"), "JPEG")
    s3.put_object(Bucket="closed", Key="b.jpg", Body=picture, CacheControl="public, max-age=60")
    app = another("process_without_a_cdn")
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    with serving(gateway.answer) as running:
        reply = ask(running, *signed(place="v4 url", key="b.jpg"), word=None)
    assert (reply.status, reply.headers["cache-control"]) == (200, "public, max-age=60")
