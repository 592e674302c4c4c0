"""Replies of S3 in shapes that the embedded store does not have, each with its source."""

from tests.faulty_proxy import Answer

TOKEN = "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="
"""The continuation token of the example in S3's API reference, ListObjectsV2."""

TOKENS = (TOKEN, "1-+/zZ3+x==", "a%2Bb+c")
"""Tokens are opaque; those of S3 are base64, so they contain `+`, `/` and `=`."""

LATIN_1 = 'attachment; filename="图.txt"'.encode().decode("latin-1")
"""UTF-8 bytes of another tool, as http.client reads and writes them."""


def page(token: str) -> Answer:
    """A truncated page: API reference, ListObjectsV2, with the ETag of its example."""
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name><Prefix></Prefix><KeyCount>1</KeyCount><MaxKeys>1</MaxKeys>
  <NextContinuationToken>{token}</NextContinuationToken>
  <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
  <Contents><Key>happy+face%0C.jpg</Key><LastModified>2014-11-21T19:40:05.000Z</LastModified>
    <ETag>"70ee1738b6b21e2c8a43f3a5ab0eee71"</ETag><Size>4500001</Size>
    <StorageClass>STANDARD</StorageClass></Contents>
</ListBucketResult>"""
    return Answer(status=200, headers=[("content-type", "application/xml")], body=body.encode())


LAST_PAGE = Answer(
    status=200,
    headers=[("content-type", "application/xml")],
    body=b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Name>bucket</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>"
    b"</ListBucketResult>",
)
"""The page after the last token."""

HEADER = Answer(
    status=200,
    headers=[
        ("x-amz-id-2", "ef8yU9AS1ed4OpIszj7UDNEHGran"),
        ("x-amz-request-id", "318BC8BC143432E5"),
        ("Date", "Wed, 28 Oct 2009 22:32:00 GMT"),
        ("Last-Modified", "Sun, 1 Jan 2006 12:00:00 GMT"),
        ("ETag", '"fba9dede5f27731c9771645a39863328-2"'),
        ("Content-Length", "434234"),
        ("Content-Type", "text/plain"),
        ("Content-Disposition", LATIN_1),
        ("Expires", "2012-10-01 08:00:00"),
        ("x-amz-server-side-encryption", "AES256"),
        # S3 user guide, "Working with object metadata".
        ("x-amz-meta-nonascii", "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?="),
        ("x-amz-meta-ascii", "AMAZONS3"),
        ("x-amz-missing-meta", "1"),
    ],
    body=b"",
)
"""API reference, HeadObject, with the headers of an object that another tool stored."""
