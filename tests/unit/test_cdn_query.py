"""The CloudFront function that removes unknown parameters from a query.

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
from darkroom.web.dispatch import BUCKET_ROUTES, OBJECT_ROUTES, PLAIN, Routes
from darkroom.web.handlers import not_implemented
from darkroom.web.responses import RESPONSE_PARAMETERS
from darkroom.web.wire import QueryParameter
from tests.stack import template

HANDLERS = Path(not_implemented.__file__).parent
CODE: str = template()["Resources"]["QueryFunction"]["Properties"]["FunctionCode"]

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
    query: str, *, method: str = "GET", headers: Sequence[str] = (), uri: str = "/demo/a.jpg"
) -> dict[str, Any]:
    """Return a CloudFront event: names and values are encoded as in the request."""
    parameters: dict[str, Any] = {}
    for item in filter(None, query.split("&")):
        name, _, value = item.partition("=")
        parameters.setdefault(name, {"value": value, "multiValue": []})
        parameters[name]["multiValue"].append({"value": value})
    request = {
        "method": method,
        "uri": uri,
        "querystring": parameters,
        "headers": {name: {"value": "…"} for name in headers},
        "cookies": {},
    }
    return {"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request}


def run(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the function in node and return its responses."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node to run what CloudFront runs")
    ran = subprocess.run(
        [node, "-e", CODE + RUN],
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
]


def test_a_signed_request_is_not_changed() -> None:
    """Versions 2 and 4 sign every parameter."""
    assert run(*SIGNED) == [entry["request"] for entry in SIGNED]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS", "PATCH"])
def test_a_request_that_is_not_cached_is_not_changed(method: str) -> None:
    """Only GET and HEAD are cached."""
    sent = event("utm=1", method=method)
    assert run(sent) == [sent["request"]]


def test_the_function_uses_no_syntax_that_cloudfront_lacks() -> None:
    """Node supports more statements than CloudFront."""
    code = re.sub(r"//.*", "", CODE)
    assert not re.findall(r"\bof\b|\bclass\b|\?\?|\?\.|\bSet\b|\bimport\b", code)
