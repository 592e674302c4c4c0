"""Attributes of objects ⇄ what S3 calls them.

S3 has no place for an object's own ACL where buckets enforce their owner, and none for this
checksum: both are kept in user metadata, under names that callers cannot use.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from darkroom.buckets import Acl
from darkroom.ports import BINARY, OWN_METADATA, STANDARD, Attributes, ObjectInfo

ACL = f"{OWN_METADATA}acl"
BY_RULE = f"{OWN_METADATA}by-rule"
CRC64 = f"{OWN_METADATA}crc64ecma"

_STORAGE_CLASSES = {
    "STANDARD": STANDARD,
    "INTELLIGENT_TIERING": STANDARD,
    "REDUCED_REDUNDANCY": STANDARD,
    "STANDARD_IA": "IA",
    "ONEZONE_IA": "IA",
    "GLACIER_IR": "IA",
    "GLACIER": "Archive",
    "DEEP_ARCHIVE": "ColdArchive",
}

_S3_STORAGE_CLASSES = {
    STANDARD: "STANDARD",
    "IA": "STANDARD_IA",
    "Archive": "GLACIER",
    "ColdArchive": "DEEP_ARCHIVE",
}

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


def etag_of(response: Mapping[str, Any]) -> str:
    """Give the ETag bare and upper-case (C-38)."""
    etag: str = response["ETag"]
    return etag.strip('"').upper()


def storage_class_of(response: Mapping[str, Any]) -> str:
    """Give OSS's nearest storage class; S3 leaves its own standard out."""
    return _STORAGE_CLASSES.get(response.get("StorageClass", ""), STANDARD)


def info_of(bucket: str, key: str, response: Mapping[str, Any]) -> ObjectInfo:
    """Read the header of an object, or of a part of one."""
    metadata: Mapping[str, str] = response.get("Metadata", {})
    return ObjectInfo(
        bucket=bucket,
        key=key,
        size=_whole_size(response),
        etag=etag_of(response),
        last_modified=response["LastModified"].astimezone(UTC),
        content_type=response.get("ContentType") or BINARY,
        headers={
            header: response[member]
            for member, header in _READ_HEADERS.items()
            if response.get(member)
        },
        metadata={n: value for n, value in metadata.items() if not n.startswith(OWN_METADATA)},
        storage_class=storage_class_of(response),
        acl=_acl(metadata.get(ACL)),
        by_rule=BY_RULE in metadata,
        version_id=response.get("VersionId"),
        crc64=_crc64(metadata.get(CRC64, ""), etag_of(response)),
    )


def members_of(
    attributes: Attributes, *, crc64: int | None = None, etag: str = ""
) -> dict[str, Any]:
    """Write attributes as a request's members; the checksum is bound to the ETag of its bytes."""
    metadata = dict(attributes.metadata)
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


def _whole_size(response: Mapping[str, Any]) -> int:
    """Size of the object, of which the response may be a part."""
    if "ContentRange" in response:
        return int(response["ContentRange"].rsplit("/", 1)[1])
    return int(response["ContentLength"])


def _acl(text: str | None) -> Acl | None:
    """Read an object's own ACL; what is not understood opens nothing."""
    if text is None:
        return None
    return Acl(text) if text in list(Acl) else Acl.PRIVATE


def _crc64(text: str, etag: str) -> int | None:
    """Believe a checksum only beside the bytes that it was computed of."""
    number, _, of_etag = text.partition(" ")
    return int(number) if number.isdecimal() and of_etag == etag else None
