"""Processes under the names of other clouds: requests in, pictures out (spec 07 §2)."""

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from darkroom.auth import SignedRequest
from darkroom.imaging.operations import OPERATIONS
from darkroom.process.dialects import DIALECTS
from darkroom.process.grammar import PROCESS
from darkroom.process.parameters import encode_base64
from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import Server, serving
from tests.declarations import minimal_arguments
from tests.functional.conftest import (
    Ask,
    Get,
    Reply,
    access_key,
    get_sender,
    request_sender,
    signing_sender,
)
from tests.functional.function_instances import new_instance
from tests.pictures import coded, stored
from tests.signed_forms import sign_in_every_form

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

OTHERS = list(DIALECTS)

KEYS = ("dialects/a.jpg", "dialects/a.png")

HELLO = "text_SGVsbG8,size_12"
MARK = "dialects/mark.png"

type Words = Mapping[str, Mapping[str, str]]
"""Operation → action in the dialect → the same on OSS."""

HUAWEI_OBS: Words = {
    "crop": {
        **{
            f"crop,w_20,h_10,g_{word}": f"crop,w_20,h_10,g_{gravity}"
            for word, gravity in (
                *(("tl", "nw"), ("top", "north"), ("tr", "ne")),
                *(("left", "west"), ("center", "center"), ("right", "east")),
                *(("bl", "sw"), ("bottom", "south"), ("br", "se")),
            )
        },
        "crop,w_20,x_5": "crop,w_20,x_5",
    },
    "watermark": {
        f"watermark,{HELLO}": f"watermark,{HELLO},g_nw",
        f"watermark,{HELLO},g_br": f"watermark,{HELLO},g_se",
        "watermark,g_top,image_"
        + encode_base64(f"demo/{MARK}?x-image-process=image/resize,P_30"): "watermark,g_north,"
        "image_" + encode_base64(f"{MARK}?x-oss-process=image/resize,P_30"),
    },
    "flip": {"flip,horizontal": "flip,1", "flip,vertical": "flip,0"},
    "rounded-corners": {
        "rounded-corners,r_10": "rounded-corners,r_10",
        "rounded-corners,r_25p": "rounded-corners,r_10",
        "rounded-corners,rx_10,ry_25p": "rounded-corners,r_10",
    },
    "elliptical-corners": {"rounded-corners,rx_12,ry_10p": "elliptical-corners,x_12,y_4"},
    "quality": {
        "imageslim": "quality,q_75",
        "format,webp/imageslim": "format,webp",
        "quality,q_50": "quality,q_50",
    },
}

VOLCENGINE_TOS: Words = {
    "format": {
        "format,webp,q_30": "format,webp/quality,q_30",
        "format,jpg,Q_30": "format,jpg/quality,Q_30",
    },
    "watermark": {
        "watermark,image_" + encode_base64(f"{MARK}?x-tos-process=image/resize,P_30"): "watermark,"
        "image_" + encode_base64(f"{MARK}?x-oss-process=image/resize,P_30"),
    },
}

ALIBABA_CDN: Words = {
    "resize": {
        "resize,fw_30,fh_35": "resize,m_fixed,w_30,h_35",
        "resize,fw_30,fh_99": "resize,m_fixed,w_30,h_99",
        "resize,w_99,limit_0": "resize,w_99",
        "resize,p_50": "resize,p_50",
    },
}

WORDS: Mapping[str, Words] = {
    "x-image-process": HUAWEI_OBS,
    "x-tos-process": VOLCENGINE_TOS,
    "x-amz-process": {},
    "x-zos-process": {},
    "image_process": ALIBABA_CDN,
}


@pytest.fixture(scope="module", autouse=True)
def _pictures(s3: "S3Client") -> None:
    """Store the pictures and the mark."""
    for bucket in ("demo", "closed", "the-protected"):
        s3.put_object(Bucket=bucket, Key=KEYS[0], Body=stored(coded((60, 40)), "JPEG"))
        s3.put_object(Bucket=bucket, Key=KEYS[1], Body=stored(coded((60, 40), "RGBA")))
        s3.put_object(Bucket=bucket, Key=MARK, Body=stored(coded((16, 16), "RGBA")))


