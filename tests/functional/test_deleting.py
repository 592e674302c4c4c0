"""Batch delete through the handler."""

import base64
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from darkroom.auth.signed_request import Pairs
from tests.functional.conftest import Ask, Reply

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEYS = ["d/1", "d/ü&<>.jpg", "d/ + %"]


@pytest.fixture(autouse=True)
def stored(s3: "S3Client") -> None:
    """Store the objects to delete, and one more."""
    for key in (*KEYS, "d/other"):
        s3.put_object(Bucket="closed", Key=key, Body=b"x")


def listed(*keys: str, quiet: str | None = None) -> bytes:
    """Build the body of a request."""
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    quiet_element = "" if quiet is None else f"<Quiet>{quiet}</Quiet>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Delete>{quiet_element}{objects}</Delete>'.encode()
    )


def delete(ask: Ask, body: bytes, by: str | None = "owner", query: Pairs = ()) -> Reply:
    """Send the request with its digest, as SDKs do."""
    digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    return ask(
        "POST",
        "closed",
        by=by,
        query=(("delete", ""), *query),
        headers={"content-md5": digest},
        body=body,
    )


def existing(ask: Ask) -> list[str]:
    """Return the keys of the objects that still exist."""
    return [
        key for key in (*KEYS, "d/other") if ask("HEAD", "closed", key, by="owner").status == 200
    ]


@pytest.mark.parametrize("quiet", [None, "false"])
def test_the_answer_lists_the_deleted_keys(ask: Ask, quiet: str | None) -> None:
    """The answer lists the deleted keys, also those of missing objects."""
    reply = delete(ask, listed(*KEYS, "d/none", quiet=quiet))
    result = ET.fromstring(reply.body)
    assert (reply.status, result.tag) == (200, "DeleteResult")
    assert [node.findtext("Key") for node in result.findall("Deleted")] == [*KEYS, "d/none"]
    assert existing(ask) == ["d/other"]


def test_quiet_leaves_the_body_empty(ask: Ask) -> None:
    """With Quiet, the body of a success is empty."""
    reply = delete(ask, listed(*KEYS, quiet="true"))
    assert (reply.status, reply.body) == (200, b"")
    assert existing(ask) == ["d/other"]


def test_keys_are_url_encoded_on_request(ask: Ask) -> None:
    """`encoding-type=url` encodes the keys and is repeated in the answer."""
    reply = delete(ask, listed(KEYS[1]), query=(("encoding-type", "url"),))
    result = ET.fromstring(reply.body)
    assert result.findtext("EncodingType") == "url"
    assert result.findtext("Deleted/Key") == "d%2F%C3%BC%26%3C%3E.jpg"


@pytest.mark.parametrize("by", [None, "reader", "other"])
def test_deleting_needs_the_right_to_write(ask: Ask, by: str | None) -> None:
    """Without the write permission, the request is a 403 and deletes nothing."""
    assert delete(ask, listed(*KEYS), by=by).status == 403
    assert existing(ask) == [*KEYS, "d/other"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MalformedXML"),
        (b"<Delete>", "MalformedXML"),
        (b"<Delete/>", "MalformedXML"),
        (b"<Remove><Object><Key>d/1</Key></Object></Remove>", "MalformedXML"),
        (b"<Delete><Object/></Delete>", "MalformedXML"),
        (listed("d/1", quiet="maybe"), "MalformedXML"),
        (listed("d/1", "/d"), "InvalidObjectName"),
        (listed("d/1", ""), "InvalidObjectName"),
        (listed(*[f"d/{n}" for n in range(1001)]), "MalformedXML"),
        (b"<Delete><Object><VersionId>v</VersionId></Object></Delete>", "MalformedXML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>d/1</Key></Object></Delete>', None),
    ],
    ids=range(11),
)
def test_an_invalid_body_deletes_nothing(ask: Ask, body: bytes, code: str | None) -> None:
    """An invalid body deletes nothing: all of it is checked first."""
    reply = delete(ask, body)
    assert reply.status >= 400
    assert code is None or ET.fromstring(reply.body).findtext("Code") == code
    assert existing(ask) == [*KEYS, "d/other"]


def test_a_thousand_keys_are_deleted_at_once(ask: Ask) -> None:
    """A request may name 1000 keys."""
    assert delete(ask, listed(*[f"d/{n}" for n in range(1000)], quiet="true")).status == 200


def test_a_wrong_digest_deletes_nothing(ask: Ask) -> None:
    """A body whose Content-MD5 differs is refused."""
    query = (("delete", ""),)
    headers = {"content-md5": base64.b64encode(bytes(16)).decode()}
    reply = ask("POST", "closed", by="owner", query=query, headers=headers, body=listed("d/1"))
    assert ET.fromstring(reply.body).findtext("Code") == "InvalidDigest"
    assert existing(ask) == [*KEYS, "d/other"]


CONTROLS = [f"controls/{chr(code)}.x" for code in range(1, 32) if chr(code) != "\n"]
"""Moto has no route for a line feed."""


