"""The CloudFront function that removes unknown parameters, reduces `Accept` and moves types.

The tests run it in node, whose JavaScript includes CloudFront's.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from darkroom.auth import v1
from darkroom.process.dialects import DIALECTS
from darkroom.usecases.accept import accepted_format
from darkroom.web.cdn import CONTENT_TYPE_HEADER
from darkroom.web.dispatch import BUCKET_ROUTES, OBJECT_ROUTES, PLAIN, Routes
from darkroom.web.handlers import not_implemented
from darkroom.web.responses import RESPONSE_PARAMETERS
from darkroom.web.wire import QueryParameter
from tests.stack import stack_with
from tests.unit.usecases.test_accept import NAMED

HANDLERS = Path(not_implemented.__file__).parent


def code(dialects: str = "") -> str:
    """Return the function's code in a stack with these dialects."""
    stack = stack_with({"Cdn": "optional", "Dialects": dialects})
    text: str = stack.properties("QueryFunction")["FunctionCode"]
    return text


CODE = code()

RUN = """
const events = JSON.parse(require('fs').readFileSync(0));
process.stdout.write(JSON.stringify(events.map((event) => handler(event))));
"""


def sub_resources(routes: Routes) -> set[str]:
    """Return the sub-resources of a table of routes."""
    return {name for _, name in routes if name != PLAIN}


OBJECT_PARAMETERS = {
    *sub_resources(OBJECT_ROUTES),
    *not_implemented.OF_OBJECTS,
    *RESPONSE_PARAMETERS,
    QueryParameter.VERSION_ID,
}
"""The parameters that change the answer to an anonymous GET of an object."""


def test_handlers_read_declared_parameters_only() -> None:
    """`context.query` is typed by `QueryParameter`; only the dispatcher reads `request.query`."""
    assert [path for path in HANDLERS.glob("*.py") if "request.query" in path.read_text()] == []


def listed(name: str) -> list[str]:
    """Return a list that the function declares."""
    (text,) = re.findall(rf"const {name} = (.*?);", CODE, re.DOTALL)
    return " ".join(re.findall(r"'(.+?)'", text.replace("split(' ')", ""))).split()


def test_the_function_lists_the_parameters_of_the_service() -> None:
    """Those of objects, and the sub-resources of buckets."""
    assert listed("OBJECT") == sorted(map(str, OBJECT_PARAMETERS))
    buckets = {*sub_resources(BUCKET_ROUTES), *not_implemented.OF_BUCKETS}
    assert listed("BUCKET") == sorted(map(str, buckets - OBJECT_PARAMETERS))


def test_the_function_keeps_values_that_count() -> None:
    """A sub-resource counts by its presence, except a process."""
    valued = {*RESPONSE_PARAMETERS, QueryParameter.VERSION_ID}
    valued |= {QueryParameter.PROCESS, QueryParameter.ASYNC_PROCESS}
    assert listed("VALUED") == sorted(map(str, valued))


def test_the_function_detects_every_signature_version() -> None:
    """The parameters are those that auth/verify.py reads."""
    assert set(listed("SIGNED")) == {*v1.URL_PARAMETERS, "x-oss-signature-version"}


def test_the_function_is_below_cloudfronts_limit() -> None:
    """The maximum is 10 KB."""
    assert len(CODE.encode()) < 10_240