@pytest.fixture(scope="module")
def dialects(s3: "S3Client") -> ModuleType:  # noqa: ARG001 - its environment is what counts
    """Start a function that accepts every name, with a result cache."""
    return new_instance(
        "process_with_dialects",
        DARKROOM_DIALECTS=",".join(OTHERS),
        DARKROOM_RESULT_CACHE="true",
    )


@pytest.fixture(scope="module")
def get(dialects: ModuleType) -> Get:
    """Return a function that sends unsigned requests."""
    return get_sender(dialects)


@pytest.fixture(scope="module")
def ask(dialects: ModuleType) -> Ask:
    """Return a function that sends requests signed in version 4."""
    return signing_sender(request_sender(dialects))


def written(name: str, actions: str) -> str:
    """Return a query with actions that need no translation, as the service of the name has it."""
    return f"{name}=" + f"image/{actions}".removeprefix(DIALECTS[name].prefix)


def uses(name: str, operation: str) -> Mapping[str, str]:
    """Return an operation as the dialect writes it, with the canonical actions."""
    usual = ",".join([operation, *minimal_arguments(OPERATIONS[operation])])
    return WORDS[name].get(operation, {usual: usual})


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_in_each_dialect(name: str, operation: str, get: Get) -> None:
    """The answer is that to the canonical process, byte for byte."""
    for key in KEYS:
        for own, canonical in uses(name, operation).items():
            reply = get(f"/demo/{key}", written(name, own))
            expected = get(f"/demo/{key}", f"x-oss-process=image/{canonical}")
            assert expected.status == 200, (canonical, expected.body)
            assert reply.status == 200, (own, reply.body)
            assert reply.body == expected.body, own
            assert reply.headers["content-type"] == expected.headers["content-type"], own


@pytest.mark.parametrize("name", OTHERS)
def test_every_word_of_a_dialect_is_compared(name: str) -> None:
    """The words above are of operations that exist, and of every action that is translated."""
    assert WORDS[name].keys() <= OPERATIONS.keys()
    own = {action.partition(",")[0] for words in WORDS[name].values() for action in words}
    last = {action.rpartition("/")[2] for words in WORDS[name].values() for action in words}
    assert DIALECTS[name].actions.keys() <= own | last


@pytest.fixture
def _style(ask: Ask) -> Iterator[None]:
    """Save a style, and delete it after the test."""
    query = (("style", ""), ("styleName", "dialects"))
    content = b"<Style><Content>image/crop,w_20,h_10,g_se</Content></Style>"
    assert ask("PUT", "demo", by="owner", query=query, body=content).status == 200
    yield
    assert ask("DELETE", "demo", by="owner", query=query).status == 204


@pytest.mark.usefixtures("_style")
@pytest.mark.parametrize("name", OTHERS)
def test_a_style_under_each_name(name: str, get: Get) -> None:
    """Styles have the words of OSS; the CDN has none."""
    reply = get(f"/demo/{KEYS[0]}", f"{name}=style/dialects")
    if DIALECTS[name].prefix:
        assert (reply.status, b"The action: style is not" in reply.body) == (400, True)
        return
    expected = get(f"/demo/{KEYS[0]}", "x-oss-process=style/dialects")
    assert (reply.status, expected.status, reply.body) == (200, 200, expected.body)
    missing = get(f"/demo/{KEYS[0]}", f"{name}=style/none")
    assert (missing.status, b"NoSuchStyle" in missing.body) == (404, True)


