"""Error responses to HEAD requests."""

import base64
from xml.etree import ElementTree as ET

import pytest

from darkroom.errors import Code, OssError
from darkroom.web.responses import error_response


@pytest.mark.parametrize("length", [10, 5000])
def test_an_error_on_head_fits_in_a_header(length: int) -> None:
    """Long details are omitted from the header; the body of a GET contains them."""
    details = {"StringToSign": "x" * length}
    error = OssError(Code.SIGNATURE_DOES_NOT_MATCH, ec="0002-00000040", details=details)
    head = error_response(error, request_id="ID", host="h", head=True)
    assert head.body == b""
    assert len(head.headers["x-oss-err"]) < 8000
    document = ET.fromstring(base64.b64decode(head.headers["x-oss-err"]))
    assert [document.findtext(name) for name in ("Code", "RequestId", "EC")] == [
        "SignatureDoesNotMatch",
        "ID",
        "0002-00000040",
    ]
    assert (document.findtext("StringToSign") is not None) == (length == 10)
    get = error_response(error, request_id="ID", host="h", head=False)
    assert isinstance(get.body, bytes)
    assert ET.fromstring(get.body).findtext("StringToSign") == "x" * length
