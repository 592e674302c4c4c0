"""Lists of objects and properties of buckets through the handler."""

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from darkroom.auth.signed_request import Pairs
from tests.functional.conftest import Ask, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEYS = ["a b+%.jpg", "fun/1", "fun/2", "fun/deep/3", "ü"]
ETAG = '"9DD4E461268C8034F5C8564E155C67A6"'


@pytest.fixture(autouse=True, scope="module")
def stored(s3: "S3Client") -> None:
    """Fill a bucket that only this module uses."""
    s3.create_bucket(Bucket="s3-listed")
    for key in KEYS:
        s3.put_object(Bucket="s3-listed", Key=key, Body=b"x")


def get(ask: Ask, query: Pairs = (), by: str | None = "reader", bucket: str = "listed") -> Reply:
    """Send a GET to a bucket."""
    return ask("GET", bucket, by=by, query=query)


def root(reply: Reply) -> ET.Element:
    """Parse the XML of a 200 reply."""
    assert (reply.status, reply.headers["content-type"]) == (200, "application/xml")
    return ET.fromstring(reply.body)


def texts(node: ET.Element, path: str) -> list[str | None]:
    """Return the texts of all matching elements."""
    return [found.text for found in node.findall(path)]


def test_a_list_has_the_documented_elements(ask: Ask) -> None:
    """GetBucket returns the documented elements in their order."""
    listed = root(get(ask, (("prefix", "fun/"), ("delimiter", "/"), ("max-keys", "50"))))
    assert listed.tag == "ListBucketResult"
    head = [(node.tag, node.text) for node in listed[:6]]
    assert head == [
        ("Name", "listed"),
        ("Prefix", "fun/"),
        ("Marker", None),
        ("MaxKeys", "50"),
        ("Delimiter", "/"),
        ("IsTruncated", "false"),
    ]
    first = listed.findall("Contents")[0]
    assert [node.tag for node in first] == [
        "Key",
        "LastModified",
        "ETag",
        "Type",
        "Size",
        "StorageClass",
        "Owner",
    ]
    assert first.findtext("ETag") == ETAG
    assert (first.findtext("Type"), first.findtext("Size")) == ("Normal", "1")
    assert (first.findtext("StorageClass"), first.findtext("Owner/ID")) == ("Standard", "darkroom")
    assert texts(listed, "Contents/Key") == ["fun/1", "fun/2"]
    assert texts(listed, "CommonPrefixes/Prefix") == ["fun/deep/"]


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_a_list_continues_after_a_marker(ask: Ask, limit: int, delimiter: str) -> None:
    """Pages that follow NextMarker return every entry once."""
    found: list[str | None] = []
    marker: str | None = ""
    while marker is not None:
        query = (("delimiter", delimiter), ("max-keys", str(limit)), ("marker", marker))
        page = root(get(ask, query))
        names = texts(page, "Contents/Key") + texts(page, "CommonPrefixes/Prefix")
        assert len(names) <= limit
        found += names
        marker = page.findtext("NextMarker")
        assert page.findtext("IsTruncated") == ("false" if marker is None else "true")
    assert sorted(filter(None, found)) == (KEYS if not delimiter else ["a b+%.jpg", "fun/", "ü"])


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_version_2_continues_after_a_token(ask: Ask, limit: int) -> None:
    """ListObjectsV2 pages return every key once, with KeyCount, and Owner only on request."""
    found: list[str | None] = []
    token: str | None = ""
    while token is not None:
        query = (("list-type", "2"), ("max-keys", str(limit)), ("continuation-token", token))
        page = root(get(ask, query))
        names = texts(page, "Contents/Key")
        assert page.findtext("KeyCount") == str(len(names))
        assert page.find("Contents/Owner") is None
        found += names
        token = page.findtext("NextContinuationToken")
    assert found == KEYS
    owned = root(get(ask, (("list-type", "2"), ("fetch-owner", "true"))))
    assert len(owned.findall("Contents/Owner")) == len(KEYS)


def test_version_2_starts_after_any_text(ask: Ask) -> None:
    """`start-after` need not be a key."""
    page = root(get(ask, (("list-type", "2"), ("start-after", "fun/15"))))
    assert texts(page, "Contents/Key") == ["fun/2", "fun/deep/3", "ü"]
    assert page.findtext("StartAfter") == "fun/15"


@pytest.mark.parametrize("version_2", [False, True])
def test_names_are_url_encoded_on_request(ask: Ask, version_2: bool) -> None:
    """`encoding-type=url` encodes every name and is repeated in the answer."""
    query = (
        *((("list-type", "2"),) if version_2 else ()),
        ("encoding-type", "url"),
        ("delimiter", "/"),
        ("start-after" if version_2 else "marker", "a a"),
    )
    page = root(get(ask, query))
    assert page.findtext("EncodingType") == "url"
    assert texts(page, "Contents/Key") == ["a%20b%2B%25.jpg", "%C3%BC"]
    assert texts(page, "CommonPrefixes/Prefix") == ["fun%2F"]
    assert page.findtext("Delimiter") == "%2F"
    assert page.findtext("StartAfter" if version_2 else "Marker") == "a%20a"