def event(
    query: str,
    *,
    method: str = "GET",
    headers: Sequence[str] = (),
    accept: Sequence[str] = (),
    uri: str = "/demo/a.jpg",
) -> dict[str, Any]:
    """Return a CloudFront event: names and values are encoded as in the request.

    `accept` has the values of the `Accept` header, as often as it is sent.
    """
    parameters: dict[str, Any] = {}
    for item in filter(None, query.split("&")):
        name, _, value = item.partition("=")
        parameters.setdefault(name, {"value": value, "multiValue": []})
        parameters[name]["multiValue"].append({"value": value})
    request: dict[str, Any] = {
        "method": method,
        "uri": uri,
        "querystring": parameters,
        "headers": {name: {"value": "…"} for name in headers},
        "cookies": {},
    }
    if accept:
        request["headers"] |= {"accept": {"value": accept[0]}}
    if len(accept) > 1:
        request["headers"]["accept"]["multiValue"] = [{"value": value} for value in accept]
    return {"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request}


def run(*events: dict[str, Any], code: str = CODE) -> list[dict[str, Any]]:
    """Run the function in node and return its responses."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node to run what CloudFront runs")
    ran = subprocess.run(
        [node, "-e", code + RUN],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers


KEPT = {
    "x-oss-process=image/resize,w_100&utm_source=x&fbclid=1": "x-oss-process=image/resize,w_100",
    "utm=1": "",
    "_=1&%3C%25=2&__proto__=3&constructor=4": "",
    "versionId=1&response-expires=0&x=1": "response-expires=0&versionId=1",
    "x%2Doss%2Dprocess=image/info": "x-oss-process=image/info",
    "%ff=1": "%ff=",
    "tagging=5": "tagging=",
    "acl&ACL": "acl=",
    # Of other resources, or of none.
    "list-type=2&prefix=a&max-keys=5&start-after=b&fetch-owner=true&cb=1": "",
    "x-oss-anything=1&x-oss-=2&response-=3&response-any=4&X-Oss-Process=5": "",
    "taskId=1&partNumber=2&style&styleName=a&part-number-marker=3&continuation-token=4": "",
    # One spelling, one order, one value.
    "objectMeta=123": "objectMeta=",
    "x-oss-process=image/info&x-oss-process=image/format,png": "x-oss-process=image/info",
    "%78-oss-process=image/info&x-oss-process=1": "x-oss-process=image/info",
    "x-oss-process=image/info&%78-oss-process=1": "x-oss-process=image/info",
    "versionId=1&x-oss-process=image/info": "versionId=1&x-oss-process=image/info",
    "x-oss-process=image/info&versionId=1": "versionId=1&x-oss-process=image/info",
}


def text_of(querystring: dict[str, Any]) -> str:
    """Return the query that CloudFront forwards."""
    return "&".join(f"{name}={entry['value']}" for name, entry in querystring.items())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_anonymous_query_keeps_what_changes_the_answer(method: str) -> None:
    """So nothing else misses the cache or fills it."""
    answers = run(*(event(query, method=method) for query in KEPT))
    left = [text_of(answer["querystring"]) for answer in answers]
    assert dict(zip(KEPT, left, strict=True)) == KEPT


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_kept_where_it_is_on(name: str) -> None:
    """Other clouds' parameters are unknown ones unless the stack accepts them (spec 07 §2)."""
    sent = event(f"{name}=resize,w_9&utm=1&x-oss-process=image/info")
    (off,) = run(sent)
    (alone,) = run(sent, code=code(name))
    (among,) = run(sent, code=code(f"x-oss-process,{name},x-tos-process"))
    assert list(off["querystring"]) == ["x-oss-process"]
    assert set(alone["querystring"]) == set(among["querystring"]) == {name, "x-oss-process"}
    assert alone["querystring"][name] == {"value": "resize,w_9"}


AUTO = "x-oss-process=image/resize,w_100/format,auto"


def forwarded_accept(*events: dict[str, Any], code: str = CODE) -> list[str | None]:
    """Return the `Accept` header that is forwarded for each request."""
    answers = run(*events, code=code)
    return [answer["headers"].get("accept", {}).get("value") for answer in answers]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_accept_header_is_reduced_as_the_service_reads_it(method: str) -> None:
    """Three values are left, and the service reads each as it reads what it stands for."""
    forwarded = forwarded_accept(*(event(AUTO, method=method, accept=[text]) for text in NAMED))
    assert set(forwarded) == {"image/avif", "image/webp", None}
    expected = list(NAMED.values())
    assert [accepted_format(value or "") for value in forwarded] == expected


def test_a_header_that_is_sent_twice_counts_as_one() -> None:
    """Values are joined, as HTTP does."""
    twice = event(AUTO, accept=["text/html", "image/webp", "image/avif;q=0"])
    assert forwarded_accept(twice) == ["image/webp"]


HAS_VARIANTS = {
    "": True,
    AUTO: True,
    "x-oss-process=image%2Fformat%2Cauto": True,
    "x-oss-process=image/format,,auto,1": True,
    "x%2Doss%2Dprocess=image/%66ormat,auto": True,
    "x-oss-process=style/small": True,
    "x-oss-process=style%2Fsmall": True,
    "x-oss-process=image/resize,w_1&x-oss-process=image/format,auto": False,
    "x-oss-process=image/resize,w_1/%ff": True,
    "x-oss-process=image/resize,w_1": False,
    "x-oss-process=image/auto-orient,1/format,webp": False,
    "x%2Doss%2Dprocess=image%2Finfo&versionId=1": False,
}


def test_a_process_without_variants_is_cached_once() -> None:
    """A style's content is not visible at the edge, nor are the delimiters of a path."""
    events = [event(query, accept=["image/avif"]) for query in HAS_VARIANTS]
    forwarded = [value is not None for value in forwarded_accept(*events)]
    assert dict(zip(HAS_VARIANTS, forwarded, strict=True)) == HAS_VARIANTS


DIALECT_HAS_VARIANTS = {
    "x-tos-process=image/resize,w_1": False,
    "x-tos-process=image/resize,w_1/format,auto": True,
    "x-tos-process=style/small": True,
    "image_process=resize,w_1": False,
    "image_process=format,auto": True,
    "image_process=resize,w_1&x-oss-process=image/format,auto": True,
    "x-image-process=image/resize,w_1": True,
}
"""As above, where all but the last name are on."""


def test_a_process_in_a_dialect_is_cached_like_that_of_oss() -> None:
    """A name that is off is no process: a style of the path may have variants."""
    events = [event(query, accept=["image/avif"]) for query in DIALECT_HAS_VARIANTS]
    forwarded = forwarded_accept(*events, code=code("x-tos-process,image_process"))
    has_variants = [value is not None for value in forwarded]
    assert dict(zip(DIALECT_HAS_VARIANTS, has_variants, strict=True)) == DIALECT_HAS_VARIANTS


def test_the_root_may_be_a_bucket() -> None:
    """With a domain it is; no key is empty."""
    (answer,) = run(event("list-type=2&style&acl&prefix=a&x-oss-bucket-settings=1", uri="/"))
    assert text_of(answer["querystring"]) == "acl=&list-type=&style=&x-oss-bucket-settings="


SIGNED = [
    event("utm=1", headers=["authorization"]),
    event("utm=1&Expires=1"),
    event("utm=1&Signature=a"),
    event("utm=1&OSSAccessKeyId=a"),
    event("utm=1&Signat%75re=a"),
    event("utm=1&x-oss-signature-version=OSS4-HMAC-SHA256"),
    event("utm=1&x%2Doss-signature-version=OSS2"),
    event(AUTO, headers=["authorization"], accept=["image/avif,*/*"]),
    event(f"{AUTO}&Signature=a", accept=["image/avif,*/*"]),
]


def test_a_signed_request_is_not_changed() -> None:
    """Versions 2 and 4 sign every parameter."""
    assert run(*SIGNED) == [entry["request"] for entry in SIGNED]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS", "PATCH"])
def test_a_request_that_is_not_cached_is_not_changed(method: str) -> None:
    """Only GET and HEAD are cached."""
    sent = event("utm=1", method=method, accept=["image/avif,*/*"])
    assert run(sent) == [sent["request"]]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_the_type_of_a_body_is_moved(method: str) -> None:
    """API Gateway then delivers the body as base64, whatever its type."""
    sent = event("utm=1", method=method)
    sent["request"]["headers"]["content-type"] = {"value": "text/plain"}
    (request,) = run(sent)
    assert request["headers"] == {
        "content-type": {"value": "application/octet-stream"},
        CONTENT_TYPE_HEADER: {"value": "text/plain"},
    }
    assert {**request, "headers": {}} == {**sent["request"], "headers": {}}


def test_the_function_uses_no_syntax_that_cloudfront_lacks() -> None:
    """Node supports more statements than CloudFront."""
    code = re.sub(r"//.*", "", CODE)
    assert not re.findall(r"\bof\b|\bclass\b|\?\?|\?\.|\bSet\b|\bimport\b", code)