@pytest.mark.parametrize("name", OTHERS)
def test_a_head_has_the_headers_of_the_get(name: str, get: Get) -> None:
    """Size, type and ETag are those of the picture; an error is in `x-oss-err`."""
    query = written(name, "resize,w_30/format,png")
    answered = [get(f"/demo/{KEYS[0]}", query, method=method) for method in ("GET", "HEAD")]
    for header in ("content-type", "etag", "last-modified"):
        assert len({reply.headers[header] for reply in answered}) == 1, header
    assert int(answered[1].headers["content-length"]) == len(answered[0].body)
    refused = get(f"/demo/{KEYS[0]}", f"{name}=slim", method="HEAD")
    assert (refused.status, "x-oss-err" in refused.headers) == (400, True)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_by_default_the_name_is_unknown(name: str, method: str, app: ModuleType) -> None:
    """The answer is the stored object, as with any parameter, or what `x-oss-process` says."""
    get = get_sender(app)
    plain, with_name = (
        get(f"/demo/{KEYS[0]}", query, method=method) for query in ("", written(name, "resize,w_9"))
    )
    assert (with_name.status, with_name.body) == (plain.status, plain.body)
    assert with_name.headers["content-length"] == plain.headers["content-length"]
    both = get(f"/demo/{KEYS[0]}", written(name, "nonsense") + "&x-oss-process=image/info")
    assert (both.status, both.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("name", OTHERS)
def test_other_methods_do_not_read_the_name(name: str, ask: Ask, s3: "S3Client") -> None:
    """PUT stores the object; POST needs `x-oss-process`; DELETE deletes."""
    query = ((name, "image/resize,w_9"),)
    put = ask("PUT", "demo", "dialects/new", by="owner", query=query, body=b"new")
    stored_body = s3.get_object(Bucket="demo", Key="dialects/new")["Body"].read()
    post = ask("POST", "demo", KEYS[0], by="owner", query=query, body=b"x-tos-process=image/info")
    deleted = ask("DELETE", "demo", "dialects/new", by="owner", query=query)
    assert (put.status, stored_body, post.status, deleted.status) == (200, b"new", 405, 204)


def size(reply: Reply) -> tuple[int, int]:
    """Return the size of the picture that was answered."""
    assert reply.status == 200, reply.body
    with Image.open(io.BytesIO(reply.body)) as image:
        return image.size


@pytest.mark.parametrize(
    ("accepted", "width"),
    [
        ("image_process,x-tos-process", 10),
        ("x-tos-process,image_process,x-oss-process", 20),
        ("image_process,x-oss-process,x-tos-process", 30),
        ("x-oss-process", 10),
        ("", 10),
    ],
)
@pytest.mark.usefixtures("dialects")
def test_the_first_name_of_the_list_counts(accepted: str, width: int) -> None:
    """The order in the URL does not; `x-oss-process` is first unless the list has it elsewhere."""
    get = get_sender(new_instance("process_with_a_list", DARKROOM_DIALECTS=accepted))
    named = ("x-oss-process=image/resize,w_10", "x-tos-process=image/resize,w_20")
    last = "image_process=resize,w_30"
    for query in ("&".join([*named, last]), "&".join([last, *reversed(named)])):
        assert size(get(f"/demo/{KEYS[0]}", query))[0] == width, query


COVERED = {"v1 header": False, "v1 url": False, "v2 header": True, "v2 url": True}
COVERED |= {"v4 header": True, "v4 url": True}
"""Whether a signature of this form covers all parameters (spec 01 §5)."""


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("form", COVERED)
def test_the_name_counts_where_the_signature_covers_it(
    name: str, form: str, dialects: ModuleType
) -> None:
    """Otherwise it is ignored: the answer is the object, or what the signed process says."""
    send = request_sender(dialects)
    value = "image/resize,w_20".removeprefix(DIALECTS[name].prefix)
    whole, small = (60, 40), (20, 13)
    for signed, expected in (((), whole), (((PROCESS, "image/resize,w_30"),), (30, 20))):
        request = SignedRequest(
            method="GET", bucket="closed", key=KEYS[0], query=((name, value), *signed)
        )
        forms = sign_in_every_form(
            request, access_key("reader"), now=datetime.now(UTC), seconds=300
        )
        wanted = small if COVERED[form] and not signed else expected
        assert size(send(forms[form])) == wanted, signed


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("form", COVERED)
def test_the_name_cannot_be_added_to_a_signed_request(
    name: str, form: str, dialects: ModuleType
) -> None:
    """A covering signature does not match any more; version 1 answers as without the name."""
    request = SignedRequest(method="GET", bucket="closed", key=KEYS[0])
    forms = sign_in_every_form(request, access_key("reader"), now=datetime.now(UTC), seconds=300)
    value = "image/resize,w_20".removeprefix(DIALECTS[name].prefix)
    reply = request_sender(dialects)(forms[form].with_query(((name, value),)))
    if COVERED[form]:
        assert (reply.status, b"SignatureDoesNotMatch" in reply.body) == (403, True)
    else:
        assert size(reply) == (60, 40)


@pytest.mark.parametrize("name", OTHERS)
def test_access_is_that_of_the_canonical_process(name: str, get: Get) -> None:
    """A private and a protected object are not shown under another name."""
    for bucket in ("closed", "the-protected"):
        for query in (written(name, "resize,w_20"), "x-oss-process=image/resize,w_20"):
            assert get(f"/{bucket}/{KEYS[0]}", query).status == 403, (bucket, query)


def test_one_process_has_one_cached_result(get: Get, s3: "S3Client") -> None:
    """Its name and its words do not count (decision 011)."""
    for entry in s3.list_objects_v2(Bucket="results").get("Contents", []):
        s3.delete_object(Bucket="results", Key=entry["Key"])
    bodies = {
        get(f"/demo/{KEYS[0]}", query).body
        for query in (
            "x-oss-process=image/resize,m_fixed,w_20,h_10/format,webp/quality,q_60",
            "x-tos-process=image/resize,m_fixed,h_10,w_20/format,webp,q_60",
            "x-zos-process=image/resize,m_fixed,h_10,w_20/format,webp/quality,q_60",
            "x-image-process=image/resize,m_fixed,w_20,h_10/format,webp/quality,q_60/imageslim",
            "image_process=resize,fw_20,fh_10/format,webp/quality,q_60",
        )
    }
    cached = s3.list_objects_v2(Bucket="results", Prefix="results/")
    assert (len(bodies), cached["KeyCount"]) == (1, 1)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("x-tos-process=resize,w_9", "of parameter: x-tos-process is invalid.reason:Value must be"),
        ("x-image-process=image/crop,g_se", "The value: se of parameter: g is invalid"),
        ("image_process=resize,fw_0", "The value: 0 of parameter: fw is invalid"),
        ("x-amz-process=image/resize,w_9|sys/saveas,o_YQ", "of parameter: x-amz-process is inv"),
        ("image_process=resize,w_9|sys/saveas,o_YQ", "of parameter: image_process is invalid"),
        ("image_process=", "No action is given."),
        ("x-zos-process", "of parameter: x-zos-process is invalid"),
    ],
)
def test_an_error_names_what_was_written(query: str, message: str, get: Get) -> None:
    """400 with the parameter and the words of the client; nothing is cached."""
    reply = get(f"/demo/{KEYS[0]}", query)
    assert (reply.status, message in reply.body.decode()) == (400, True), reply.body


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    ("accept", "content_type"), [("image/webp,*/*", "image/webp"), ("*/*", "image/jpeg")]
)
def test_the_format_by_the_client(name: str, accept: str, content_type: str, get: Get) -> None:
    """`format,auto` chooses under each name, and the answer says that it does (C-183)."""
    reply = get(f"/demo/{KEYS[0]}", written(name, "format,auto"), accept=accept)
    assert (reply.headers["content-type"], reply.headers["vary"]) == (content_type, "Accept")


