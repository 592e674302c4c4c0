"""Content types by the extension of an object key (C-186)."""

import mimetypes

DEFAULT_CONTENT_TYPE = "application/octet-stream"

_FURTHER = {
    ".7z": "application/x-7z-compressed",
    ".apk": "application/vnd.android.package-archive",
    ".avif": "image/avif",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gz": "application/gzip",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".ipa": "application/vnd.iphone",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rar": "application/x-rar-compressed",
    ".tgz": "application/gzip",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}

# Without the files of the machine: every function answers the same.
_BY_EXTENSION = {**mimetypes.MimeTypes().types_map[True], **_FURTHER}


def content_type_of_key(key: str) -> str:
    """Return the type of a key's extension, otherwise `application/octet-stream`."""
    _, dot, extension = key.rpartition("/")[2].rpartition(".")
    return _BY_EXTENSION.get(f"{dot}{extension}".lower(), DEFAULT_CONTENT_TYPE)
