"""A deployment that keeps its results, on a real S3 protocol: what is asked of S3, what is told."""

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
from tests.functional.conftest import Ask, Reply, asking, sender, sending
from tests.functional.faulty_s3 import PATIENCE, all_met, started
from tests.pictures import coded, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PROCESS = "x-oss-process=image/resize,w_50"
LARGE = "x-oss-process=image/format,bmp"
OF_THE_MOMENT = {"date", "server-timing", "x-oss-request-id", "x-oss-server-time"}

LOOK, READ = ["HEAD /demo/p.png", "GET /results/*"], ["GET /demo/p.png"]
KEEP = ["PUT /results/*"]


@pytest.fixture(scope="module")
def wired(s3: "S3Client") -> Iterator[tuple[ModuleType, FaultyProxy]]:
    """Start a function that keeps results, with a wire that can fail in front of its S3."""
    with started(s3, DARKROOM_RESULT_CACHE="true") as pair:
        yield pair


@pytest.fixture
def wire(wired: tuple[ModuleType, FaultyProxy]) -> Iterator[FaultyProxy]:
    """Let every fault be met."""
    with all_met(wired[1]) as wire:
        yield wire


@pytest.fixture
def get(wired: tuple[ModuleType, FaultyProxy], wire: FaultyProxy) -> Callable[..., Reply]:
    """Ask for something while the wire does its worst."""
    send = sender(wired[0])

    def sent(query: str = PROCESS, *faults: Fault, path: str = "/demo/p.png", **more: str) -> Reply:
        wire.requests.clear()
        wire.faults[:] = faults
        return send(path, query, **more)

    return sent


@pytest.fixture
def ask(wired: tuple[ModuleType, FaultyProxy], wire: FaultyProxy) -> Ask:
    """Send a request that a key signs."""
    del wire
    return asking(sending(wired[0]))


@pytest.fixture(autouse=True)
def _pictures(s3: "S3Client") -> None:
    """Store a picture with all that comes back with it, and forget all results."""
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


def asked(wire: FaultyProxy) -> list[str]:
    """List what was asked of S3, results without their names."""
    paths = (request.partition("?")[0] for request in wire.requests)
    return [path.partition("/results/")[0] + "/results/*" if "/results/" in path else path
            for path in paths]  # fmt: skip


def lasting(reply: Reply) -> tuple[int, bytes, dict[str, str]]:
    """Give what two answers to the same question have in common."""
    headers = {name: text for name, text in reply.headers.items() if name not in OF_THE_MOMENT}
    return reply.status, reply.body, headers


def test_the_source_is_read_once(get: Callable[..., Reply], wire: FaultyProxy) -> None:
    """The second answer is the first one: bytes and headers, and no picture was opened for it."""
    first = get()
    assert asked(wire) == LOOK + READ + KEEP
    second = get()
    assert asked(wire) == LOOK
    assert lasting(second) == lasting(first)
    assert first.headers["x-oss-meta-author"] == "alice"
    assert "decode" in first.headers["server-timing"]
    assert "decode" not in second.headers["server-timing"]


def test_a_fresh_answer_is_that_of_a_service_that_keeps_nothing(
    get: Callable[..., Reply], app: ModuleType
) -> None:
    """Nobody can tell how it came about."""
    plain = lasting(sender(app)("/demo/p.png", PROCESS))
    assert lasting(get()) == plain
    assert lasting(get()) == plain


@pytest.mark.parametrize("query", [PROCESS, LARGE], ids=["small", "large"])
def test_head_is_answered_as_get_would_be(
    get: Callable[..., Reply], s3: "S3Client", query: str
) -> None:
    """C-14: whether it is found or made."""
    s3.put_object(Bucket="demo", Key="p.png", Body=stored(Image.new("RGB", (1000, 2000))))
    made = get(query, method="HEAD")
    get(query)
    found = get(query, method="HEAD")
    assert "decode" not in found.headers["server-timing"]
    assert lasting(found) == lasting(made)
    assert int(found.headers["content-length"]) > 0


