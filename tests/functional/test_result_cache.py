"""A deployment with a result cache: which requests it sends to S3, and what it answers."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from PIL import Image

from tests.faulty_proxy import Fault, FaultyProxy, never_answers, passes, refuses
from tests.functional.conftest import Ask, Reply, get_sender, request_sender, signing_sender
from tests.functional.faulty_s3 import STORE_TIMEOUT, all_faults_used, instance_with_proxy
from tests.pictures import coded, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PROCESS = "x-oss-process=image/resize,w_50"
LARGE = "x-oss-process=image/format,bmp"
VARYING = {"date", "server-timing", "x-oss-request-id", "x-oss-server-time"}

LOOKUP, READ = ["HEAD /demo/p.png", "GET /results/*"], ["GET /demo/p.png"]
STORE = ["PUT /results/*"]


@pytest.fixture(scope="module")
def function(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start a function with a result cache, which reaches S3 through a proxy."""
    with instance_with_proxy(s3, DARKROOM_RESULT_CACHE="true") as pair:
        yield pair


@pytest.fixture
def proxy(function: tuple[ModuleType, FaultyProxy]) -> Iterator[FaultyProxy]:
    """Return the proxy; assert that every fault was used."""
    with all_faults_used(function[1]) as proxy:
        yield proxy


@pytest.fixture
def get(function: tuple[ModuleType, FaultyProxy], proxy: FaultyProxy) -> Callable[..., Reply]:
    """Return a function that injects faults and sends an unsigned request."""
    send = get_sender(function[0])

    def sent(query: str = PROCESS, *faults: Fault, path: str = "/demo/p.png", **more: str) -> Reply:
        proxy.requests.clear()
        proxy.faults[:] = faults
        return send(path, query, **more)

    return sent


@pytest.fixture
def ask(function: tuple[ModuleType, FaultyProxy], proxy: FaultyProxy) -> Ask:
    """Return a function that sends signed requests."""
    del proxy
    return signing_sender(request_sender(function[0]))


@pytest.fixture(autouse=True)
def _pictures(s3: "S3Client") -> None:
    """Store a picture with headers and metadata, and delete all results."""
    for entry in s3.list_objects_v2(Bucket="results").get("Contents", []):
        s3.delete_object(Bucket="results", Key=entry["Key"])
    for bucket in ("demo", "closed"):
        s3.put_object(
            Bucket=bucket,
            Key="p.png",
            Body=stored(coded((160, 120))),
            ContentType="image/png",
            CacheControl="max-age=60",
            Metadata={"author": "alice"},
        )


def s3_requests(proxy: FaultyProxy) -> list[str]:
    """Return the requests to S3, without the names of results."""
    paths = (request.partition("?")[0] for request in proxy.requests)
    return [path.partition("/results/")[0] + "/results/*" if "/results/" in path else path
            for path in paths]  # fmt: skip


