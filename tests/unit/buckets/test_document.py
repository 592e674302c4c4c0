"""The JSON document of bucket settings."""

import json
import re
from datetime import UTC
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.buckets import (
    DELIMITERS,
    Acl,
    Bucket,
    CorsRule,
    EventRule,
    InvalidDocument,
    Protection,
    ProtectionRule,
    RuleTarget,
    read_bucket,
    write_bucket,
)

COMPLETE = Bucket(
    name="demo",
    acl=Acl.PUBLIC_READ,
    delimiters=("!", "-"),
    protection=Protection(
        enabled=True,
        suffixes=("jpg", "png"),
        rules=(
            ProtectionRule(prefix="originals/", suffix=".tif", ignore_case=True),
            ProtectionRule(prefix="scans/"),
        ),
    ),
    cors=(
        CorsRule(
            allowed_origins=("https://*.example.com",),
            allowed_methods=("GET", "HEAD"),
            allowed_headers=("*",),
            expose_headers=("ETag", "x-oss-request-id"),
            max_age_seconds=600,
        ),
    ),
    events=(
        EventRule(
            prefix="uploads/",
            suffix=".jpg",
            targets=(
                RuleTarget(process="image/resize,w_200", key="thumbnails/{barename}.{autoext}"),
                RuleTarget(process="style/large", key="{object}", bucket="gallery"),
            ),
        ),
    ),
)

names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,9}", fullmatch=True)
starred = names | names.map(lambda name: f"{name}*") | st.just("*")
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


