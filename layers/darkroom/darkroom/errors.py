"""The error catalogue: OSS code, HTTP status and public message (spec 05).

All public wording is here. The status says whose fault an error is: below 500 the caller's. Only
the others are logged with a traceback.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Self

from msgspec import Struct

MAX_SHOWN = 100
"""Characters of caller-supplied text that a message repeats."""


class Code(Enum):
    """An OSS error code: its wire name, its HTTP status and its default message."""

    ACCESS_DENIED = ("AccessDenied", 403, "You have no right to access this object.")
    ACCESS_FORBIDDEN = (
        "AccessForbidden",
        403,
        "CORSResponse: CORS is not enabled for this bucket.",
    )
    ACCESS_KEY_TOKEN_MISMATCH = (
        "AccessKeyIdAndSecurityTokenNotMatch",
        403,
        "The security token does not belong to this access key id.",
    )
    BAD_REQUEST = ("BadRequest", 400, "The request is not understood.")
    ENTITY_TOO_LARGE = (
        "EntityTooLarge",
        400,
        "Your proposed upload exceeds the maximum allowed size. Upload it to S3 directly.",
    )
    ENTITY_TOO_SMALL = (
        "EntityTooSmall",
        400,
        "Your proposed upload is smaller than the minimum allowed size.",
    )
    FIELD_ITEM_TOO_LONG = ("FieldItemTooLong", 400, "A field of the form is too long.")
    FILE_ALREADY_EXISTS = (
        "FileAlreadyExists",
        409,
        "The object you specified already exists and can not be overwritten.",
    )
    IMAGE_DAMAGE = ("ImageDamage", 400, "The image file may be damaged.")
    IMAGE_TOO_LARGE = ("ImageTooLarge", 400, "The image is too large.")
    IMM_CLIENT = (
        "Imm Client",
        400,
        "ResourceNotFound, no project is bound to this bucket.",
    )
    INCOMPLETE_BODY = (
        "IncompleteBody",
        400,
        "The body does not have the number of bytes that the Content-Length header says.",
    )
    INCORRECT_NUMBER_OF_FILES = (
        "IncorrectNumberOfFilesInPOSTRequest",
        400,
        "POST requires exactly one file upload per request.",
    )
    INTERNAL_ERROR = ("InternalError", 500, "An internal error occurred. Please retry.")
    INVALID_ACCESS_KEY_ID = (
        "InvalidAccessKeyId",
        403,
        "The OSS Access Key Id you provided does not exist in our records.",
    )
    INVALID_ARGUMENT = ("InvalidArgument", 400, "The argument is invalid.")
    INVALID_BUCKET_NAME = ("InvalidBucketName", 400, "The specified bucket is not valid.")
    INVALID_DIGEST = ("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
    INVALID_ENCRYPTION_ALGORITHM = (
        "InvalidEncryptionAlgorithmError",
        400,
        "The encryption is not supported: S3 encrypts by its bucket's rules. Use AES256, or none.",
    )
    INVALID_OBJECT_NAME = ("InvalidObjectName", 400, "The specified object is not valid.")
    INVALID_OBJECT_STATE = (
        "InvalidObjectState",
        403,
        "The operation is not valid for the object's state.",
    )
    INVALID_PART = ("InvalidPart", 400, "One or more of the specified parts could not be found.")
    INVALID_PART_ORDER = (
        "InvalidPartOrder",
        400,
        "The list of parts was not in ascending order.",
    )
    INVALID_POLICY_DOCUMENT = ("InvalidPolicyDocument", 400, "The policy of the form is invalid.")
    INVALID_RANGE = ("InvalidRange", 416, "The requested range cannot be satisfied.")
    INVALID_REQUEST = ("InvalidRequest", 400, "The request is invalid.")
    INVALID_SECURITY_TOKEN = (
        "InvalidSecurityToken",
        403,
        "The security token you provided is invalid.",
    )
    MALFORMED_POST_REQUEST = (
        "MalformedPOSTRequest",
        400,
        "The body of your POST request is not well-formed multipart/form-data.",
    )
    MALFORMED_XML = (
        "MalformedXML",
        400,
        "The XML you provided was not well-formed or did not validate against our schema.",
    )
    METHOD_NOT_ALLOWED = (
        "MethodNotAllowed",
        405,
        "The specified method is not allowed against this resource.",
    )
    MISSING_ARGUMENT = ("MissingArgument", 400, "A required argument is missing.")
    MISSING_CONTENT_LENGTH = (
        "MissingContentLength",
        411,
        "You must provide the Content-Length HTTP header.",
    )
    NOT_IMPLEMENTED = (
        "NotImplemented",
        501,
        "A header or operation you provided implies functionality that is not implemented.",
    )
    NO_SUCH_BUCKET = ("NoSuchBucket", 404, "The specified bucket does not exist.")
    NO_SUCH_BUCKET_POLICY = ("NoSuchBucketPolicy", 404, "The bucket has no policy.")
    NO_SUCH_CORS_CONFIGURATION = (
        "NoSuchCORSConfiguration",
        404,
        "The CORS configuration does not exist.",
    )
    NO_SUCH_ENCRYPTION_RULE = (
        "NoSuchServerSideEncryptionRule",
        404,
        "The bucket has no rule of encryption.",
    )
    NO_SUCH_INVENTORY = ("NoSuchInventory", 404, "The bucket has no inventory.")
    NO_SUCH_KEY = ("NoSuchKey", 404, "The specified key does not exist.")
    NO_SUCH_LIFECYCLE = ("NoSuchLifecycle", 404, "The bucket has no lifecycle rules.")
    NO_SUCH_REPLICATION = (
        "NoSuchReplicationConfiguration",
        404,
        "The bucket has no replication rules.",
    )
    NO_SUCH_STYLE = ("NoSuchStyle", 404, "No Such Image Style.")
    NO_SUCH_TASK = ("NoSuchTask", 404, "The specified task does not exist or has expired.")
    NO_SUCH_TRANSFER_ACCELERATION = (
        "NoSuchTransferAccelerationConfiguration",
        404,
        "The bucket has no transfer acceleration.",
    )
    NO_SUCH_UPLOAD = ("NoSuchUpload", 404, "The specified upload does not exist.")
    NO_SUCH_VERSION = ("NoSuchVersion", 404, "The specified version does not exist.")
    NO_SUCH_WEBSITE = (
        "NoSuchWebsiteConfiguration",
        404,
        "The bucket has no website configuration.",
    )
    NO_SUCH_WORM = ("NoSuchWORMConfiguration", 404, "The bucket has no retention policy.")
    PRECONDITION_FAILED = (
        "PreconditionFailed",
        412,
        "At least one of the pre-conditions you specified did not hold.",
    )
    REQUEST_TIME_TOO_SKEWED = (
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
    )
    REQUEST_TIMEOUT = (
        "RequestTimeout",
        400,
        "Your connection was not read from or written to within the timeout period.",
    )
    SECOND_LEVEL_DOMAIN_FORBIDDEN = (
        "SecondLevelDomainForbidden",
        403,
        "Please use virtual hosted style to access.",
    )
    SECURITY_TOKEN_EXPIRED = (
        "SecurityTokenExpired",
        403,
        "The security token you provided has expired.",
    )
    SERVICE_UNAVAILABLE = (
        "ServiceUnavailable",
        503,
        "The service is busy at the moment. Please try again.",
    )
    SIGNATURE_DOES_NOT_MATCH = (
        "SignatureDoesNotMatch",
        403,
        (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        ),
    )
    WATERMARK_ERROR = ("WatermarkError", 400, "The watermark object is missing or unusable.")

    def __init__(self, wire: str, status: int, message: str) -> None:
        self.wire = wire
        self.status = status
        self.message = message


class OssError(Exception):
    """An error that is sent to the caller: it must hold nothing private.

    `details` become further elements of the XML body, in their order (spec 05 §1).
    """

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        *,
        ec: str | None = None,
        details: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """Use the catalogue's message where `message` is None; `retry_after` is in seconds."""
        self.code = code
        self.message = message or code.message
        self.ec = ec
        self.details = dict(details or {})
        self.retry_after = retry_after
        super().__init__(f"{code.wire}: {self.message}")

    @property
    def status(self) -> int:
        """HTTP status of the reply."""
        return self.code.status

    @property
    def is_server_error(self) -> bool:
        """Whether the service failed, which is logged with a traceback; `NotImplemented` is not."""
        return self.status >= 500 and self.code is not Code.NOT_IMPLEMENTED


