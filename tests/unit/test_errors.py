"""The catalogue of errors and its public messages (spec 05)."""

from darkroom.errors import (
    MAX_SHOWN,
    Code,
    OssError,
    invalid,
    missing,
    no_such_bucket,
    no_such_key,
    not_base64,
)

STATUSES = {
    "InvalidArgument": 400,
    "MissingArgument": 400,
    "BadRequest": 400,
    "ImageTooLarge": 400,
    "WatermarkError": 400,
    "ImageDamage": 400,
    "AccessDenied": 403,
    "SignatureDoesNotMatch": 403,
    "NoSuchKey": 404,
    "NoSuchStyle": 404,
    "NoSuchBucket": 404,
    "InternalError": 500,
    "NotImplemented": 501,
    "ServiceUnavailable": 503,
    "Imm Client": 400,
    "InvalidAccessKeyId": 403,
    "RequestTimeTooSkewed": 403,
    "InvalidSecurityToken": 403,
    "SecurityTokenExpired": 403,
    "AccessKeyIdAndSecurityTokenNotMatch": 403,
    "SecondLevelDomainForbidden": 403,
    "InvalidObjectState": 403,
    "InvalidBucketName": 400,
    "InvalidObjectName": 400,
    "MalformedXML": 400,
    "InvalidDigest": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "PreconditionFailed": 412,
    "FileAlreadyExists": 409,
    "EntityTooLarge": 400,
    "InvalidRequest": 400,
    "IncompleteBody": 400,
    "InvalidRange": 416,
    "AccessForbidden": 403,
    "NoSuchVersion": 404,
    "NoSuchTask": 404,
    "NoSuchUpload": 404,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidEncryptionAlgorithmError": 400,
    "NoSuchBucketPolicy": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchInventory": 404,
    "NoSuchLifecycle": 404,
    "NoSuchReplicationConfiguration": 404,
    "NoSuchServerSideEncryptionRule": 404,
    "NoSuchTransferAccelerationConfiguration": 404,
    "NoSuchWebsiteConfiguration": 404,
    "NoSuchWORMConfiguration": 404,
}

FORM_STATUSES = {
    "EntityTooSmall": 400,
    "FieldItemTooLong": 400,
    "IncorrectNumberOfFilesInPOSTRequest": 400,
    "InvalidPolicyDocument": 400,
    "MalformedPOSTRequest": 400,
}


SERVER_STATUSES = {"RequestTimeout": 400}
"""Of the server: a body of which no more arrives (decision 181)."""


def test_each_code_has_its_documented_status() -> None:
    """Status by code: spec 05 §2 and §5, absent configuration, forms and slow bodies."""
    statuses = {code.wire: OssError(code).status for code in Code}
    assert statuses == STATUSES | FORM_STATUSES | SERVER_STATUSES


def test_every_code_has_a_message() -> None:
    """Every code has a default message, and no two codes share a wire name (spec 05 §2)."""
    assert all(code.message.endswith(".") for code in Code)
    assert len({code.wire for code in Code}) == len(Code)


FIXED = {
    "The specified key does not exist.": Code.NO_SUCH_KEY,
    "The specified bucket does not exist.": Code.NO_SUCH_BUCKET,
    "No Such Image Style.": Code.NO_SUCH_STYLE,
    "The difference between the request time and the current time is too large.": (
        Code.REQUEST_TIME_TOO_SKEWED
    ),
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method.": Code.SIGNATURE_DOES_NOT_MATCH,
}


def test_documented_messages_are_exact() -> None:
    """Clients match on these (spec 05 §3)."""
    assert {OssError(code).message: code for code in FIXED.values()} == FIXED


def test_an_invalid_value_is_named_with_its_parameter_and_reason() -> None:
    """The format was measured: the reason follows the sentence without a blank."""
    error = invalid("rotate", "abc", "Value must be digit", ec="0040-00000217")
    assert error.code is Code.INVALID_ARGUMENT
    assert error.ec == "0040-00000217"
    assert error.message == (
        "The value: abc of parameter: rotate is invalid.reason:Value must be digit"
    )


def test_a_message_repeats_no_more_than_a_hundred_characters_of_a_value() -> None:
    """A caller's value is truncated to `MAX_SHOWN` characters."""
    error = invalid("text", "a" * 4000, "Value must be base64")
    assert "a" * MAX_SHOWN + "…" in error.message
    assert "a" * (MAX_SHOWN + 1) not in error.message


def test_a_missing_value_is_named() -> None:
    """MissingArgument names the parameter."""
    error = missing("rotate", ec="0040-00000216")
    assert (error.code, error.ec) == (Code.MISSING_ARGUMENT, "0040-00000216")
    assert "rotate" in error.message


def test_text_that_is_not_base64_is_a_bad_request() -> None:
    """This is the only value error that is not an InvalidArgument (documented)."""
    error = not_base64(ec="0040-00000265")
    assert (error.code, error.ec) == (Code.BAD_REQUEST, "0040-00000265")
    assert error.message == "Input is not base64 decoding."


def test_a_missing_bucket_or_key_is_in_its_own_element() -> None:
    """BucketName for a bucket, Key for an object (spec 05 §1)."""
    assert no_such_bucket("nope").details == {"BucketName": "nope"}
    assert no_such_bucket("nope").ec == "0015-00000101"
    assert no_such_key("a/b.jpg").details == {"Key": "a/b.jpg"}
    assert no_such_key("a/b.jpg").ec == "0040-00000024"


def test_the_text_of_an_error_is_code_and_message() -> None:
    """`str` of an error is what the log shows."""
    assert str(OssError(Code.BAD_REQUEST, "Why.")) == "BadRequest: Why."