def stable(reply: Reply) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and the headers that are the same in every answer."""
    headers = {name: text for name, text in reply.headers.items() if name not in VARYING}
    return reply.status, reply.body, headers


def test_the_source_is_read_once(get: Callable[..., Reply], proxy: FaultyProxy) -> None:
    """A hit answers as the first request did and decodes nothing."""
    first = get()
    assert s3_requests(proxy) == LOOKUP + READ + STORE
    second = get()
    assert s3_requests(proxy) == LOOKUP
    assert stable(second) == stable(first)
    assert first.headers["x-oss-meta-author"] == "alice"
    assert "decode" in first.headers["server-timing"]
    assert "decode" not in second.headers["server-timing"]


def test_answers_are_the_same_without_a_cache(get: Callable[..., Reply], app: ModuleType) -> None:
    """Hits and misses answer as a deployment without a result cache does."""
    plain = stable(get_sender(app)("/demo/p.png", PROCESS))
    assert stable(get()) == plain
    assert stable(get()) == plain


@pytest.mark.parametrize("query", [PROCESS, LARGE], ids=["small", "large"])
def test_head_is_answered_as_get_would_be(
    get: Callable[..., Reply], s3: "S3Client", query: str
) -> None:
    """C-14: HEAD answers the same from the cache and without it."""
    s3.put_object(Bucket="demo", Key="p.png", Body=stored(Image.new("RGB", (1000, 2000))))
    made = get(query, method="HEAD")
    get(query)
    found = get(query, method="HEAD")
    assert "decode" not in found.headers["server-timing"]
    assert stable(found) == stable(made)
    assert int(found.headers["content-length"]) > 0


def test_a_large_result_is_stored_once_and_never_read(
    get: Callable[..., Reply], proxy: FaultyProxy, s3: "S3Client"
) -> None:
    """A large result is stored once and answered by redirects to it."""
    s3.put_object(Bucket="demo", Key="p.png", Body=stored(Image.new("RGB", (1000, 2000), "teal")))
    first = get(LARGE)
    assert s3_requests(proxy) == LOOKUP + READ + STORE
    second = get(LARGE)
    assert s3_requests(proxy) == LOOKUP
    assert first.status == second.status == 302
    for reply in (first, second):
        with urlopen(reply.headers["location"]) as followed:
            body = followed.read()
            assert followed.headers["content-type"] == "image/bmp"
        assert Image.open(io.BytesIO(body)).getpixel((999, 1999)) == (0, 128, 128)


@pytest.mark.parametrize("query", [PROCESS, LARGE], ids=["small", "large"])
def test_a_chosen_type_is_not_stored(ask: Ask, s3: "S3Client", query: str) -> None:
    """`response-content-type` does not change the stored result."""
    s3.put_object(Bucket="demo", Key="p.png", Body=stored(Image.new("RGB", (1000, 2000))))
    name, _, value = query.partition("=")
    chosen = (("response-content-type", "image/x-chosen"),)
    ask("GET", "demo", "p.png", by="reader", query=((name, value), *chosen))
    reply = ask("GET", "demo", "p.png", query=((name, value),))
    if reply.status == 302:
        with urlopen(reply.headers["location"]) as followed:
            assert followed.headers["content-type"] == "image/bmp"
    else:
        assert reply.headers["content-type"] == "image/png"


def test_a_304_costs_one_head_request(get: Callable[..., Reply], proxy: FaultyProxy) -> None:
    """A 304 costs one HEAD of the source."""
    etag = get().headers["etag"]
    assert get(if_none_match=etag).status == 304
    assert s3_requests(proxy) == LOOKUP[:1]


def test_a_private_result_needs_a_key(ask: Ask) -> None:
    """A cached result of a private object is refused to anonymous callers."""
    query = (("x-oss-process", "image/resize,w_50"),)
    assert ask("GET", "closed", "p.png", by="reader", query=query).status == 200
    refused = ask("GET", "closed", "p.png", query=query)
    assert refused.status == 403
    assert b"AccessDenied" in refused.body


def test_a_private_acl_applies_to_cached_results(ask: Ask) -> None:
    """A new private ACL refuses anonymous callers the cached results at once."""
    query = (("x-oss-process", "image/resize,w_50"),)
    assert ask("GET", "demo", "p.png", query=query).status == 200
    close = {"x-oss-object-acl": "private"}
    assert (
        ask("PUT", "demo", "p.png", by="owner", query=(("acl", ""),), headers=close).status == 200
    )
    assert ask("GET", "demo", "p.png", query=query).status == 403
    assert ask("GET", "demo", "p.png", by="reader", query=query).status == 200


def test_a_protected_original_stays_protected(ask: Ask, s3: "S3Client") -> None:
    """An anonymous caller gets a result by its style only, whether it is cached or new."""
    s3.put_object(Bucket="the-protected", Key="p.jpg", Body=stored(coded((80, 60)), "JPEG"))
    style = b"<Style><Content>image/resize,w_50</Content></Style>"
    named = (("style", ""), ("styleName", "small"))
    assert ask("PUT", "the-protected", by="owner", query=named, body=style).status == 200
    query = (("x-oss-process", "image/resize,w_50"),)
    made = ask("GET", "the-protected", "p.jpg", by="reader", query=query)
    assert "decode" in made.headers["server-timing"]
    assert ask("GET", "the-protected", "p.jpg", query=query).status == 403
    for key, styled in (("p.jpg", (("x-oss-process", "style/small"),)), ("p.jpg!small", ())):
        found = ask("GET", "the-protected", key, query=styled)
        assert (found.status, found.body) == (200, made.body)
        assert "decode" not in found.headers["server-timing"]


def test_an_archived_source_serves_cached_results(
    get: Callable[..., Reply], s3: "S3Client"
) -> None:
    """An archived source serves cached results; new ones are InvalidObjectState."""
    made = get()
    body = s3.get_object(Bucket="demo", Key="p.png")["Body"].read()
    s3.put_object(Bucket="demo", Key="p.png", Body=body, StorageClass="GLACIER")
    assert get().body == made.body
    assert b"<Code>InvalidObjectState</Code>" in get("x-oss-process=image/resize,w_51").body


def test_a_deleted_source_is_not_found(get: Callable[..., Reply], s3: "S3Client") -> None:
    """A deleted source is a 404 though its result is cached."""
    get()
    s3.delete_object(Bucket="demo", Key="p.png")
    assert b"<Code>NoSuchKey</Code>" in get().body


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/demo/missing.png", PROCESS),
        ("/unbacked/p.png", PROCESS),
        ("/demo/p.png", f"{PROCESS}&versionId=0123"),
        ("/closed/p.png", PROCESS),
        ("/demo/p.png", "x-oss-process=image/watermark,image_bWlzc2luZw"),
        ("/demo/p.png", "x-oss-process=image/crop,x_4000"),
    ],
)
def test_errors_are_the_same_without_a_cache(
    get: Callable[..., Reply], app: ModuleType, path: str, query: str
) -> None:
    """Errors equal those of a deployment without a result cache, though a HEAD comes first."""
    expected = get_sender(app)(path, query)
    reply = get(query, path=path)
    assert reply.status == expected.status >= 400
    ids = (reply.headers["x-oss-request-id"], expected.headers["x-oss-request-id"])
    assert reply.body.decode().replace(*ids) == expected.body.decode()


def test_versions_are_cached_separately(get: Callable[..., Reply], s3: "S3Client") -> None:
    """Each version is answered with its own result, cached or new."""
    s3.create_bucket(Bucket="s3-versioned")
    s3.put_bucket_versioning(Bucket="s3-versioned", VersioningConfiguration={"Status": "Enabled"})
    ids = [
        s3.put_object(
            Bucket="s3-versioned", Key="v.png", Body=stored(Image.new("RGB", (9, 9), colour))
        )
        for colour in ("red", "blue")
    ]
    for _ in range(2):
        for put, colour in zip(ids, [(255, 0, 0), (0, 0, 255)], strict=True):
            reply = get(f"{PROCESS}&versionId={put['VersionId']}", path="/versioned/v.png")
            assert reply.headers["x-oss-version-id"] == put["VersionId"]
            assert Image.open(io.BytesIO(reply.body)).getpixel((0, 0)) == colour
    assert "decode" not in get(path="/versioned/v.png").headers["server-timing"]


FAULTS = {
    "lookup-denied": [passes, refuses(403, "AccessDenied")],
    "lookup-throttled": [passes, refuses(503, "SlowDown")],
    "bucket-missing": [passes, refuses(404, "NoSuchBucket")],
    "lookup-silent": [passes, never_answers(2 * STORE_TIMEOUT)],
    "source-silent": [never_answers(2 * STORE_TIMEOUT)],
    "store-denied": [passes, passes, passes, refuses(403, "AccessDenied")],
    "store-silent": [passes, passes, passes, never_answers(2 * STORE_TIMEOUT)],
}


def metrics(text: str) -> list[dict[str, list[float]]]:
    """Return the metrics that were printed, one line for each request."""
    return [json.loads(line) for line in text.splitlines() if '"_aws"' in line]


@pytest.mark.parametrize("faults", FAULTS.values(), ids=list(FAULTS))
def test_a_failing_results_bucket_costs_one_timeout(
    get: Callable[..., Reply],
    app: ModuleType,
    faults: list[Fault],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A failing results bucket costs one timeout: the picture is rendered and the error logged."""
    began = monotonic()
    reply = get(PROCESS, *faults)
    assert monotonic() - began < 3 * STORE_TIMEOUT
    (warning,) = (record for record in caplog.records if record.levelname == "WARNING")
    assert warning.exc_info is not None
    (line,) = metrics(capsys.readouterr().out)
    assert line["ResultCacheFailures"] == [1.0]
    assert stable(reply) == stable(get_sender(app)("/demo/p.png", PROCESS))