@pytest.mark.parametrize("query", ["resize,fw_0/ignore-error,1", "slim/ignore-error,1"])
def test_an_ignored_error_answers_the_original(query: str, get: Get, s3: "S3Client") -> None:
    """Also where a translation raised it (C-178)."""
    original = s3.get_object(Bucket="demo", Key=KEYS[0])["Body"].read()
    reply = get(f"/demo/{KEYS[0]}", f"image_process={query}")
    assert (reply.status, reply.body) == (200, original)
    assert reply.headers["x-oss-process-error"] == "InvalidArgument"


def test_a_plus_in_a_process_is_literal(get: Get) -> None:
    """Careless clients send base64 of the standard alphabet (C-11)."""
    text = "Pj4+"
    for name in ("x-oss-process", "x-tos-process"):
        assert get(f"/demo/{KEYS[0]}", f"{name}=image/watermark,text_{text}").status == 200


def test_the_log_line_names_the_dialect(get: Get, caplog: pytest.LogCaptureFixture) -> None:
    """Operators see which names are in use; the operation is the action that was written."""
    with caplog.at_level(logging.INFO):
        get(f"/demo/{KEYS[0]}", "image_process=resize,w_9&x-tos-process=image/info")
        get(f"/demo/{KEYS[0]}", "x-oss-process=image/resize,w_9&image_process=rotate,90")
    lines = [vars(record) for record in caplog.records if record.message == "request"]
    assert [(line["operation"], line.get("dialect")) for line in lines] == [
        ("info", "x-tos-process"),
        ("resize", None),
    ]


