"""Policies of forms: conditions, expiry and errors."""

import base64
import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.auth import read_policy
from darkroom.errors import Code, OssError
from tests.post_forms import policy
from tests.unit.auth.sdk_capture import NOW

FIELDS = {"key": "user/a.jpg", "content-type": "image/jpeg", "x-oss-meta-a": "$1", "bucket": "demo"}


def check(*conditions: Any, size: int = 5) -> None:
    """Check the fields and a size by conditions."""
    read_policy(policy(*conditions, now=NOW)).check(FIELDS, size, NOW)


def refusal(text: str, size: int = 5) -> OssError:
    """Return the error that a policy raises when it is read or checked."""
    with pytest.raises(OssError) as error:
        read_policy(text).check(FIELDS, size, NOW)
    return error.value


def encoded(document: Any) -> str:
    """Write a document as a policy, whatever it is."""
    return base64.b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    "condition",
    [
        {"key": "user/a.jpg"},
        {"Key": "user/a.jpg"},
        ["eq", "$key", "user/a.jpg"],
        ["eq", "key", "user/a.jpg"],
        ["eq", "$Bucket", "demo"],
        ["starts-with", "$key", "user/"],
        ["starts-with", "$absent", ""],
        ["in", "$content-type", ["image/png", "image/jpeg"]],
        ["not-in", "$content-type", ["text/html"]],
        ["not-in", "$absent", ["text/html"]],
        ["eq", "$x-oss-meta-a", "$1"],
        ["content-length-range", 5, 5],
        ["content-length-range", 0, 104857600],
    ],
    ids=str,
)
def test_a_condition_that_holds(condition: Any) -> None:
    """Names are compared in lower case, with or without the dollar sign; values exactly."""
    check(condition)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ({"key": "user/b.jpg"}, '["eq", "$key", "user/b.jpg"]'),
        ({"key": "USER/A.JPG"}, '["eq", "$key", "USER/A.JPG"]'),
        (["eq", "$absent", "1"], '["eq", "$absent", "1"]'),
        (["starts-with", "$key", "other/"], '["starts-with", "$key", "other/"]'),
        (["in", "$content-type", ["text/css"]], '["in", "$content-type", ["text/css"]]'),
        (["in", "$absent", ["图"]], '["in", "$absent", ["图"]]'),
        (["not-in", "$key", ["user/a.jpg"]], '["not-in", "$key", ["user/a.jpg"]]'),
        (["eq", "bucket", "other"], '["eq", "$bucket", "other"]'),
    ],
    ids=str,
)
def test_a_condition_that_fails_is_shown(condition: Any, shown: str) -> None:
    """The message has the vendor's wording."""
    error = refusal(policy({"bucket": "demo"}, condition, now=NOW))
    assert (error.code, error.ec) == (Code.ACCESS_DENIED, "0006-00000227")
    assert error.message == f"Invalid according to Policy: Policy Condition failed: {shown}"


@pytest.mark.parametrize(
    ("bounds", "code"),
    [((6, 10), Code.ENTITY_TOO_SMALL), ((0, 4), Code.ENTITY_TOO_LARGE)],
)
def test_a_file_of_another_size_is_refused(bounds: tuple[int, int], code: Code) -> None:
    """The message names the size and the bound."""
    error = refusal(policy(["content-length-range", *bounds], now=NOW))
    assert error.code is code
    assert error.message.startswith("The file has 5 bytes")


def test_a_policy_expires() -> None:
    """It is valid until its expiration, and not after."""
    read = read_policy(policy({"key": "user/a.jpg"}, now=NOW, seconds=60))
    read.check(FIELDS, 5, NOW + timedelta(seconds=60))
    with pytest.raises(OssError, match="Policy expired") as error:
        read.check(FIELDS, 5, NOW + timedelta(seconds=61))
    assert (error.value.code, error.value.ec) == (Code.ACCESS_DENIED, "0006-00000213")


@pytest.mark.parametrize("fraction", ["", ".0", ".000", ".123456", ".1234567"])
def test_the_expiration_may_have_a_fraction(fraction: str) -> None:
    """SDKs write none, milliseconds, microseconds and ticks."""
    text = f"2026-12-01T12:00:00{fraction}Z"
    document = {"expiration": text, "conditions": [{"bucket": "demo"}]}
    assert read_policy(encoded(document)).expiration.year == 2026