class Failure(Struct, frozen=True, kw_only=True):
    """Name and kind of an error, without the exception, whose traceback would keep pixels alive."""

    name: str
    """OSS code, or the class name of an unexpected exception."""
    is_server_error: bool

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Return the part of an error that may be logged, which excludes its message."""
        if isinstance(error, OssError):
            return cls(name=error.code.wire, is_server_error=error.is_server_error)
        return cls(name=type(error).__name__, is_server_error=True)


def truncate(text: str) -> str:
    """Return caller-supplied text cut to `MAX_SHOWN` characters, with `…` where it was cut."""
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def invalid(
    parameter: str,
    value: str,
    reason: str,
    *,
    code: Code = Code.INVALID_ARGUMENT,
    ec: str | None = None,
) -> OssError:
    """Return the error that names the parameter, the value and the reason (spec 05 §3)."""
    message = f"The value: {truncate(value)} of parameter: {parameter} is invalid.reason:{reason}"
    return OssError(code, message, ec=ec)


def missing(parameter: str, *, ec: str | None = None) -> OssError:
    """Return the error for a required value that was not given."""
    return OssError(
        Code.MISSING_ARGUMENT, f"The value of parameter: {parameter} is required.", ec=ec
    )


def too_many(parts: str, number: int, most: int, *, ec: str | None = None) -> OssError:
    """Return `ImageTooLarge` for a picture with more of its parts than are supported."""
    message = f"The picture has {number} {parts}: at most {most} are supported."
    return OssError(Code.IMAGE_TOO_LARGE, message, ec=ec)


def not_base64(*, ec: str | None = None) -> OssError:
    """Return the error for text that is not URL-safe base64 of UTF-8 (spec 01 §2.3)."""
    return OssError(Code.BAD_REQUEST, "Input is not base64 decoding.", ec=ec)


def file_already_exists() -> OssError:
    """Return the error for an object that must not be replaced."""
    return OssError(Code.FILE_ALREADY_EXISTS, ec="0026-00000002")


def callback_refused() -> OssError:
    """Return the error for an upload that is to call another server afterwards."""
    return OssError(
        Code.INVALID_ARGUMENT,
        "Callbacks are not implemented: nothing would be called after the upload. "
        "Leave out callback and x-oss-callback, and notify your server from the client.",
    )


def no_such_bucket(bucket: str) -> OssError:
    """Return `NoSuchBucket` with the bucket's name, truncated."""
    return OssError(
        Code.NO_SUCH_BUCKET, ec="0015-00000101", details={"BucketName": truncate(bucket)}
    )


def no_such_key(key: str) -> OssError:
    """Return `NoSuchKey` with the object's key."""
    return OssError(Code.NO_SUCH_KEY, ec="0040-00000024", details={"Key": key})