def test_a_large_result_is_put_once_and_never_read(
    get: Callable[..., Reply], wire: FaultyProxy, s3: "S3Client"
) -> None:
    """The caller is sent to it; one who wants another type is told that one."""
    s3.put_object(Bucket="demo", Key="p.png", Body=stored(Image.new("RGB", (1000, 2000), "teal")))
    first = get(LARGE)
    assert asked(wire) == LOOK + READ + KEEP
    second = get(LARGE)
    assert asked(wire) == LOOK
    assert first.status == second.status == 302
    for reply in (first, second):
        with urlopen(reply.headers["location"]) as followed:
            body = followed.read()
            assert followed.headers["content-type"] == "image/bmp"
        assert Image.open(io.BytesIO(body)).getpixel((999, 1999)) == (0, 128, 128)


@pytest.mark.parametrize("query", [PROCESS, LARGE], ids=["small", "large"])
def test_a_chosen_type_is_not_kept(ask: Ask, s3: "S3Client", query: str) -> None:
    """It is for the one who chose it."""
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


def test_a_condition_that_holds_costs_a_header(
    get: Callable[..., Reply], wire: FaultyProxy
) -> None:
    """Nothing is looked for, read or decoded."""
    etag = get().headers["etag"]
    assert get(if_none_match=etag).status == 304
    assert asked(wire) == LOOK[:1]


def test_a_private_result_is_the_readers(ask: Ask) -> None:
    """A stranger gets the same refusal as ever."""
    query = (("x-oss-process", "image/resize,w_50"),)
    assert ask("GET", "closed", "p.png", by="reader", query=query).status == 200
    refused = ask("GET", "closed", "p.png", query=query)
    assert refused.status == 403
    assert b"AccessDenied" in refused.body


def test_an_object_that_is_closed_closes_its_results(ask: Ask) -> None:
    """At once, though its bytes and so its results are the same."""
    query = (("x-oss-process", "image/resize,w_50"),)
    assert ask("GET", "demo", "p.png", query=query).status == 200
    close = {"x-oss-object-acl": "private"}
    assert (
        ask("PUT", "demo", "p.png", by="owner", query=(("acl", ""),), headers=close).status == 200
    )
    assert ask("GET", "demo", "p.png", query=query).status == 403
    assert ask("GET", "demo", "p.png", by="reader", query=query).status == 200


def test_a_protected_original_stays_so(ask: Ask, s3: "S3Client") -> None:
    """An anonymous caller gets a result by its style only, whether it is cached or new."""
    s3.put_object(Bucket="the-protected", Key="p.jpg", Body=stored(coded((80, 60)), "JPEG"))
    style = b"<Style><Content>image/resize,w_50</Content></Style>"
    named = (("style", ""), ("styleName", "kept"))
    assert ask("PUT", "the-protected", by="owner", query=named, body=style).status == 200
    query = (("x-oss-process", "image/resize,w_50"),)
    made = ask("GET", "the-protected", "p.jpg", by="reader", query=query)
    assert "decode" in made.headers["server-timing"]
    assert ask("GET", "the-protected", "p.jpg", query=query).status == 403
    for key, styled in (("p.jpg", (("x-oss-process", "style/kept"),)), ("p.jpg!kept", ())):
        found = ask("GET", "the-protected", key, query=styled)
        assert (found.status, found.body) == (200, made.body)
        assert "decode" not in found.headers["server-timing"]


def test_an_archived_source_has_the_results_that_it_had(
    get: Callable[..., Reply], s3: "S3Client"
) -> None:
    """Others cannot be made of it."""
    made = get()
    body = s3.get_object(Bucket="demo", Key="p.png")["Body"].read()
    s3.put_object(Bucket="demo", Key="p.png", Body=body, StorageClass="GLACIER")
    assert get().body == made.body
    assert b"<Code>InvalidObjectState</Code>" in get("x-oss-process=image/resize,w_51").body


def test_a_source_that_is_deleted_is_missing(get: Callable[..., Reply], s3: "S3Client") -> None:
    """Its results, too."""
    get()
    s3.delete_object(Bucket="demo", Key="p.png")
    assert b"<Code>NoSuchKey</Code>" in get().body


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/demo/missing.png", PROCESS),
        ("/gone/p.png", PROCESS),
        ("/demo/p.png", f"{PROCESS}&versionId=0123"),
        ("/closed/p.png", PROCESS),
        ("/demo/p.png", "x-oss-process=image/watermark,image_bWlzc2luZw"),
        ("/demo/p.png", "x-oss-process=image/crop,x_4000"),
    ],
)
def test_refusals_are_worded_as_ever(
    get: Callable[..., Reply], app: ModuleType, path: str, query: str
) -> None:
    """A HEAD tells less than a GET: who looks first must not pass that on."""
    expected = sender(app)(path, query)
    reply = get(query, path=path)
    assert reply.status == expected.status >= 400
    ids = (reply.headers["x-oss-request-id"], expected.headers["x-oss-request-id"])
    assert reply.body.decode().replace(*ids) == expected.body.decode()


