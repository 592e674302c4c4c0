"""Everything a deployment can configure, read once from a mapping of environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

from msgspec import Meta, Raw

from darkroom.buckets import Bucket, BucketSettings
from darkroom.json_documents import InvalidDocument, decode

FONTS = Path("/opt/fonts")
"""Where the fonts layer lies in a Lambda function."""

LEVELS = ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL")
"""Severities of what is logged."""


class SettingsError(Exception):
    """A setting is missing or wrong; names the variable and what it should hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketEntry:
    """One listed bucket: the S3 bucket behind it, and the settings it starts with."""

    s3: str
    bucket: Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A deployment's configuration (docs/deploy.md lists the variables)."""

    buckets: Mapping[str, BucketEntry]
    """Only these exist, by OSS name."""
    base_domains: tuple[str, ...] = ()
    """Domains whose sub-domains are bucket names: `<bucket>.<domain>`."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """Custom domains, each mapped to one bucket."""
    path_style: bool = True
    """Whether `/<bucket>/<key>` is served on other hosts (C-01)."""
    keys_secret: str | None = None
    """Secret of access keys; without one every request is anonymous or refused."""
    origin_secret: str | None = None
    """Secret whose word a CDN in front adds to every request."""
    origin_secret_required: bool = True
    """Whether requests that go past it are refused."""
    table: str | None = None
    """DynamoDB table of styles and bucket settings; without one there are no styles, and the
    settings are those listed here."""
    jobs_queue: str | None = None
    """URL of the queue of asynchronous jobs; without it there are none."""
    dead_letter_queue: str | None = None
    """URL of the queue where jobs end that cannot be done."""
    max_receive_count: int = 5
    """How often a job is delivered before it ends there."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """Names for `/notify`, each an SNS topic's ARN or an SQS queue's URL."""
    results_bucket: str | None = None
    """S3 bucket for results over `reply_limit`; without it these are refused. Others are kept
    there if `keep_results` says so."""
    result_cache: bool = False
    """Whether processed pictures are kept there, to be given again without being made again."""
    result_cache_min_ms: int = 0
    """Milliseconds of work from which on they are."""
    reply_limit: int = 4_500_000
    """Bytes of body that a reply may carry (a Lambda reply ends at 6 MB of JSON)."""
    store_timeout: float = 4
    """Seconds of silence after which S3 is asked again, or given up on."""
    fonts: Path = FONTS
    """Folder of the font files."""
    region: str = "us-east-1"
    """AWS region, which clients are told as the location of buckets."""
    upload_limit: int = 4_500_000
    """Bytes of body that a request may carry (a Lambda event ends at 6 MB of JSON)."""
    memory: int | None = None
    """Megabytes that the function has, where there is such a bound."""
    log_level: str = "INFO"
    """Least severity of what is logged, but for that share."""
    debug_sample_rate: float = 0.0
    """Share of the requests and messages that are logged in detail, 0 to 1."""
    auto_orient: bool = True
    """Whether a picture is turned upright when no action says so (C-63)."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the `DARKROOM_*` variables; raise `SettingsError` for a wrong one."""
        return cls(
            buckets=_buckets(environ),
            base_domains=tuple(environ.get("DARKROOM_BASE_DOMAINS", "").lower().split()),
            domains=_domains(environ),
            path_style=_flag(environ, "DARKROOM_PATH_STYLE", default=True),
            keys_secret=environ.get("DARKROOM_KEYS_SECRET") or None,
            origin_secret=environ.get("DARKROOM_ORIGIN_SECRET") or None,
            origin_secret_required=_flag(environ, "DARKROOM_ORIGIN_SECRET_REQUIRED", default=True),
            table=environ.get("DARKROOM_TABLE") or None,
            jobs_queue=environ.get("DARKROOM_JOBS_QUEUE") or None,
            dead_letter_queue=environ.get("DARKROOM_DEAD_LETTER_QUEUE") or None,
            max_receive_count=_number(environ, "DARKROOM_MAX_RECEIVE_COUNT", default=5, least=1),
            topics=_json_object(environ, "DARKROOM_TOPICS", dict[str, _Recipient]),
            results_bucket=environ.get("DARKROOM_RESULTS_BUCKET") or None,
            result_cache=_keeps(environ),
            result_cache_min_ms=_number(environ, "DARKROOM_RESULT_CACHE_MIN_MS", default=0),
            region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            store_timeout=_seconds(environ, "DARKROOM_STORE_TIMEOUT", default=4),
            fonts=Path(environ.get("DARKROOM_FONTS") or FONTS),
            memory=_memory(environ),
            log_level=_level(environ),
            debug_sample_rate=_share(environ, "DARKROOM_DEBUG_SAMPLE_RATE"),
            auto_orient=_flag(environ, "DARKROOM_AUTO_ORIENT", default=True),
        )


