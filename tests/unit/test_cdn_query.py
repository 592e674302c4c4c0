"""The function at the edge: what it takes out of a query, and what it never touches.

It runs in node, whose language has all that CloudFront's has.
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
from darkroom.web.handlers import not_implemented
from darkroom.web.wire import RESPONSE_PREFIX, QueryParameter
from tests.stack import template

HANDLERS = Path(not_implemented.__file__).parent
CODE: str = template()["Resources"]["QueryFunction"]["Properties"]["FunctionCode"]

RUN = """
const events = JSON.parse(require('fs').readFileSync(0));
process.stdout.write(JSON.stringify(events.map((event) => handler(event))));
"""


def known_to_the_service() -> set[str]:
    """Give every parameter that can change an answer, but for those known by their beginning."""
    names = {*QueryParameter, *not_implemented.OF_OBJECTS, *not_implemented.OF_BUCKETS}
    return {str(name) for name in names if not name.startswith(("x-oss-", RESPONSE_PREFIX))}


def test_handlers_read_declared_parameters_only() -> None:
    """`context.query` is typed by `QueryParameter`; only the dispatcher reads `request.query`."""
    assert [path for path in HANDLERS.glob("*.py") if "request.query" in path.read_text()] == []


def listed(name: str) -> list[str]:
    """Read a list of the function's own."""
    (text,) = re.findall(rf"const {name} = (.*?);", CODE, re.DOTALL)
    return " ".join(re.findall(r"'(.+?)'", text.replace("split(' ')", ""))).split()


def test_the_function_knows_what_the_service_knows() -> None:
    """Nothing that changes an answer is taken out, and nothing else is left in."""
    assert listed("KNOWN") == sorted(known_to_the_service())


def test_a_version_of_the_signature_is_known_by_its_parameters() -> None:
    """As in auth/verify.py."""
    assert set(listed("SIGNED")) == {*v1.URL_PARAMETERS, "x-oss-signature-version"}


def test_the_function_is_not_too_long() -> None:
    """CloudFront takes 10 KB."""
    assert len(CODE.encode()) < 10_240


def event(query: str, *, method: str = "GET", headers: Sequence[str] = ()) -> dict[str, Any]:
    """Build what CloudFront hands over: names and values as they were sent."""
    parameters: dict[str, Any] = {}
    for item in filter(None, query.split("&")):
        name, _, value = item.partition("=")
        parameters.setdefault(name, {"value": value, "multiValue": []})
        parameters[name]["multiValue"].append({"value": value})
    request = {
        "method": method,
        "uri": "/demo/a.jpg",
        "querystring": parameters,
        "headers": {name: {"value": "…"} for name in headers},
        "cookies": {},
    }
    return {"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request}


def run(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the function answer in node."""
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
    "x-oss-process=image/resize,w_100&utm_source=x&fbclid=1": ["x-oss-process"],
    "utm=1": [],
    "_=1&%3C%25=2&__proto__=3&constructor=4": [],
    "versionId=1&response-expires=0&x=1": ["versionId", "response-expires"],
    "x%2Doss%2Dprocess=image/info": ["x%2Doss%2Dprocess"],
    "%ff=1": ["%ff"],
    "list-type=2&prefix=a&max-keys=5&start-after=b&fetch-owner=true&cb=1": [
        *("list-type", "prefix", "max-keys", "start-after", "fetch-owner")
    ],
    "tagging": ["tagging"],
    "acl&ACL": ["acl"],
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_anonymous_request_loses_what_nobody_reads(method: str) -> None:
    """So that it finds what is in the cache, and no query of chance fills it."""
    answers = run(*(event(query, method=method) for query in KEPT))
    left = [list(answer["querystring"]) for answer in answers]
    assert dict(zip(KEPT, left, strict=True)) == KEPT


SIGNED = [
    event("utm=1", headers=["authorization"]),
    event("utm=1&Expires=1"),
    event("utm=1&Signature=a"),
    event("utm=1&OSSAccessKeyId=a"),
    event("utm=1&Signat%75re=a"),
    event("utm=1&x-oss-signature-version=OSS4-HMAC-SHA256"),
    event("utm=1&x%2Doss-signature-version=OSS2"),
]


def test_a_signed_request_stays_as_it_is() -> None:
    """Versions 2 and 4 sign whatever parameters there are."""
    assert run(*SIGNED) == [entry["request"] for entry in SIGNED]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS", "PATCH"])
def test_what_is_never_kept_stays_as_it_is(method: str) -> None:
    """There is nothing to gain."""
    sent = event("utm=1", method=method)
    assert run(sent) == [sent["request"]]


def test_the_language_is_cloudfronts() -> None:
    """Of the statements that node knows and CloudFront does not, none is used."""
    code = re.sub(r"//.*", "", CODE)
    assert not re.findall(r"\bof\b|\bclass\b|\?\?|\?\.|\bSet\b|\bimport\b", code)