@pytest.mark.parametrize("form", ["reference", "raw"])
@pytest.mark.parametrize("encoding", ["", "url"])
def test_keys_with_controls_are_listed_and_deleted(
    ask: Ask, s3: "S3Client", form: str, encoding: str
) -> None:
    """A list with such keys deletes all of them, and no other key."""
    for key in [*CONTROLS, "controls/plain", "controls/\ufffd.x"]:
        s3.put_object(Bucket="closed", Key=key, Body=b"")
    query = (("prefix", "controls/"), ("encoding-type", "url"))
    listed = ET.fromstring(ask("GET", "closed", by="owner", query=query).body)
    keys = [unquote(node.text or "") for node in listed.iter("Key")]
    assert keys == [*CONTROLS, "controls/plain", "controls/\ufffd.x"]
    write = (
        (lambda key: f"&#x{ord(key[len('controls/')]):02X};.x")
        if form == "reference"
        else (lambda k: k.removeprefix("controls/"))
    )
    names = "".join(f"<Object><Key>controls/{write(key)}</Key></Object>" for key in CONTROLS)
    body = f"<Delete>{names}<Object><Key>controls/plain</Key></Object></Delete>".encode()
    batch = (("delete", ""), *([("encoding-type", encoding)] if encoding else []))
    reply = ask("POST", "closed", by="owner", query=batch, body=body)
    assert reply.status == 200
    if encoding:
        gone = [unquote(node.text or "") for node in ET.fromstring(reply.body).iter("Key")]
        assert gone == [*CONTROLS, "controls/plain"]
    left = s3.list_objects_v2(Bucket="closed", Prefix="controls/")["Contents"]
    assert [entry["Key"] for entry in left] == ["controls/\ufffd.x"]


VERSIONS = (("versions", ""),)


def list_versions(ask: Ask, *query: tuple[str, str]) -> ET.Element:
    """Return a page of the versions of a bucket."""
    reply = ask("GET", "versioned", by="reader", query=(*VERSIONS, *query))
    assert reply.status == 200
    return ET.fromstring(reply.body)


def test_a_versioned_bucket_is_listed_by_pages_and_emptied(ask: Ask, s3: "S3Client") -> None:
    """As SDKs and Terraform empty one: all that is listed is deleted by its id."""
    s3.create_bucket(Bucket="s3-versioned")
    s3.put_bucket_versioning(Bucket="s3-versioned", VersioningConfiguration={"Status": "Enabled"})
    versioning = ask("GET", "versioned", by="reader", query=(("versioning", ""),))
    assert ET.fromstring(versioning.body).findtext("Status") == "Enabled"
    ids = [
        ask("PUT", "versioned", key, by="owner", body=body).headers["x-oss-version-id"]
        for key, body in (("v/a b", b"1"), ("v/a b", b"22"), ("v/c", b"3"))
    ]
    ask("DELETE", "versioned", "v/c", by="owner")
    whole = list_versions(ask, ("prefix", "v/"), ("encoding-type", "url"))
    found = [(node.tag, node.findtext("Key"), node.findtext("IsLatest")) for node in whole]
    assert [entry for entry in found if entry[1]] == [
        ("Version", "v%2Fa%20b", "true"),
        ("Version", "v%2Fa%20b", "false"),
        ("DeleteMarker", "v%2Fc", "true"),
        ("Version", "v%2Fc", "false"),
    ]
    versions = [node.findtext("VersionId") for node in whole.iter("Version")]
    assert versions == [ids[1], ids[0], ids[2]]
    assert [node.findtext("Size") for node in whole.iter("Version")] == ["2", "1", "1"]
    names: list[tuple[str, str]] = []
    position: Pairs = ()
    while True:
        page = list_versions(ask, ("prefix", "v/"), ("max-keys", "1"), *position)
        names += [
            (node.findtext("Key", ""), node.findtext("VersionId", ""))
            for node in page
            if node.tag in ("Version", "DeleteMarker")
        ]
        if page.findtext("IsTruncated") == "false":
            break
        position = (
            ("key-marker", page.findtext("NextKeyMarker", "")),
            ("version-id-marker", page.findtext("NextVersionIdMarker", "")),
        )
    assert len(set(names)) == len(names) == 4
    objects = "".join(
        f"<Object><Key>{key}</Key><VersionId>{version}</VersionId></Object>"
        for key, version in names
    )
    body = f"<Delete>{objects}</Delete>".encode()
    reply = ask("POST", "versioned", by="owner", query=(("delete", ""),), body=body)
    gone = ET.fromstring(reply.body).findall("Deleted")
    assert [(node.findtext("Key"), node.findtext("VersionId")) for node in gone] == names
    left = list_versions(ask, ("prefix", "v/"))
    assert [node for node in left if node.tag in ("Version", "DeleteMarker")] == []


def test_a_bucket_without_versioning_has_one_version_of_each_object(ask: Ask) -> None:
    """The list needs the right to list."""
    query = (*VERSIONS, ("prefix", "d/"), ("delimiter", "/"))
    page = ET.fromstring(ask("GET", "closed", by="reader", query=query).body)
    assert {node.findtext("VersionId") for node in page.iter("Version")} == {"null"}
    assert ask("GET", "closed", by="writer", query=query).status == 403
    versioning = ask("GET", "closed", by="reader", query=(("versioning", ""),))
    assert list(ET.fromstring(versioning.body)) == []