def tuples[T](values: st.SearchStrategy[T], min_size: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    """Return a strategy for up to three different values."""
    return st.lists(values, min_size=min_size, max_size=3, unique=True).map(tuple)


buckets = st.builds(
    Bucket,
    name=st.just("demo"),
    acl=st.sampled_from(Acl),
    delimiters=tuples(st.sampled_from(DELIMITERS)),
    protection=st.builds(
        Protection,
        enabled=st.booleans(),
        suffixes=tuples(st.sampled_from(["jpg", "png", "x"])),
        rules=tuples(st.builds(ProtectionRule, prefix=text, suffix=text | st.just(""))),
    ),
    cors=tuples(
        st.builds(
            CorsRule,
            allowed_origins=tuples(starred, 1),
            allowed_methods=tuples(st.sampled_from(["GET", "PUT"]), 1),
            allowed_headers=tuples(starred),
            expose_headers=tuples(names),
            max_age_seconds=st.integers(0, 999_999_999),
        )
    ),
    events=tuples(
        st.builds(
            EventRule,
            prefix=text | st.just(""),
            targets=tuples(
                st.builds(
                    RuleTarget,
                    process=st.sampled_from(["image/info", "style/ü"]),
                    key=text,
                    bucket=st.none() | st.just("gallery"),
                ),
                1,
            ),
            since=st.none() | st.datetimes(timezones=st.just(UTC)),
        )
    ),
)


@given(buckets)
def test_settings_survive_their_document(bucket: Bucket) -> None:
    """Reading the document of any settings returns equal settings."""
    assert read_bucket("demo", write_bucket(bucket)) == bucket


def test_an_omitted_member_has_its_default() -> None:
    """An empty document is a private bucket with every feature disabled."""
    assert read_bucket("demo", "{}") == Bucket(name="demo")
    assert read_bucket("demo", '{"protection": {}}') == Bucket(name="demo")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "the document must be an object, not array"),
        ({"acls": "private"}, "acls is not known"),
        ({"acl": "public"}, "acl must be one of private, public-read, public-read-write"),
        ({"acl": None}, "acl must be one of private, public-read, public-read-write, not null"),
        ({"delimiters": "!"}, "delimiters must be a list of 0 to 5, not str"),
        ({"delimiters": ["!!"]}, "delimiters[0] must be one of @!, !, /, -, _"),
        ({"delimiters": ["!", "!"]}, "delimiters must not hold a value twice"),
        ({"protection": {"enabled": 1}}, "protection.enabled must be true or false, not int"),
        (
            {"protection": {"suffixes": ["jpg", ".png"]}},
            "protection.suffixes[1] must be 1 to 16 letters and digits, without the dot",
        ),
        (
            {"protection": {"rules": [{"ignoreCase": True}]}},
            "protection.rules[0] must have a prefix, a suffix or both",
        ),
        (
            {"protection": {"rules": [{"prefix": str(n)} for n in range(11)]}},
            "protection.rules must be a list of 0 to 10",
        ),
        ({"cors": [{"allowedMethods": ["GET"]}]}, "cors[0].allowedOrigins is required"),
        (
            {"cors": [{"allowedOrigins": ["**"], "allowedMethods": ["GET"]}]},
            (
                "cors[0].allowedOrigins[0] "
                "must be an origin of at most 255 characters with one * at most"
            ),
        ),
        (
            {"cors": [{"allowedOrigins": ["*"], "allowedMethods": ["PATCH"]}]},
            "cors[0].allowedMethods[0] must be one of GET, HEAD, PUT, POST, DELETE",
        ),
        (
            {"cors": [{"allowedOrigins": ["*"], "allowedMethods": []}]},
            "cors[0].allowedMethods must be a list of 1 to 5",
        ),
        (
            {
                "cors": [
                    {"allowedOrigins": ["*"], "allowedMethods": ["GET"], "allowedHeaders": ["a b"]}
                ]
            },
            (
                "cors[0].allowedHeaders[0] "
                "must be a header's name of at most 255 characters with one * at most"
            ),
        ),
        (
            {"events": [{"targets": [{"process": "image/info"}]}]},
            "events[0].targets[0].key is required",
        ),
        (
            {"events": [{"targets": [{"process": "image/info", "key": "a", "bucket": "A"}]}]},
            "events[0].targets[0].bucket must be a bucket's name",
        ),
        (
            {"events": [{"targets": [{"process": "info", "key": "a"}]}]},
            "events[0].targets[0].process must be a process that begins with image/ or style/",
        ),
        (
            {"events": [{"targets": [{"process": "image/info", "key": "a"}] * 2}]},
            "events[0].targets must not hold a value twice",
        ),
        (
            {
                "events": [
                    {
                        "targets": [{"process": "image/info", "key": "a"}],
                        "since": "2026-09-01T12:00:00",
                    }
                ]
            },
            "events[0].since must be a date and time of RFC 3339 with its zone",
        ),
        (
            {"events": [{"prefix": "\ud800", "targets": []}]},
            "the document must be JSON: unexpected end of escaped utf-16 surrogate pair (byte 30)",
        ),
        (
            {"events": [{"prefix": "x" * 1024, "targets": []}]},
            "events[0].prefix must be a text of at most 1023 characters",
        ),
        (
            {
                "cors": [
                    {"allowedOrigins": ["*"], "allowedMethods": ["GET"], "exposeHeaders": ["*"]}
                ]
            },
            "cors[0].exposeHeaders[0] must be a header's name of at most 255 characters",
        ),
        (
            {"cors": [{"allowedOrigins": ["*"], "allowedMethods": ["GET"], "maxAgeSeconds": True}]},
            "cors[0].maxAgeSeconds must be a whole number from 0 to 999999999, not bool",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_invalid_member_is_refused_with_its_path(document: Any, complaint: str) -> None:
    """Unknown members are refused, too: a misspelt rule would protect nothing."""
    with pytest.raises(InvalidDocument) as refused:
        read_bucket("demo", json.dumps(document))
    assert str(refused.value) == complaint


def test_unset_members_are_not_written() -> None:
    """A document contains no null."""
    assert b"null" not in write_bucket(COMPLETE)
    assert b'"maxAgeSeconds":600' in write_bucket(COMPLETE)
    assert b'"enabled":false' in write_bucket(Bucket(name="demo"))


def test_the_documented_example_is_valid() -> None:
    """The example in docs/buckets.md contains every member."""
    page = (Path(__file__).parents[3] / "docs/buckets.md").read_text()
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert read_bucket("demo", example[1]) == COMPLETE
    assert json.loads(example[1]) == json.loads(write_bucket(COMPLETE))


@pytest.mark.parametrize(
    "member", ["allowedOrigins", "allowedHeaders", "exposeHeaders", "allowedMethods"]
)
@pytest.mark.parametrize(
    "text", ["a" * 120_000 + "(", "a" * 120_000 + " ", "*" * 120_000, "a" * 256]
)
def test_a_long_text_is_refused_in_linear_time(member: str, text: str) -> None:
    """Patterns of 120 KB took minutes; each text is at most 255 characters long."""
    rule = {"allowedOrigins": ["*"], "allowedMethods": ["GET"], member: [text]}
    began = process_time()
    with pytest.raises(InvalidDocument):
        read_bucket("demo", json.dumps({"cors": [rule]}))
    assert process_time() - began < 0.5