type _BucketName = Annotated[str, Meta(description="a bucket's name")]
type _Recipient = Annotated[str, Meta(description="an SNS topic's ARN or an SQS queue's URL")]


class _ListedBucket(BucketSettings, frozen=True, kw_only=True):
    """A bucket's settings beside the name of its S3 bucket; all members may be left out."""

    s3: _BucketName = ""


def _buckets(environ: Mapping[str, str]) -> Mapping[str, BucketEntry]:
    entries = {}
    for name, text in _json_object(environ, "DARKROOM_BUCKETS", dict[str, Raw]).items():
        listed = _decode(bytes(text), _ListedBucket, f"DARKROOM_BUCKETS.{name}")
        entries[name] = BucketEntry(s3=listed.s3 or name, bucket=listed.of(name))
    return entries


def _json_object[T](environ: Mapping[str, str], name: str, type_: type[T]) -> T:
    return _decode(environ.get(name) or "{}", type_, name)


def _decode[T](text: bytes | str, type_: type[T], path: str) -> T:
    try:
        return decode(text, type_, path=path)
    except InvalidDocument as error:
        raise SettingsError(str(error)) from error


def _domains(environ: Mapping[str, str]) -> Mapping[str, str]:
    domains = _json_object(environ, "DARKROOM_DOMAINS", dict[str, _BucketName])
    return {domain.lower(): bucket for domain, bucket in domains.items()}


def _memory(environ: Mapping[str, str]) -> int | None:
    """Read what Lambda itself tells a function."""
    text = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return int(text) if text.isdecimal() else None


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise SettingsError(f"{name} must be true or false")
    return text == "true" if text else default


def _keeps(environ: Mapping[str, str]) -> bool:
    """Read whether results are kept, for which there has to be a place."""
    keeps = _flag(environ, "DARKROOM_RESULT_CACHE", default=False)
    if keeps and not environ.get("DARKROOM_RESULTS_BUCKET"):
        raise SettingsError("DARKROOM_RESULT_CACHE: DARKROOM_RESULTS_BUCKET must be set, too")
    return keeps


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int = 0) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise SettingsError(f"{name} must be a whole number, {least} or more")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, *, default: float) -> float:
    try:
        seconds = float(environ.get(name) or default)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number of seconds") from error
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"{name} must be more than 0 seconds")
    return seconds


def _share(environ: Mapping[str, str], name: str) -> float:
    try:
        share = float(environ.get(name) or 0)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number") from error
    if not 0 <= share <= 1:
        raise SettingsError(f"{name} must be 0 to 1")
    return share


def _level(environ: Mapping[str, str]) -> str:
    """Read the severity that Powertools reads, too, which takes it in either case."""
    level = environ.get("POWERTOOLS_LOG_LEVEL", "").upper() or "INFO"
    if level not in LEVELS:
        raise SettingsError(f"POWERTOOLS_LOG_LEVEL must be one of {', '.join(LEVELS)}")
    return level
