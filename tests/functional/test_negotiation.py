"""`format,auto` through the handler: variants, their ETags, caches and styles (spec 07 §1)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from PIL import Image

from darkroom.process.parameters import encode_base64
from tests.functional.conftest import Ask, Get, Reply, get_sender
from tests.functional.function_instances import new_instance
from tests.pictures import photographic, shown, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

AUTO = "x-oss-process=image/resize,w_60/format,auto"
PICTURE = stored(photographic((80, 60)), "JPEG")
ACCEPT = {
    "image/avif": "image/avif,image/webp,image/apng,image/*,*/*;q=0.8",
    "image/webp": "image/webp,*/*",
    "image/jpeg": "*/*",
}
"""An `Accept` header for each content type of a result."""
VARYING = {"date", "server-timing", "x-oss-request-id", "x-oss-server-time"}


@pytest.fixture(scope="module", autouse=True)
def _pictures(s3: "S3Client") -> None:
    """Store a photograph in two buckets."""
    for bucket in ("demo", "styled"):
        s3.put_object(Bucket=bucket, Key="a.jpg", Body=PICTURE, ContentType="image/jpeg")


def stable(reply: Reply) -> dict[str, str]:
    """Return the headers that are the same in every answer."""
    return {name: text for name, text in reply.headers.items() if name not in VARYING}


@pytest.mark.parametrize("content_type", ACCEPT)
def test_the_accept_header_chooses_the_format(get: Get, content_type: str) -> None:
    """GET and HEAD agree, and both name the header in `Vary`."""
    reply = get("/demo/a.jpg", AUTO, accept=ACCEPT[content_type])
    assert (reply.status, reply.headers["content-type"]) == (200, content_type)
    assert reply.headers["vary"] == "Accept"
    assert shown(reply.body).size == (60, 45)
    head = get("/demo/a.jpg", AUTO, method="HEAD", accept=ACCEPT[content_type])
    assert stable(head) == {**stable(reply), "content-length": str(len(reply.body))}


def test_without_a_header_nothing_is_accepted(get: Get) -> None:
    """The source's own format; `Vary` is sent as well."""
    reply = get("/demo/a.jpg", AUTO)
    assert (reply.headers["content-type"], reply.headers["vary"]) == ("image/jpeg", "Accept")