def test_hits_and_misses_are_logged_and_counted(
    get: Callable[..., Reply],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The log says miss, hit or bypass; the metric counts hits of cacheable requests."""
    for query in (PROCESS, PROCESS, "x-oss-process=image/info"):
        get(query)
    found = [vars(record).get("result_cache") for record in caplog.records]
    assert [one for one in found if one] == ["miss", "hit", "bypass"]
    hits = [line.get("ResultCacheHits") for line in metrics(capsys.readouterr().out)]
    assert hits == [[0.0], [1.0], None]


def test_debug_logs_have_every_aws_call(
    get: Callable[..., Reply], proxy: FaultyProxy, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG, the log has every AWS call, also those to the results bucket."""
    with caplog.at_level(logging.DEBUG, logger="darkroom.aws.clients"):
        get()
    actions = [vars(r)["action"] for r in caplog.records if r.message == "aws call"]
    assert actions == ["HeadObject", "GetObject", "GetObject", "PutObject"]
    assert s3_requests(proxy) == LOOKUP + READ + STORE


def test_a_saved_result_bypasses_the_cache(ask: Ask, proxy: FaultyProxy) -> None:
    """`sys/saveas` neither reads nor fills the result cache."""
    body = b"x-oss-process=image/resize,w_50|sys/saveas,o_c2F2ZWQucG5n"
    query = (("x-oss-process", ""),)
    proxy.requests.clear()
    assert ask("POST", "demo", "p.png", by="owner", query=query, body=body).status == 200
    assert s3_requests(proxy) == ["GET /demo/p.png", "PUT /demo/saved.png"]