CONDITIONS = [{"bucket": "demo"}]
EXPIRATION = "2026-12-01T12:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "ec"),
    [
        ("", "0006-00000204"),
        ("???", "0006-00000202"),
        ("图", "0006-00000202"),
        (base64.b64encode(b"\xff").decode(), "0006-00000203"),
        (base64.b64encode(b"{").decode(), "0006-00000204"),
        (base64.b64encode(b"[" * 100_000).decode(), "0006-00000204"),
        (encoded([]), "0006-00000204"),
        (encoded({}), "0006-00000209"),
        (encoded({"conditions": CONDITIONS}), "0006-00000208"),
        (encoded({"expiration": EXPIRATION}), "0006-00000207"),
        (encoded({"expiration": 123, "conditions": CONDITIONS}), "0006-00000210"),
        (encoded({"expiration": "", "conditions": CONDITIONS}), "0006-00000211"),
        (encoded({"expiration": "tomorrow", "conditions": CONDITIONS}), None),
        (encoded({"expiration": "2026-13-01T12:00:00Z", "conditions": CONDITIONS}), None),
        (encoded({"expiration": "2026-12-01T12:00:00", "conditions": CONDITIONS}), None),
        (encoded({"expiration": EXPIRATION, "conditions": 123}), "0006-00000214"),
        (policy(now=NOW), None),
        (policy(123, now=NOW), "0006-00000222"),
        (policy({}, now=NOW), None),
        (policy({"a": "1", "b": "2"}, now=NOW), None),
        (policy({"a": 1}, now=NOW), "0006-00000224"),
        (policy([], now=NOW), "0006-00000216"),
        (policy(["$key"], now=NOW), "0006-00000216"),
        (policy(["ends-with", "$key", "a"], now=NOW), "0006-00000217"),
        (policy([1, "$key", "a"], now=NOW), "0006-00000217"),
        (policy(["starts-with", "$key", "a", "b"], now=NOW), "0006-00000218"),
        (policy(["eq", "$key"], now=NOW), "0006-00000218"),
        (policy(["eq", 1, "a"], now=NOW), "0006-00000224"),
        (policy(["eq", "$key", ["a"]], now=NOW), "0006-00000224"),
        (policy(["not-in", "cache-control", "no-cache"], now=NOW), "0006-00000224"),
        (policy(["in", "$key", [1]], now=NOW), "0006-00000224"),
        (policy(["content-length-range", 20, 10], now=NOW), "0006-00000219"),
        (policy(["content-length-range", -1, 10], now=NOW), "0006-00000219"),
        (policy(["content-length-range", 10, "test"], now=NOW), "0006-00000221"),
        (policy(["content-length-range", 0.5, 10], now=NOW), "0006-00000221"),
        (policy(["content-length-range", 0, True], now=NOW), "0006-00000221"),
        (policy(["content-length-range", 10], now=NOW), "0006-00000218"),
    ],
)
def test_an_invalid_policy_is_refused_with_its_number(text: str, ec: str | None) -> None:
    """The vendor's list of errors has a number for nearly each."""
    error = refusal(text)
    assert (error.code, error.ec) == (Code.INVALID_POLICY_DOCUMENT, ec)
    assert error.message.startswith("Invalid Policy: ")


def test_a_dollar_sign_may_be_escaped() -> None:
    r"""`\$` is a dollar sign, which JSON does not have; `\\$` is a backslash and a dollar sign."""
    text = r'{"expiration": "%s", "conditions": [["eq", "$x-oss-meta-a", "%s"]]}'
    for written, code in ((r"\$1", None), (r"\\$1", Code.ACCESS_DENIED)):
        sent = base64.b64encode((text % (EXPIRATION, written)).encode()).decode()
        if code is None:
            read_policy(sent).check(FIELDS, 5, NOW)
        else:
            assert refusal(sent).code is code


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_any_condition_is_read_or_refused(condition: Any) -> None:
    """No document leads to another exception."""
    for document in (condition, {"expiration": EXPIRATION, "conditions": [condition]}):
        with suppress(OssError):
            read_policy(encoded(document))
