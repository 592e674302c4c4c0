"""The settings of a deployment, from environment variables."""

import json
from pathlib import Path
from typing import Any

import pytest

from darkroom.buckets import Acl, Bucket, Protection
from darkroom.settings import BucketEntry, Settings, SettingsError


def with_buckets(buckets: Any) -> Settings:
    """Return settings with these buckets."""
    return Settings.from_environ({"DARKROOM_BUCKETS": json.dumps(buckets)})


def test_every_variable_is_optional() -> None:
    """Missing and empty variables give no bucket and every default."""
    names = ("TABLE", "KEYS_SECRET", "RESULTS_BUCKET", "BUCKETS", "DOMAINS", "PATH_STYLE", "FONTS")
    empty = {f"DARKROOM_{name}": "" for name in names}
    assert Settings.from_environ({}) == Settings.from_environ(empty) == Settings(buckets={})


def test_a_bucket_is_listed_with_its_s3_name_and_its_settings() -> None:
    """Without an S3 name it is the bucket's own, without an ACL the bucket is private."""
    settings = with_buckets(
        {
            "demo": {},
            "public": {
                "s3": "s3-name",
                "acl": "public-read",
                "protection": {"enabled": True, "suffixes": ["jpg"]},
            },
        }
    )
    protection = Protection(enabled=True, suffixes=("jpg",))
    public = Bucket(name="public", acl=Acl.PUBLIC_READ, protection=protection)
    assert settings.buckets == {
        "demo": BucketEntry(s3="demo", bucket=Bucket(name="demo")),
        "public": BucketEntry(s3="s3-name", bucket=public),
    }


