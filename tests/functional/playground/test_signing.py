"""Signatures that the page makes are those of the vendor's SDKs, and its key cannot be read."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

import alibabacloud_oss_v2 as oss
import oss2
import pytest
from alibabacloud_oss_v2.credentials import StaticCredentialsProvider

from tests.functional.clients.conftest import REGION, Addresses
from tests.functional.clients.oss_v2 import configured
from tests.functional.playground.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
]

ENDPOINT = "https://pictures.example.com"
PROCESS = "image/resize,w_100/watermark,text_SGVsbG8-_w,x_1"

KEYS = ("a.jpg", "folder/a b+c%20.jpg", "图片/é'()*!~.jpg", "x?y=1&z#", "a ", "a//b")
SECRETS = ("darkroom-secret", "in side+/=%20", "密钥", "x" * 200)

SIGN = """(async ({ id, secret, now, seconds, ...request }) => {
  const key = await m.importKey(id, secret, 'cn-hangzhou');
  return m.signQuery(key, request, { seconds, now: new Date(now) });
})(given)"""

type Presign = Callable[[str, str, str, str], str]
"""Returns a signed URL by id, secret, bucket and key."""


def presign_v2(key_id: str, secret: str, bucket: str, key: str) -> str:
    """Sign with alibabacloud-oss-v2."""
    client = oss.Client(configured(ENDPOINT, StaticCredentialsProvider(key_id, secret)))
    request = oss.GetObjectRequest(bucket=bucket, key=key, process=PROCESS)
    url: str = client.presign(request, expires=timedelta(seconds=600)).url
    return url


def presign_oss2(key_id: str, secret: str, bucket: str, key: str) -> str:
    """Sign with oss2, version 4."""
    auth = oss2.AuthV4(key_id, secret)
    made = oss2.Bucket(auth, ENDPOINT, bucket, region=REGION, is_path_style=True)
    url: str = made.sign_url("GET", key, 600, params={"x-oss-process": PROCESS})
    return url


@pytest.fixture(scope="module")
def page(browser: "Browser", addresses: Addresses) -> Iterator[Visit]:
    """Open the page once."""
    context = browser.new_context()
    visit = Visit(context.new_page(), addresses)
    visit.open()
    yield visit
    assert visit.faults == []
    context.close()


@pytest.mark.parametrize("presign", [presign_v2, presign_oss2])
def test_signatures_are_those_of_the_sdks(page: Visit, presign: Presign) -> None:
    """For the same request and second, every parameter of the URL is the same."""
    cases = [(key, SECRETS[0]) for key in KEYS] + [(KEYS[1], secret) for secret in SECRETS]
    for key, secret in cases:
        url = presign("an-id", secret, "some-bucket", key)
        expected = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        moment = datetime.strptime(f"{expected['x-oss-date']}+0000", "%Y%m%dT%H%M%SZ%z")
        signed = page.call(
            "service/signing.js",
            SIGN,
            {
                "id": "an-id",
                "secret": secret,
                "now": moment.isoformat(),
                "seconds": int(expected["x-oss-expires"]),
                "method": "GET",
                "bucket": "some-bucket",
                "key": key,
                "query": {"x-oss-process": PROCESS},
            },
        )
        assert signed == expected, (key, secret)


def test_urls_are_encoded_like_python_does(page: Visit) -> None:
    """The path of a URL keeps its slashes only; the query is sorted by its encoded names."""
    paths = page.call("service/signing.js", "given.map((key) => m.encodePath(key))", list(KEYS))
    assert paths == [quote(key, safe="/~") for key in KEYS]
    query = page.call("service/signing.js", "m.encodeQuery({ b: '', 'a b': 'ü/,', B: '+' })")
    assert query == "B=%2B&a%20b=%C3%BC%2F%2C&b"


def test_the_key_cannot_be_exported(page: Visit) -> None:
    """The browser refuses to give the key's bytes to any script."""
    expression = """(async () => {
      const { root } = await m.importKey('id', 'secret', 'r');
      const refusal = await crypto.subtle.exportKey('raw', root).catch((error) => error.name);
      return [root.extractable, root.usages, refusal];
    })()"""
    exported = page.call("service/signing.js", expression)
    assert exported == [False, ["sign"], "InvalidAccessError"]