def test_each_variant_has_its_own_etag(get: Get, s3: "S3Client") -> None:
    """The one of a client that accepts nothing more is the source's (C-30)."""
    replies = [get("/demo/a.jpg", AUTO, accept=text) for text in ACCEPT.values()]
    etags = [reply.headers["etag"] for reply in replies]
    source = s3.head_object(Bucket="demo", Key="a.jpg")["ETag"].upper()
    assert etags == [f'{source[:-1]}-AVIF"', f'{source[:-1]}-WEBP"', source]
    assert {reply.headers["x-oss-object-type"] for reply in replies} == {"Normal"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_variant_is_current_for_its_own_clients(get: Get, method: str) -> None:
    """304 with `Vary` for the same `Accept`, the other variant for another one."""
    for accept in ACCEPT.values():
        etag = get("/demo/a.jpg", AUTO, accept=accept).headers["etag"]
        for other in ACCEPT.values():
            reply = get("/demo/a.jpg", AUTO, method=method, accept=other, if_none_match=etag)
            assert (reply.status == 304) is (accept == other)
            assert reply.headers["vary"] == "Accept"


@pytest.mark.parametrize("process", ["image/resize,w_60", "image/format,auto/format,jpg"])
def test_other_answers_do_not_vary(get: Get, process: str) -> None:
    """One result for all clients, with the source's ETag."""
    replies = [get("/demo/a.jpg", f"x-oss-process={process}", accept=a) for a in ACCEPT.values()]
    assert len({reply.headers["etag"] for reply in replies}) == 1
    assert len({reply.body for reply in replies}) == 1
    assert not any("vary" in reply.headers for reply in replies)
    assert "vary" not in get("/demo/a.jpg", accept=ACCEPT["image/avif"]).headers


@pytest.fixture
def _style(ask: Ask) -> Iterator[None]:
    """Save a style with `format,auto`; delete it afterwards."""
    query = (("style", ""), ("styleName", "auto"))
    body = b"<Style><Content>image/resize,w_60/format,auto</Content></Style>"
    assert ask("PUT", "styled", by="owner", query=query, body=body).status == 200
    yield
    assert ask("DELETE", "styled", by="owner", query=query).status == 204


@pytest.mark.usefixtures("_style")
@pytest.mark.parametrize("content_type", ACCEPT)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_styles_may_have_it(get: Get, content_type: str, method: str) -> None:
    """By name and after a delimiter."""
    for path, process in (("a.jpg", "x-oss-process=style/auto"), ("a.jpg!auto", "")):
        reply = get(f"/styled/{path}", process, accept=ACCEPT[content_type], method=method)
        assert (reply.status, reply.headers["content-type"]) == (200, content_type)
        assert reply.headers["vary"] == "Accept"


def test_a_post_has_no_client_to_choose_for(ask: Ask, s3: "S3Client") -> None:
    """Its `Accept` is not read, with a saveas and without."""
    process = "x-oss-process=image/resize,w_60/format,auto"
    headers = {"accept": ACCEPT["image/avif"]}
    for sysop in ("", f"|sys/saveas,o_{encode_base64('saved')}"):
        reply = ask(
            "POST",
            "demo",
            "a.jpg",
            by="owner",
            query=(("x-oss-process", ""),),
            headers=headers,
            body=(process + sysop).encode(),
        )
        assert reply.status == 200
    assert s3.head_object(Bucket="demo", Key="saved")["ContentType"] == "image/jpeg"


def test_vary_has_the_names_of_cors_too(get: Get, ask: Ask, s3: "S3Client") -> None:
    """Both headers change the answer."""
    s3.put_object(Bucket="configured", Key="a.jpg", Body=PICTURE)
    rules = b'"cors": [{"allowedOrigins": ["https://a.example"], "allowedMethods": ["GET"]}]'
    query = (("x-oss-bucket-settings", ""),)
    for document in (b'{"acl": "public-read", %b}' % rules, b'{"acl": "public-read"}'):
        assert ask("PUT", "configured", by="owner", query=query, body=document).status == 200
        reply = get("/configured/a.jpg", AUTO, origin="https://a.example")
        plain = get("/configured/a.jpg", origin="https://a.example")
        varying = (reply.headers.get("vary"), plain.headers.get("vary"))
        assert varying == (("Origin, Accept", "Origin") if rules in document else ("Accept", None))


def test_an_ignored_error_varies_with_it(get: Get) -> None:
    """Another format may have no error."""
    process = "x-oss-process=image/crop,x_900/format,auto/ignore-error,1"
    reply = get("/demo/a.jpg", process, accept=ACCEPT["image/webp"])
    assert (reply.status, reply.body, reply.headers["vary"]) == (200, PICTURE, "Accept")


def test_a_redirect_varies_too(get: Get, s3: "S3Client") -> None:
    """Each variant of a large result is stored under a key of its own."""
    noise = Image.effect_noise((1800, 1800), 200).convert("RGB")
    s3.put_object(Bucket="demo", Key="noise.bmp", Body=stored(noise, "BMP"))
    s3.put_object(Bucket="demo", Key="noise.png", Body=stored(noise))
    reply = get("/demo/noise.png", "x-oss-process=image/format,auto")
    assert (reply.status, reply.headers["vary"]) == (302, "Accept")
    with urlopen(reply.headers["location"]) as result:
        assert shown(result.read()).format == "PNG"


@pytest.fixture(scope="module")
def cached(s3: "S3Client") -> Get:
    """Send requests to a function with a result cache."""
    del s3
    return get_sender(new_instance("process_with_cached_variants", DARKROOM_RESULT_CACHE="true"))


def test_the_result_cache_keeps_variants_apart(
    cached: Get, caplog: pytest.LogCaptureFixture
) -> None:
    """Three results of one URL; each is found again by its own clients only."""
    outcomes = list[tuple[str, str, bytes]]()
    for _ in range(2):
        for accept in ACCEPT.values():
            caplog.clear()
            reply = cached("/demo/a.jpg", AUTO, accept=accept)
            (record,) = [vars(line) for line in caplog.records if line.getMessage() == "request"]
            assert reply.headers["vary"] == "Accept"
            outcomes.append((record["result_cache"], reply.headers["content-type"], reply.body))
    assert [outcome for outcome, _, _ in outcomes] == ["miss"] * 3 + ["hit"] * 3
    assert [content_type for _, content_type, _ in outcomes] == [*ACCEPT] * 2
    assert [body for _, _, body in outcomes[:3]] == [body for _, _, body in outcomes[3:]]


def test_a_current_copy_is_found_without_the_source(cached: Get) -> None:
    """The lookup compares the variant's ETag as well."""
    etag = cached("/demo/a.jpg", AUTO, accept="image/webp").headers["etag"]
    same = cached("/demo/a.jpg", AUTO, accept="image/webp", if_none_match=etag)
    other = cached("/demo/a.jpg", AUTO, accept="image/avif", if_none_match=etag)
    assert (same.status, other.status) == (304, 200)
