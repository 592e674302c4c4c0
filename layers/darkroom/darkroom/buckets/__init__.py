"""The settings of a bucket, their JSON document, and the type of a style."""

from darkroom.buckets.bucket import (
    DELIMITERS,
    Acl,
    Bucket,
    BucketSettings,
    CorsRule,
    EventRule,
    Protection,
    ProtectionRule,
    RuleTarget,
    Style,
    Styles,
)
from darkroom.buckets.document import read_bucket, write_bucket
from darkroom.json_documents import InvalidDocument

__all__ = [
    "DELIMITERS",
    "Acl",
    "Bucket",
    "BucketSettings",
    "CorsRule",
    "EventRule",
    "InvalidDocument",
    "Protection",
    "ProtectionRule",
    "RuleTarget",
    "Style",
    "Styles",
    "read_bucket",
    "write_bucket",
]
