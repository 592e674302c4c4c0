"""OSS's own names on the wire: query parameters and headers, each defined once.

`QueryParameter` holds every query parameter that a handler reads. Handlers get the query typed by
it, so a parameter that is missing here does not pass the type checker; the function at the CDN's
edge keeps these parameters and drops all others of anonymous requests. The names that other clouds
have for `x-oss-process` are in `darkroom.process.dialects`.
"""

from enum import StrEnum


class QueryParameter(StrEnum):
    """A query parameter that changes the response."""

    PROCESS = "x-oss-process"
    ASYNC_PROCESS = "x-oss-async-process"
    TASK_ID = "taskId"

    VERSION_ID = "versionId"
    OBJECT_META = "objectMeta"
    ACL = "acl"
    TAGGING = "tagging"
    RESPONSE_CONTENT_TYPE = "response-content-type"
    RESPONSE_CONTENT_LANGUAGE = "response-content-language"
    RESPONSE_CONTENT_ENCODING = "response-content-encoding"
    RESPONSE_CONTENT_DISPOSITION = "response-content-disposition"
    RESPONSE_CACHE_CONTROL = "response-cache-control"
    RESPONSE_EXPIRES = "response-expires"

    UPLOADS = "uploads"
    UPLOAD_ID = "uploadId"
    PART_NUMBER = "partNumber"
    PART_NUMBER_MARKER = "part-number-marker"
    MAX_PARTS = "max-parts"
    KEY_MARKER = "key-marker"
    VERSIONS = "versions"
    VERSIONING = "versioning"
    VERSION_ID_MARKER = "version-id-marker"
    UPLOAD_ID_MARKER = "upload-id-marker"
    MAX_UPLOADS = "max-uploads"

    STYLE = "style"
    STYLE_NAME = "styleName"
    CATEGORY = "category"
    BUCKET_SETTINGS = "x-oss-bucket-settings"
    BUCKET_INFO = "bucketInfo"
    LOCATION = "location"
    CORS = "cors"
    DELETE = "delete"

    LIST_TYPE = "list-type"
    PREFIX = "prefix"
    DELIMITER = "delimiter"
    MARKER = "marker"
    MAX_KEYS = "max-keys"
    START_AFTER = "start-after"
    CONTINUATION_TOKEN = "continuation-token"  # noqa: S105 - a parameter's name
    FETCH_OWNER = "fetch-owner"
    ENCODING_TYPE = "encoding-type"


RESPONSE_PREFIX = "response-"
"""Begins the parameters that choose reply headers of a signed request (spec 01 §6.1)."""

META_PREFIX = "x-oss-meta-"
"""Begins the headers of user metadata."""

BUCKET_ACL = "x-oss-acl"
OBJECT_ACL = "x-oss-object-acl"
STORAGE_CLASS = "x-oss-storage-class"
TAGGING = "x-oss-tagging"
TAGGING_DIRECTIVE = "x-oss-tagging-directive"
METADATA_DIRECTIVE = "x-oss-metadata-directive"
FORBID_OVERWRITE = "x-oss-forbid-overwrite"
COPY_SOURCE = "x-oss-copy-source"
COPY_SOURCE_RANGE = "x-oss-copy-source-range"
COPY_SOURCE_VERSION_ID = "x-oss-copy-source-version-id"
COMPLETE_ALL = "x-oss-complete-all"
RANGE_BEHAVIOR = "x-oss-range-behavior"
ENCRYPTION = "x-oss-server-side-encryption"
CONTENT_SHA256 = "x-oss-content-sha256"
CRC64 = "x-oss-hash-crc64ecma"
VERSION_ID = "x-oss-version-id"
OBJECT_TYPE = "x-oss-object-type"
REQUEST_ID = "x-oss-request-id"
SERVER_TIME = "x-oss-server-time"
ERROR_CODE = "x-oss-ec"
PROCESS_ERROR = "x-oss-process-error"
"""The code of an error that `ignore-error` ignored."""
ERROR_BODY = "x-oss-err"
BUCKET_REGION = "x-oss-bucket-region"