def test_versions_are_kept_apart(get: Callable[..., Reply], s3: "S3Client") -> None:
    """Each is answered with its own picture, found or made."""
    s3.create_bucket(Bucket="s3-kept")
    s3.put_bucket_versioning(Bucket="s3-kept", VersioningConfiguration={"Status": "Enabled"})
    ids = [
        s3.put_object(Bucket="s3-kept", Key="v.png", Body=stored(Image.new("RGB", (9, 9), colour)))
        for colour in ("red", "blue")
    ]
    for _ in range(2):
        for put, colour in zip(ids, [(255, 0, 0), (0, 0, 255)], strict=True):
            reply = get(f"{PROCESS}&versionId={put['VersionId']}", path="/kept/v.png")
            assert reply.headers["x-oss-version-id"] == put["VersionId"]
            assert Image.open(io.BytesIO(reply.body)).getpixel((0, 0)) == colour
    assert "decode" not in get(path="/kept/v.png").headers["server-timing"]


FAULTS = {
    "look-denied": [passes, refuses(403, "AccessDenied")],
    "look-throttled": [passes, refuses(503, "SlowDown")],
    "bucket-gone": [passes, refuses(404, "NoSuchBucket")],
    "look-silent": [passes, never_answers(2 * PATIENCE)],
    "source-silent": [never_answers(2 * PATIENCE)],
    "keep-denied": [passes, passes, passes, refuses(403, "AccessDenied")],
    "keep-silent": [passes, passes, passes, never_answers(2 * PATIENCE)],
}


def metrics(text: str) -> list[dict[str, list[float]]]:
    """Read what was printed for CloudWatch, a line for each request."""
    return [json.loads(line) for line in text.splitlines() if '"_aws"' in line]


@pytest.mark.parametrize("faults", FAULTS.values(), ids=list(FAULTS))
def test_a_store_that_fails_costs_one_short_wait(
    get: Callable[..., Reply],
    app: ModuleType,
    faults: list[Fault],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The picture is made, nothing is tried again, and the log says why."""
    began = monotonic()
    reply = get(PROCESS, *faults)
    assert monotonic() - began < 3 * PATIENCE
    (warning,) = (record for record in caplog.records if record.levelname == "WARNING")
    assert warning.exc_info is not None
    (line,) = metrics(capsys.readouterr().out)
    assert line["ResultCacheFailures"] == [1.0]
    assert lasting(reply) == lasting(sender(app)("/demo/p.png", PROCESS))


def test_the_log_and_the_metrics_say_what_was_found(
    get: Callable[..., Reply],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For the share of requests that the store answers."""
    for query in (PROCESS, PROCESS, "x-oss-process=image/info"):
        get(query)
    found = [vars(record).get("result_cache") for record in caplog.records]
    assert [one for one in found if one] == ["miss", "hit", "bypass"]
    hits = [line.get("ResultCacheHits") for line in metrics(capsys.readouterr().out)]
    assert hits == [[0.0], [1.0], None]


def test_a_close_look_has_every_exchange_in_it(
    get: Callable[..., Reply], wire: FaultyProxy, caplog: pytest.LogCaptureFixture
) -> None:
    """Those with the results bucket as well: what is told is what went over the wire."""
    with caplog.at_level(logging.DEBUG, logger="darkroom.aws.clients"):
        get()
    actions = [vars(r)["action"] for r in caplog.records if r.message == "aws call"]
    assert actions == ["HeadObject", "GetObject", "GetObject", "PutObject"]
    assert asked(wire) == LOOK + READ + KEEP


def test_a_saved_result_is_neither_looked_for_nor_kept(ask: Ask, wire: FaultyProxy) -> None:
    """It has a place of its own."""
    body = b"x-oss-process=image/resize,w_50|sys/saveas,o_c2F2ZWQucG5n"
    query = (("x-oss-process", ""),)
    wire.requests.clear()
    assert ask("POST", "demo", "p.png", by="owner", query=query, body=body).status == 200
    assert asked(wire) == ["GET /demo/p.png", "PUT /demo/saved.png"]