@pytest.mark.parametrize(
    "pair",
    [
        ("max-keys", "0"),
        ("max-keys", "1001"),
        ("max-keys", "-1"),
        ("max-keys", "ten"),
        ("max-keys", "٣"),
        ("encoding-type", "base64"),
        ("list-type", "3"),
    ],
    ids=str,
)
def test_an_invalid_list_request_is_refused(ask: Ask, pair: tuple[str, str]) -> None:
    """An invalid parameter is a 400 InvalidArgument."""
    reply = get(ask, (pair,))
    assert reply.status == 400
    assert b"<Code>InvalidArgument</Code>" in reply.body


@pytest.mark.parametrize(
    "query",
    [(), (("list-type", "2"),), (("bucketInfo", ""),), (("location", ""),), (("acl", ""),)],
    ids=str,
)
@pytest.mark.parametrize("by", [None, "writer", "other"])
@pytest.mark.parametrize("bucket", ["listed", "demo"])
def test_listing_and_properties_need_a_key(
    ask: Ask, query: Pairs, by: str | None, bucket: str
) -> None:
    """Listing and properties need a key that may read, also for a public bucket."""
    reply = get(ask, query, by=by, bucket=bucket)
    assert reply.status == 403


def test_bucket_info(ask: Ask) -> None:
    """GetBucketInfo returns the elements that SDKs read."""
    info = root(get(ask, (("bucketInfo", ""),), bucket="demo"))
    assert info.findtext("Bucket/Name") == "demo"
    assert info.findtext("Bucket/Location") == "oss-us-east-1"
    assert info.findtext("Bucket/StorageClass") == "Standard"
    assert info.findtext("Bucket/Owner/ID") == "darkroom"
    assert info.findtext("Bucket/AccessControlList/Grant") == "public-read"
    for name in ("CreationDate", "ExtranetEndpoint", "IntranetEndpoint"):
        assert info.findtext(f"Bucket/{name}")


def test_bucket_location(ask: Ask) -> None:
    """GetBucketLocation returns the location as the text of the root element."""
    location = root(get(ask, (("location", ""),)))
    assert (location.tag, location.text) == ("LocationConstraint", "oss-us-east-1")


def test_bucket_acl(ask: Ask) -> None:
    """GetBucketAcl needs the admin permission."""
    policy = root(get(ask, (("acl", ""),), by="owner", bucket="demo"))
    assert policy.tag == "AccessControlPolicy"
    assert policy.findtext("AccessControlList/Grant") == "public-read"
    assert get(ask, (("acl", ""),), by="reader", bucket="demo").status == 403


def test_head_of_a_bucket(ask: Ask) -> None:
    """HEAD of a bucket is 200 for callers that may list it, 403 for others and 404 if missing."""
    assert ask("HEAD", "listed", by="reader").status == 200
    assert ask("HEAD", "listed").status == 403
    assert ask("HEAD", "unknown", by="reader").status == 404


def test_a_key_lists_its_buckets(ask: Ask) -> None:
    """ListBuckets returns the buckets of the key and refuses anonymous callers."""
    listed = root(ask("GET", None, by="other"))
    assert listed.tag == "ListAllMyBucketsResult"
    assert texts(listed, "Buckets/Bucket/Name") == ["renamed"]
    assert listed.findtext("Buckets/Bucket/Location") == "oss-us-east-1"
    assert ask("GET", None).status == 403


def test_buckets_are_listed_in_pages(ask: Ask) -> None:
    """ListBuckets takes `prefix`, `marker` and `max-keys`."""
    names = texts(root(ask("GET", None, by="reader")), "Buckets/Bucket/Name")
    assert names == sorted(filter(None, names))
    first = root(ask("GET", None, by="reader", query=(("max-keys", "2"),)))
    assert texts(first, "Buckets/Bucket/Name") == names[:2]
    assert (first.findtext("IsTruncated"), first.findtext("NextMarker")) == ("true", names[1])
    rest = root(ask("GET", None, by="reader", query=(("marker", names[1] or ""),)))
    assert texts(rest, "Buckets/Bucket/Name") == names[2:]
    some = root(ask("GET", None, by="reader", query=(("prefix", "clo"),)))
    assert texts(some, "Buckets/Bucket/Name") == ["closed"]


@pytest.mark.parametrize(
    ("request_line", "by", "status"),
    [
        ("PUT demo", "owner", 200),
        ("PUT demo", "reader", 403),
        ("PUT demo", None, 403),
        ("PUT fresh", "owner", 405),
        ("PUT fresh", None, 403),
        ("DELETE demo", "owner", 405),
        ("DELETE demo", None, 403),
        ("POST demo", "owner", 400),
    ],
)
def test_buckets_come_from_the_settings(
    ask: Ask, s3: "S3Client", request_line: str, by: str | None, status: int
) -> None:
    """PutBucket of an existing bucket is 200; no request creates or deletes a bucket."""
    before = {entry["Name"] for entry in s3.list_buckets()["Buckets"]}
    assert ask(*request_line.split(), by=by).status == status
    assert {entry["Name"] for entry in s3.list_buckets()["Buckets"]} == before


