"""ETags in the spelling that the store compares, and types of objects (C-38)."""

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError

from tests.functional.conftest import Ask

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LIMIT = 4_500_000


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_an_object_over_the_limit_keeps_the_stores_spelling(
    ask: Ask, s3: "S3Client", size: int
) -> None:
    """In HEAD, ranges, lists, copies and `objectMeta`; conditions ignore the case everywhere."""
    s3.put_object(Bucket="closed", Key="e/a", Body=bytes(size))
    etag = s3.head_object(Bucket="closed", Key="e/a")["ETag"]
    expected = etag if size > LIMIT else etag.upper()
    found = [
        ask("HEAD", "closed", "e/a", by="reader").headers["etag"],
        ask("GET", "closed", "e/a", by="reader", headers={"range": "bytes=0-9"}).headers["etag"],
        ask("HEAD", "closed", "e/a", by="reader", query=(("objectMeta", ""),)).headers["etag"],
    ]
    for query in ((), (("list-type", "2"),)):
        listed = ask("GET", "closed", by="reader", query=(*query, ("prefix", "e/a")))
        found.append(ET.fromstring(listed.body).findtext("Contents/ETag") or "")
    copied = ask("PUT", "closed", "e/b", by="owner", headers={"x-oss-copy-source": "/closed/e/a"})
    found += [copied.headers["etag"], ET.fromstring(copied.body).findtext("ETag") or ""]
    assert found == [expected] * 7
    for sent in (etag, etag.upper()):
        condition = {"if-match": sent, "range": "bytes=0-9"}
        assert ask("GET", "closed", "e/a", by="reader", headers=condition).status == 206
    if size > LIMIT:
        # What a client does after the redirect.
        s3.get_object(Bucket="closed", Key="e/a", IfMatch=expected)
        with pytest.raises(ClientError):
            s3.get_object(Bucket="closed", Key="e/a", IfMatch=expected.upper())


def test_a_joined_object_over_the_limit_keeps_the_stores_spelling(ask: Ask, s3: "S3Client") -> None:
    """In the reply that completes the upload, too; its type is Multipart."""
    for sizes in ((10,), (LIMIT, 1)):
        begun = ask("POST", "closed", "e/joined", by="owner", query=(("uploads", ""),))
        upload = (("uploadId", ET.fromstring(begun.body).findtext("UploadId") or ""),)
        for number, size in enumerate(sizes, 1):
            query = (("partNumber", str(number)), *upload)
            ask("PUT", "closed", "e/joined", by="owner", query=query, body=bytes(size))
        headers = {"x-oss-complete-all": "yes"}
        done = ask("POST", "closed", "e/joined", by="owner", query=upload, headers=headers)
        stored = s3.head_object(Bucket="closed", Key="e/joined")["ETag"]
        expected = stored if len(sizes) > 1 else stored.upper()
        assert done.headers["etag"] == ET.fromstring(done.body).findtext("ETag") == expected
        head = ask("HEAD", "closed", "e/joined", by="reader")
        assert (head.headers["etag"], head.headers["x-oss-object-type"]) == (expected, "Multipart")
        listed = ask("GET", "closed", by="reader", query=(("prefix", "e/joined"),))
        assert ET.fromstring(listed.body).findtext("Contents/Type") == "Multipart"
