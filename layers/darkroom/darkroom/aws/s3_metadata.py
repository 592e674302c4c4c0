"""Attributes of objects ⇄ parameters and responses of S3.

S3 has no place for an object's own ACL where buckets enforce their owner, and none for this
checksum: both are stored in user metadata, under reserved names.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from darkroom.aws.header_texts import header_text, metadata_text, metadata_word
from darkroom.buckets import Acl
from darkroom.content_types import DEFAULT_CONTENT_TYPE
from darkroom.ports.objects import (
    RESERVED_METADATA_PREFIX,
    STANDARD_CLASS,
    ObjectAttributes,
    ObjectInfo,
)

ACL = f"{RESERVED_METADATA_PREFIX}acl"
BY_RULE = f"{RESERVED_METADATA_PREFIX}by-rule"
CRC64 = f"{RESERVED_METADATA_PREFIX}crc64ecma"

_STORAGE_CLASSES = {
    "STANDARD": STANDARD_CLASS,
    "INTELLIGENT_TIERING": STANDARD_CLASS,
    "REDUCED_REDUNDANCY": STANDARD_CLASS,
    "STANDARD_IA": "IA",
    "ONEZONE_IA": "IA",
    "GLACIER_IR": "IA",
    "GLACIER": "Archive",
    "DEEP_ARCHIVE": "ColdArchive",
}

_S3_STORAGE_CLASSES = {
    STANDARD_CLASS: "STANDARD",
    "IA": "STANDARD_IA",
    "Archive": "GLACIER",
    "ColdArchive": "DEEP_ARCHIVE",
}

_ENCRYPTIONS = {"AES256": "AES256", "aws:kms": "KMS", "aws:kms:dsse": "KMS"}
"""OSS's name of an encryption on the server, by S3's."""

_READ_HEADERS = {
    "CacheControl": "cache-control",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language",
    "ExpiresString": "expires",
}

_WRITTEN_HEADERS = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "expires": "Expires",
}


def etag(response: Mapping[str, Any]) -> str:
    """Return the ETag bare and in upper case (C-38)."""
    return store_etag(response).upper()


def store_etag(response: Mapping[str, Any]) -> str:
    """Return the ETag bare, as the store writes it."""
    etag: str = response["ETag"]
    return etag.strip('"')


def storage_class(response: Mapping[str, Any]) -> str:
    """Return OSS's nearest storage class; S3 omits its standard class."""
    return _STORAGE_CLASSES.get(response.get("StorageClass", ""), STANDARD_CLASS)


def object_info(bucket: str, key: str, response: Mapping[str, Any]) -> ObjectInfo:
    """Read the header of an object, or of a byte range of one."""
    metadata: Mapping[str, str] = response.get("Metadata", {})
    written_etag = store_etag(response)
    headers = {
        header: response[member] for member, header in _READ_HEADERS.items() if response.get(member)
    }
    content_type: str = response.get("ContentType") or DEFAULT_CONTENT_TYPE
    return ObjectInfo(
        bucket=bucket,
        key=key,
        # Of the whole object: the response may hold a range of it.
        size=int(response.get("ContentRange", "").rpartition("/")[2] or response["ContentLength"]),
        etag=written_etag.upper(),
        store_etag=written_etag,
        encryption=_ENCRYPTIONS.get(response.get("ServerSideEncryption", "")),
        last_modified=response["LastModified"].astimezone(UTC),
        content_type=content_type if content_type.isascii() else header_text(content_type),
        headers={
            name: value if value.isascii() else header_text(value)
            for name, value in headers.items()
        },
        metadata={
            name: metadata_text(value)
            for name, value in metadata.items()
            if not name.startswith(RESERVED_METADATA_PREFIX)
        },
        storage_class=storage_class(response),
        acl=_acl(metadata[ACL]) if ACL in metadata else None,
        by_rule=BY_RULE in metadata,
        version_id=response.get("VersionId"),
        crc64=_crc64(metadata[CRC64], written_etag.upper()) if CRC64 in metadata else None,
    )


def s3_params(
    attributes: ObjectAttributes, *, crc64: int | None = None, etag: str = ""
) -> dict[str, Any]:
    """Return attributes as request parameters; the checksum is stored with its bytes' ETag."""
    metadata = {name: metadata_word(value) for name, value in attributes.metadata.items()}
    if attributes.acl is not None:
        metadata[ACL] = attributes.acl
    if attributes.by_rule:
        metadata[BY_RULE] = "1"
    if crc64 is not None:
        metadata[CRC64] = f"{crc64} {etag}"
    members: dict[str, Any] = {
        "ContentType": attributes.content_type,
        "Metadata": metadata,
        "StorageClass": _S3_STORAGE_CLASSES[attributes.storage_class],
    }
    members |= {_WRITTEN_HEADERS[name]: value for name, value in attributes.headers.items()}
    if attributes.tags is not None:
        members["Tagging"] = attributes.tags
    return members


def _acl(text: str) -> Acl:
    """Read an object's own ACL; an unknown one counts as private."""
    return Acl(text) if text in list(Acl) else Acl.PRIVATE


def _crc64(text: str, etag: str) -> int | None:
    """Return a stored checksum, None if it was stored for other bytes."""
    number, _, of_etag = text.partition(" ")
    return int(number) if number.isdecimal() and of_etag == etag else None