NUXT = {
    "quality,Q_50": (60, 40),
    "resize,fw_30,fh_30": (30, 30),
    "resize,fw_300,fh_300": (60, 40),
    "resize,fw_900,fh_200/format,webp/quality,Q_80": (60, 40),
    "resize,fw_45,fh_20/format,webp/quality,Q_80": (45, 20),
    "resize,h_20": (30, 20),
    "resize,h_200": (60, 40),
}
"""Queries of the provider `aliyun` of @nuxt/image, with the sizes for a picture of 60×40."""


@pytest.fixture(scope="module")
def server(dialects: ModuleType) -> Iterator[Server]:
    """Serve the function over HTTP."""
    gateway = Gateway(invoke=InProcess(handler=dialects.handler), log=lambda _: None)
    with serving(gateway.answer) as running:
        yield running


@pytest.fixture
def fetch(server: Server) -> Callable[..., Reply]:
    """Return a function that sends a request to a bucket's own host."""

    def send(target: str, *, method: str = "GET") -> Reply:
        with closing(HTTPConnection("127.0.0.1", server.server_port, timeout=20)) as connection:
            connection.request(method, target, headers={"Host": "demo.oss.example.com"})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(status=response.status, headers=names, body=response.read())

    return send


@pytest.mark.parametrize("actions", NUXT)
def test_nuxt_image_shows_pictures_over_http(actions: str, fetch: Callable[..., Reply]) -> None:
    """Commas may be percent-encoded."""
    for text in (actions, actions.replace(",", "%2C").replace("/", "%2F")):
        assert size(fetch(f"/{KEYS[1]}?image_process={text}")) == NUXT[actions]


@pytest.mark.parametrize("name", OTHERS)
def test_each_name_over_http(name: str, fetch: Callable[..., Reply]) -> None:
    """Encoded or not, GET and HEAD."""
    expected = fetch(f"/{KEYS[0]}?x-oss-process=image/resize,w_20/rotate,90")
    for query in (
        written(name, "resize,w_20/rotate,90"),
        written(name, "resize%2Cw_20%2Frotate,90"),
    ):
        reply = fetch(f"/{KEYS[0]}?{query}&utm_source=a")
        assert (size(reply), reply.body) == ((13, 20), expected.body)
        head = fetch(f"/{KEYS[0]}?{query}", method="HEAD")
        assert (head.status, head.headers["content-type"]) == (200, "image/jpeg")
    info = fetch(f"/{KEYS[0]}?{written(name, 'info')}")
    assert json.loads(info.body)["ImageWidth"] == {"value": "60"}
