"""What an operator settles for a bucket: who may read it and how its names are understood."""

from darkroom.buckets.acl import Acl
from darkroom.buckets.bucket import DELIMITERS, Bucket
from darkroom.buckets.cors import CorsRule
from darkroom.buckets.document import read_bucket, write_bucket
from darkroom.buckets.events import EventRule, RuleTarget
from darkroom.buckets.form import InvalidDocument
from darkroom.buckets.protection import Protection, ProtectionRule
from darkroom.buckets.styles import Style, Styles

__all__ = [
    "DELIMITERS",
    "Acl",
    "Bucket",
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
