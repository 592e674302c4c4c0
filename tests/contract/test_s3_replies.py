"""The S3 stores with replies of S3 that the embedded store never gives."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from darkroom.aws.s3 import S3Lister, S3Objects, S3Writer
from darkroom.buckets import Acl
from darkroom.ports.objects import ObjectAttributes
from tests.contract import s3_replies
from tests.contract.stores import NAMES, client_of
from tests.fakes.api import MemoryApi
from tests.faulty_proxy import Answer, Fault, FaultyProxy, ProxiedRequest

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from darkroom.auth.signed_request import Pairs


def answers(reply: Answer) -> Fault:
    """Return a fault that answers with a recorded reply."""

    def fault(request: ProxiedRequest) -> None:
        request.rfile.read(int(request.headers.get("content-length", 0)))
        request.deliver(reply)

    return fault


@pytest.mark.parametrize("token", s3_replies.TOKENS)
@pytest.mark.parametrize("encoding", ["url", ""])
def test_a_token_of_s3_returns_to_s3_unchanged(
    client: "S3Client", token: str, encoding: str
) -> None:
    """Clients decode it if they asked for the encoding: Go's, Java's and Python's SDKs."""
    faults = [answers(s3_replies.page(token)), answers(s3_replies.LAST_PAGE)]
    query: Pairs = (("list-type", "2"),)
    if encoding:
        query = (*query, ("encoding-type", encoding))
    with FaultyProxy(upstream=client.meta.endpoint_url, faults=faults).open() as proxy:
        lister = S3Lister(client=client_of(proxy.address), buckets={"closed": "s3-here"})
        api = MemoryApi(lister=lister)
        reply = api.ask("GET", "closed", query=query)
        # Of the key, a form feed in a list without the encoding is no XML.
        document = ET.fromstring(reply.body.replace(b"&#12;", b"?"))
        written = document.findtext("NextContinuationToken") or ""
        sent = unquote(written) if encoding else written
        assert sent == token
        last = api.ask("GET", "closed", query=(*query, ("continuation-token", sent)))
        assert last.status == 200
        asked = parse_qs(urlsplit(proxy.requests[1]).query)
    assert asked["continuation-token"] == [token]
    assert document.findtext("Contents/ETag") == '"70ee1738b6b21e2c8a43f3a5ab0eee71"'
    key = document.findtext("Contents/Key")
    assert key == ("happy%20face%0C.jpg" if encoding else "happy face?.jpg")
    if encoding:
        document = ET.fromstring(last.body)
        assert unquote(document.findtext("ContinuationToken") or "") == token


def test_the_header_of_an_object_of_another_tool_is_read(client: "S3Client") -> None:
    """UTF-8 in headers, encoded words in metadata, any text in Expires, a lower-case ETag."""
    faults = [answers(s3_replies.HEADER)]
    with FaultyProxy(upstream=client.meta.endpoint_url, faults=faults).open() as proxy:
        info = S3Objects(client=client_of(proxy.address), buckets=NAMES).head("here", "a")
    assert info.headers == {
        "content-disposition": 'attachment; filename="图.txt"',
        "expires": "2012-10-01 08:00:00",
    }
    assert info.metadata == {"nonascii": "ÄMÄZÕÑ S3", "ascii": "AMAZONS3"}
    assert info.etag == "FBA9DEDE5F27731C9771645A39863328-2"
    assert info.store_etag == "fba9dede5f27731c9771645a39863328-2"
    assert info.encryption == "AES256"


def test_a_rewritten_header_has_the_bytes_that_s3_sent(client: "S3Client") -> None:
    """The copy that changes an ACL sends them unsigned, with S3's spelling of the ETag."""
    sent: list[ProxiedRequest] = []

    def copied(request: ProxiedRequest) -> None:
        sent.append(request)
        body = (
            b"<CopyObjectResult><LastModified>2026-08-01T09:30:00.000Z</LastModified>"
            b'<ETag>"fba9dede5f27731c9771645a39863328-2"</ETag></CopyObjectResult>'
        )
        request.deliver(Answer(status=200, headers=[], body=body))

    faults = [answers(s3_replies.HEADER), copied]
    with FaultyProxy(upstream=client.meta.endpoint_url, faults=faults).open() as proxy:
        proxied = client_of(proxy.address)
        info = S3Objects(client=proxied, buckets=NAMES).head("here", "a")
        attributes = ObjectAttributes(
            content_type=info.content_type,
            headers=info.headers,
            metadata=info.metadata,
            acl=Acl.PRIVATE,
        )
        writer = S3Writer(
            client=proxied,
            buckets=NAMES,
            long_timeout_client=lambda: proxied,
            large_body_client=lambda: proxied,
        )
        result = writer.copy(info, "here", "a", replace(attributes, tags=None))
    headers = sent[0].headers
    assert headers["content-disposition"] == s3_replies.LATIN_1
    assert headers["expires"] == "2012-10-01 08:00:00"
    assert headers["x-amz-copy-source-if-match"] == info.store_etag == result.store_etag
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert "content-type" in signed
    assert not {"content-disposition", "expires"} & set(signed)
    assert all(value.isascii() for name, value in headers.items() if name.startswith("x-amz-"))
