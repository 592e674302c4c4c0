"""A bucket's settings as a JSON document: what operators read and write (docs/buckets.md)."""

import re
from functools import partial
from typing import Any

from darkroom.buckets.bucket import (
    DELIMITERS,
    Acl,
    Bucket,
    CorsRule,
    EventRule,
    Protection,
    ProtectionRule,
    RuleTarget,
)
from darkroom.buckets.form import Flag, ListOf, Member, Moment, Number, ObjectOf, Text, one_of

MAX_CORS_MAX_AGE = 999_999_999

_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")


def _text(pattern: str, expected: str) -> Text[str]:
    return Text(accepts=re.compile(pattern, re.ASCII).fullmatch, expected=expected, make=str)


_KEY_PART = _text(r"[^\0]{0,1023}", "a text of at most 1023 characters")
_EXTENSION = _text(r"[A-Za-z0-9]{1,16}", "1 to 16 letters and digits, without the dot")
_ORIGIN = _text(r"(?=.)[!-)+-~]*\*?[!-)+-~]*", "an origin with one * at most")
_HEADER = _text(r"(?=.)[A-Za-z0-9-]*\*?[A-Za-z0-9-]*", "a header's name with one * at most")
_EXPOSED = _text(r"[A-Za-z0-9-]+", "a header's name")
_PROCESS = _text(r"(image|style)/[^|]{1,4096}", "a process that begins with image/ or style/")
_TEMPLATE = _text(r"[^\0]{1,1023}", "a key of 1 to 1023 characters, with variables in braces")
_BUCKET_NAME = _text(r"[a-z0-9-]{3,63}", "a bucket's name")

_PROTECTION_RULE = ObjectOf(
    make=ProtectionRule,
    members={
        "prefix": Member(field="prefix", kind=_KEY_PART),
        "suffix": Member(field="suffix", kind=_KEY_PART),
        "ignoreCase": Member(field="ignore_case", kind=Flag()),
    },
)

_PROTECTION = ObjectOf(
    make=Protection,
    members={
        "enabled": Member(field="enabled", kind=Flag()),
        "suffixes": Member(field="suffixes", kind=ListOf(kind=_EXTENSION, most=50)),
        "rules": Member(field="rules", kind=ListOf(kind=_PROTECTION_RULE, most=10)),
    },
)

_CORS_RULE = ObjectOf(
    make=CorsRule,
    members={
        "allowedOrigins": Member(
            field="origins", kind=ListOf(kind=_ORIGIN, least=1, most=50), required=True
        ),
        "allowedMethods": Member(
            field="methods", kind=ListOf(kind=one_of(_METHODS), least=1, most=5), required=True
        ),
        "allowedHeaders": Member(field="headers", kind=ListOf(kind=_HEADER, most=50)),
        "exposeHeaders": Member(field="exposed", kind=ListOf(kind=_EXPOSED, most=50)),
        "maxAgeSeconds": Member(field="max_age", kind=Number(most=MAX_CORS_MAX_AGE)),
    },
)

_RULE_TARGET = ObjectOf(
    make=RuleTarget,
    members={
        "process": Member(field="process", kind=_PROCESS, required=True),
        "key": Member(field="key", kind=_TEMPLATE, required=True),
        "bucket": Member(field="bucket", kind=_BUCKET_NAME),
    },
)

_EVENT_RULE = ObjectOf(
    make=EventRule,
    members={
        "prefix": Member(field="prefix", kind=_KEY_PART),
        "suffix": Member(field="suffix", kind=_KEY_PART),
        "targets": Member(
            field="targets", kind=ListOf(kind=_RULE_TARGET, least=1, most=10), required=True
        ),
        "since": Member(field="since", kind=Moment()),
    },
)

_MEMBERS = {
    "acl": Member(field="acl", kind=one_of(tuple(Acl))),
    "delimiters": Member(field="delimiters", kind=ListOf(kind=one_of(DELIMITERS), most=5)),
    "protection": Member(field="protection", kind=_PROTECTION),
    "cors": Member(field="cors", kind=ListOf(kind=_CORS_RULE, most=10)),
    "events": Member(field="events", kind=ListOf(kind=_EVENT_RULE, most=20)),
}


def read_bucket(name: str, document: Any) -> Bucket:
    """Read parsed JSON; what is left out has its default. Raises `InvalidDocument`."""
    return ObjectOf(make=partial(Bucket, name=name), members=_MEMBERS).read(document, name)


def write_bucket(bucket: Bucket) -> dict[str, Any]:
    """Write all settings, defaults too."""
    return ObjectOf(make=Bucket, members=_MEMBERS).write(bucket)