@pytest.mark.parametrize(
    ("buckets", "complaint"),
    [
        ([], "DARKROOM_BUCKETS must be an object, not array"),
        ({"demo": "s3-name"}, "DARKROOM_BUCKETS.demo must be an object, not str"),
        ({"demo": {"s3": 7}}, "DARKROOM_BUCKETS.demo.s3 must be a bucket's name, not int"),
        ({"demo": {"acls": 1}}, "DARKROOM_BUCKETS.demo.acls is not known"),
        (
            {"demo": {"delimiters": ["+"]}},
            "DARKROOM_BUCKETS.demo.delimiters[0] must be one of @!, ",
        ),
    ],
    ids=str,
)
def test_an_invalid_bucket_list_is_refused_with_its_path(buckets: Any, complaint: str) -> None:
    """Unknown members are refused, too: a misspelt setting must not open a bucket."""
    with pytest.raises(SettingsError) as refused:
        with_buckets(buckets)
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DARKROOM_BUCKETS", "{", "DARKROOM_BUCKETS must be JSON: "),
        ("DARKROOM_DOMAINS", '{"a.example": 1}', "DARKROOM_DOMAINS[...] must be a bucket's name"),
        ("DARKROOM_DOMAINS", "[]", "DARKROOM_DOMAINS must be an object, not array"),
        ("DARKROOM_TOPICS", '{"done": null}', "DARKROOM_TOPICS[...] must be an SNS topic's ARN or"),
        ("DARKROOM_PATH_STYLE", "yes", "DARKROOM_PATH_STYLE must be true or false"),
        ("DARKROOM_STORE_TIMEOUT", "soon", "DARKROOM_STORE_TIMEOUT must be a number of seconds"),
        ("DARKROOM_STORE_TIMEOUT", "nan", "DARKROOM_STORE_TIMEOUT must be more than 0 seconds"),
        ("DARKROOM_RESULT_CACHE", "7", "DARKROOM_RESULT_CACHE must be true or false"),
        ("DARKROOM_RESULT_CACHE", "true", "DARKROOM_RESULT_CACHE: DARKROOM_RESULTS_BUCKET must"),
        (
            "DARKROOM_RESULT_CACHE_MIN_MS",
            "0.5",
            "DARKROOM_RESULT_CACHE_MIN_MS must be a whole number",
        ),
        (
            "DARKROOM_RESULT_CACHE_MIN_MS",
            "-1",
            "DARKROOM_RESULT_CACHE_MIN_MS must be a whole number",
        ),
        ("DARKROOM_STORE_TIMEOUT", "-1", "DARKROOM_STORE_TIMEOUT must be more than 0 seconds"),
        ("DARKROOM_DEBUG_SAMPLE_RATE", "some", "DARKROOM_DEBUG_SAMPLE_RATE must be a number"),
        ("DARKROOM_DEBUG_SAMPLE_RATE", "5", "DARKROOM_DEBUG_SAMPLE_RATE must be 0 to 1"),
        ("DARKROOM_DEBUG_SAMPLE_RATE", "nan", "DARKROOM_DEBUG_SAMPLE_RATE must be 0 to 1"),
        (
            "DARKROOM_MAX_RECEIVE_COUNT",
            "0",
            "DARKROOM_MAX_RECEIVE_COUNT must be a whole number, 1 or more",
        ),
        (
            "DARKROOM_MAX_RECEIVE_COUNT",
            "2.5",
            "DARKROOM_MAX_RECEIVE_COUNT must be a whole number, 1 or more",
        ),
        ("POWERTOOLS_LOG_LEVEL", "LOUD", "POWERTOOLS_LOG_LEVEL must be one of DEBUG, INFO, WARN"),
    ],
)
def test_an_invalid_variable_is_named(name: str, value: str, complaint: str) -> None:
    """The message contains the expected type or bounds."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({name: value})
    assert str(refused.value).startswith(complaint)


def test_every_variable_is_read() -> None:
    """Domains are converted to lower case."""
    settings = Settings.from_environ(
        {
            "DARKROOM_BASE_DOMAINS": "OSS.example.com img.example.com",
            "DARKROOM_DOMAINS": '{"IMG.example.org": "demo"}',
            "DARKROOM_PATH_STYLE": "False",
            "DARKROOM_KEYS_SECRET": "keys",
            "DARKROOM_TABLE": "table",
            "DARKROOM_RESULTS_BUCKET": "results",
            "DARKROOM_RESULT_CACHE": "true",
            "DARKROOM_RESULT_CACHE_MIN_MS": "50",
            "DARKROOM_STORE_TIMEOUT": "0.5",
            "DARKROOM_FONTS": "/fonts",
            "DARKROOM_AUTO_ORIENT": "false",
            "DARKROOM_DOWNLOAD_DOCUMENTS": "true",
            "DARKROOM_DEBUG_SAMPLE_RATE": "0.01",
            "DARKROOM_MAX_RECEIVE_COUNT": "3",
            "POWERTOOLS_LOG_LEVEL": "warn",
            "AWS_REGION": "eu-west-1",
        }
    )
    assert settings == Settings(
        buckets={},
        base_domains=("oss.example.com", "img.example.com"),
        domains={"img.example.org": "demo"},
        path_style=False,
        keys_secret="keys",
        table="table",
        results_bucket="results",
        result_cache=True,
        result_cache_min_ms=50,
        max_receive_count=3,
        store_timeout=0.5,
        fonts=Path("/fonts"),
        auto_orient=False,
        download_documents=True,
        debug_sample_rate=0.01,
        log_level="WARN",
        region="eu-west-1",
    )


@pytest.mark.parametrize(
    ("text", "dialects"),
    [
        ("", ("x-oss-process",)),
        ("x-oss-process", ("x-oss-process",)),
        ("image_process", ("x-oss-process", "image_process")),
        ("x-tos-process, x-oss-process", ("x-tos-process", "x-oss-process")),
    ],
)
def test_dialects_are_listed_in_the_order_in_which_they_count(
    text: str, dialects: tuple[str, ...]
) -> None:
    """`x-oss-process` is always accepted, first where the list does not name it (spec 07 §2)."""
    assert Settings.from_environ({"DARKROOM_DIALECTS": text}).dialects == dialects


@pytest.mark.parametrize("text", ["x-bce-process", "X-Tos-Process", "image_process,", "a b", ","])
def test_an_unknown_dialect_is_refused(text: str) -> None:
    """The message lists the names."""
    with pytest.raises(SettingsError, match=r"DARKROOM_DIALECTS must be a list of x-oss-process, "):
        Settings.from_environ({"DARKROOM_DIALECTS": text})