def test_no_request_changes_a_buckets_acl(ask: Ask) -> None:
    """A PUT of another ACL is a 405; a PUT of the present ACL is a 200."""
    for query in ((), (("acl", ""),)):
        headers = {"x-oss-acl": "public-read-write"}
        reply = ask("PUT", "demo", by="owner", query=query, headers=headers)
        assert reply.status == 405
    assert ask("PUT", "demo", by="owner", headers={"x-oss-acl": "public-read"}).status == 200


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a", "append"),
        ("a", "symlink"),
        ("a", "restore"),
        ("", "cname"),
        ("", "stat"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_other_operations_are_refused_by_name(ask: Ask, method: str, key: str, name: str) -> None:
    """An unsupported subresource is a 405 that names it: clients repeat a request after a 5xx."""
    reply = ask(method, "demo", key, by="owner", query=((name, ""),))
    assert reply.status == 405
    assert f"The operation {name} is not implemented.".encode() in reply.body


ABSENT = {
    "encryption": "NoSuchServerSideEncryptionRule",
    "inventory": "NoSuchInventory",
    "lifecycle": "NoSuchLifecycle",
    "policy": "NoSuchBucketPolicy",
    "replication": "NoSuchReplicationConfiguration",
    "transferAcceleration": "NoSuchTransferAccelerationConfiguration",
    "website": "NoSuchWebsiteConfiguration",
    "worm": "NoSuchWORMConfiguration",
    "cors": "NoSuchCORSConfiguration",
}
EMPTY = {
    "logging": "BucketLoggingStatus",
    "referer": "RefererConfiguration",
    "requestPayment": "RequestPaymentConfiguration",
    "tagging": "Tagging",
}


@pytest.mark.parametrize("name", [*ABSENT, *EMPTY])
def test_configuration_that_is_not_set_is_answered_so(ask: Ask, name: str) -> None:
    """Consoles and Terraform read it; setting it is refused by name."""
    reply = ask("GET", "demo", by="owner", query=((name, ""),))
    document = ET.fromstring(reply.body)
    if name in ABSENT:
        assert (reply.status, document.findtext("Code")) == (404, ABSENT[name])
    else:
        assert (reply.status, document.tag) == (200, EMPTY[name])
    for method in ("PUT", "DELETE"):
        reply = ask(method, "demo", by="owner", query=((name, ""),), body=b"<x/>")
        assert reply.status == 405
        assert f"The operation {name} is not implemented.".encode() in reply.body
    assert ask("GET", "demo", by="reader", query=((name, ""),)).status == 403
    assert ask("GET", "absent", by="owner", query=((name, ""),)).status == 404


def test_cors_rules_are_read_from_the_settings(ask: Ask) -> None:
    """`GET ?cors` has the rules of the bucket's settings, one element for each value."""
    rule = {
        "allowedOrigins": ["https://a.example", "https://*.b.example"],
        "allowedMethods": ["GET", "PUT"],
        "allowedHeaders": ["*"],
        "exposeHeaders": ["ETag"],
        "maxAgeSeconds": 60,
    }
    body = json.dumps({"cors": [rule, {**rule, "allowedOrigins": ["*"]}]}).encode()
    settings = (("x-oss-bucket-settings", ""),)
    assert ask("PUT", "configured", by="owner", query=settings, body=body).status == 200
    document = root(ask("GET", "configured", by="owner", query=(("cors", ""),)))
    assert document.tag == "CORSConfiguration"
    first, second = document.findall("CORSRule")
    assert [(node.tag, node.text) for node in first] == [
        ("AllowedOrigin", "https://a.example"),
        ("AllowedOrigin", "https://*.b.example"),
        ("AllowedMethod", "GET"),
        ("AllowedMethod", "PUT"),
        ("AllowedHeader", "*"),
        ("ExposeHeader", "ETag"),
        ("MaxAgeSeconds", "60"),
    ]
    assert second.findtext("AllowedOrigin") == "*"
    assert ask("PUT", "configured", by="owner", query=settings, body=b"{}").status == 200


def test_a_browser_at_the_root_reads_what_the_service_is(ask: Ask) -> None:
    """Programs, signed requests and other addresses are answered as on the service."""
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "host": "oss.example.com"}
    reply = ask("GET", None, headers=browser)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert b"https://oss.example.com/<bucket>/<key>" in reply.body
    assert reply.headers["cache-control"] == "no-store"
    assert ask("GET", None).status == 403
    assert ask("GET", None, headers={"accept": "*/*"}).status == 403
    assert ask("GET", None, headers=browser, query=(("max-keys", "1"),)).status == 403
    assert ask("GET", "closed", headers=browser).status == 403
    assert b"ListAllMyBucketsResult" in ask("GET", None, by="reader", headers=browser).body


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "PROPFIND", "get"])
@pytest.mark.parametrize("key", ["", "a"])
def test_other_methods_are_refused(ask: Ask, method: str, key: str) -> None:
    """Any other method is a 405 (spec 01 §6.4)."""
    reply = ask(method, "demo", key)
    assert reply.status == 405
    assert b"<Code>MethodNotAllowed</Code>" in reply.body
