"""Batch delete through the handler."""

import base64
import hashlib
from typing import TYPE_CHECKING
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
    """Store what is deleted, and one more."""
    for key in (*KEYS, "d/kept"):
        s3.put_object(Bucket="closed", Key=key, Body=b"x")


def listed(*keys: str, quiet: str | None = None) -> bytes:
    """Write the body of a request."""
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    said = "" if quiet is None else f"<Quiet>{quiet}</Quiet>"
    return f'<?xml version="1.0" encoding="UTF-8"?><Delete>{said}{objects}</Delete>'.encode()


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


def left(ask: Ask) -> list[str]:
    """Name the objects that are there still."""
    return [
        key for key in (*KEYS, "d/kept") if ask("HEAD", "closed", key, by="owner").status == 200
    ]


@pytest.mark.parametrize("quiet", [None, "false"])
def test_the_answer_names_what_is_gone(ask: Ask, quiet: str | None) -> None:
    """Keys that were not there are gone as well."""
    reply = delete(ask, listed(*KEYS, "d/none", quiet=quiet))
    result = ET.fromstring(reply.body)
    assert (reply.status, result.tag) == (200, "DeleteResult")
    assert [node.findtext("Key") for node in result.findall("Deleted")] == [*KEYS, "d/none"]
    assert left(ask) == ["d/kept"]


def test_quiet_is_quiet(ask: Ask) -> None:
    """Nothing to read when all went well."""
    reply = delete(ask, listed(*KEYS, quiet="true"))
    assert (reply.status, reply.body) == (200, b"")
    assert left(ask) == ["d/kept"]


def test_names_are_encoded_where_that_is_asked(ask: Ask) -> None:
    """The answer says that they are."""
    reply = delete(ask, listed(KEYS[1]), query=(("encoding-type", "url"),))
    result = ET.fromstring(reply.body)
    assert result.findtext("EncodingType") == "url"
    assert result.findtext("Deleted/Key") == "d%2F%C3%BC%26%3C%3E.jpg"


@pytest.mark.parametrize("by", [None, "reader", "other"])
def test_deleting_takes_the_right_to_write(ask: Ask, by: str | None) -> None:
    """Nothing is deleted otherwise."""
    assert delete(ask, listed(*KEYS), by=by).status == 403
    assert left(ask) == [*KEYS, "d/kept"]


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
        (b"<Delete><Object><Key>d/1</Key><VersionId>v</VersionId></Object></Delete>", None),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>d/1</Key></Object></Delete>', None),
    ],
    ids=range(11),
)
def test_a_list_that_is_not_understood_deletes_nothing(
    ask: Ask, body: bytes, code: str | None
) -> None:
    """All of it is checked before anything is done."""
    reply = delete(ask, body)
    assert reply.status >= 400
    assert code is None or ET.fromstring(reply.body).findtext("Code") == code
    assert left(ask) == [*KEYS, "d/kept"]


def test_a_thousand_go_at_once(ask: Ask) -> None:
    """The most that a list may name."""
    assert delete(ask, listed(*[f"d/{n}" for n in range(1000)], quiet="true")).status == 200


def test_a_list_of_another_digest_deletes_nothing(ask: Ask) -> None:
    """What was altered on its way is not obeyed."""
    query = (("delete", ""),)
    headers = {"content-md5": base64.b64encode(bytes(16)).decode()}
    reply = ask("POST", "closed", by="owner", query=query, headers=headers, body=listed("d/1"))
    assert ET.fromstring(reply.body).findtext("Code") == "InvalidDigest"
    assert left(ask) == [*KEYS, "d/kept"]
