"""The configuration of a deployment, read from environment variables (docs/deploy.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from msgspec import Meta, Raw, Struct, field

from darkroom.buckets import Bucket, BucketSettings
from darkroom.json_documents import InvalidDocument, decode
from darkroom.process.dialects import PROCESS_PARAMETERS
from darkroom.process.grammar import PROCESS

_PACKAGE = Path(__file__).parent
_INSTALLED_FONTS = (_PACKAGE / "fonts", _PACKAGE.parents[1] / "fonts/fonts")
"""Where a wheel has them, and where a checkout has them."""

FONTS = next(filter(Path.is_dir, _INSTALLED_FONTS), Path("/opt/fonts"))
"""Folder of the fonts; otherwise that of the layer in a Lambda function."""

LEVELS = ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL")
"""Severities of log lines."""


class SettingsError(Exception):
    """A variable is missing or wrong; the text names it and the expected value."""


class BucketEntry(Struct, frozen=True, kw_only=True):
    """A bucket of `DARKROOM_BUCKETS`: its S3 bucket, and its settings until a document is saved."""

    s3: str
    bucket: Bucket


class Settings(Struct, frozen=True, kw_only=True):
    """The values of the variables, or their defaults (docs/deploy.md lists both)."""

    buckets: Mapping[str, BucketEntry]
    """The buckets, by OSS name; no others exist."""
    base_domains: tuple[str, ...] = ()
    """Domains whose sub-domains are buckets: `<bucket>.<domain>`."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """Custom domains, each with its bucket's OSS name."""
    path_style: bool = True
    """Whether `/<bucket>/<key>` is served on all other hosts (C-01)."""
    keys_secret: str | None = None
    """Name or ARN of the secret of access keys; without it no signed request is accepted."""
    origin_secret: str | None = None
    """Name or ARN of the secret that the CDN sends with every request."""
    origin_secret_required: bool = True
    """Whether requests without the header of this secret are refused."""
    table: str | None = None
    """DynamoDB table; without it there are no styles and no jobs, and the settings are those of
    `DARKROOM_BUCKETS`."""
    jobs_queue: str | None = None
    """URL of the queue of jobs; without it asynchronous requests are answered 501."""
    dead_letter_queue: str | None = None
    """URL of the dead-letter queue; without it asynchronous requests are answered 501."""
    max_receive_count: int = 5
    """Deliveries of a message, after which its job fails."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """SNS topics' ARNs and SQS queues' URLs, by their names for `/notify`."""
    results_bucket: str | None = None
    """S3 bucket for results over `reply_limit`, cached results and parts of uploads; without it
    large results and uploads in parts are refused."""
    result_cache: bool = False
    """Whether processed pictures are cached in `results_bucket`."""
    result_cache_min_ms: int = 0
    """Milliseconds of processing from which on a result is cached."""
    reply_limit: int = 4_500_000
    """Maximum bytes of a reply's body (Lambda limits a reply to 6 MB of JSON)."""
    streams_objects: bool = False
    """Whether stored objects are sent while they are read, instead of redirected to."""
    store_timeout: float = 4
    """Seconds without a response after which a call of AWS is retried, three attempts in total."""
    send_timeout: float | None = None
    """Seconds for which the store may take nothing of a large body; None: `store_timeout`."""
    store_connections: int = 10
    """Connections to S3 that are kept open."""
    fonts: Path = FONTS
    engine: bool = True
    """Whether the native engine is used where it can be loaded."""
    """Folder of the font files."""
    region: str = "us-east-1"
    """The location of buckets in replies."""
    upload_limit: int = 4_500_000
    """Maximum bytes of a request's body (Lambda limits an event to 6 MB of JSON)."""
    memory: int | None = None
    """Megabytes of the function, which limit the size of pictures; None: no such limit."""
    log_level: str = "INFO"
    """Minimum severity of log lines, except for the share that is logged at DEBUG."""
    debug_sample_rate: float = 0.0
    """Share of the requests and messages that are logged at DEBUG, 0 to 1."""
    download_documents: bool = False
    """Whether stored objects that are no pictures are sent as downloads; otherwise sandboxed."""
    auto_orient: bool = True
    """Whether pictures are turned upright if no action says otherwise (C-63)."""
    dialects: tuple[str, ...] = (PROCESS,)
    """Query parameters that carry a process, of which the first in a URL counts (spec 07 §2)."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables; raises `SettingsError` for a wrong one."""
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
            max_receive_count=_integer(environ, "DARKROOM_MAX_RECEIVE_COUNT", default=5, minimum=1),
            topics=_json_object(environ, "DARKROOM_TOPICS", dict[str, _Recipient]),
            results_bucket=environ.get("DARKROOM_RESULTS_BUCKET") or None,
            result_cache=_result_cache(environ),
            result_cache_min_ms=_integer(environ, "DARKROOM_RESULT_CACHE_MIN_MS", default=0),
            region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
            store_timeout=_seconds(environ, "DARKROOM_STORE_TIMEOUT", default=4),
            fonts=Path(environ.get("DARKROOM_FONTS") or FONTS),
            engine=engine_enabled(environ),
            memory=_memory(environ),
            log_level=_log_level(environ),
            debug_sample_rate=_rate(environ, "DARKROOM_DEBUG_SAMPLE_RATE"),
            download_documents=_flag(environ, "DARKROOM_DOWNLOAD_DOCUMENTS", default=False),
            auto_orient=_flag(environ, "DARKROOM_AUTO_ORIENT", default=True),
            dialects=_dialects(environ),
        )


type _BucketName = Annotated[str, Meta(description="a bucket's name")]
type _Recipient = Annotated[str, Meta(description="an SNS topic's ARN or an SQS queue's URL")]


class _ListedBucket(BucketSettings, frozen=True, kw_only=True):
    """A bucket's settings and the name of its S3 bucket, which defaults to the OSS name."""

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


def _dialects(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read names separated by commas; `x-oss-process` comes first where it is not among them."""
    text = environ.get("DARKROOM_DIALECTS", "")
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    if not set(names) <= set(PROCESS_PARAMETERS):
        raise SettingsError(f"DARKROOM_DIALECTS must be a list of {', '.join(PROCESS_PARAMETERS)}")
    return tuple(names) if PROCESS in names else (PROCESS, *names)


def _memory(environ: Mapping[str, str]) -> int | None:
    """Return the megabytes that Lambda states; None outside Lambda."""
    text = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return int(text) if text.isdecimal() else None


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise SettingsError(f"{name} must be true or false")
    return text == "true" if text else default


def engine_enabled(environ: Mapping[str, str]) -> bool:
    """Read whether the native engine may be loaded."""
    name = environ.get("DARKROOM_ENGINE", "").lower()
    if name not in ("", "native", "pillow"):
        raise SettingsError("DARKROOM_ENGINE must be native or pillow")
    return name != "pillow"


def _result_cache(environ: Mapping[str, str]) -> bool:
    """Read whether results are cached; raise `SettingsError` if there is no bucket for them."""
    enabled = _flag(environ, "DARKROOM_RESULT_CACHE", default=False)
    if enabled and not environ.get("DARKROOM_RESULTS_BUCKET"):
        raise SettingsError("DARKROOM_RESULT_CACHE: DARKROOM_RESULTS_BUCKET must be set, too")
    return enabled


def _integer(environ: Mapping[str, str], name: str, *, default: int, minimum: int = 0) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) < minimum:
        raise SettingsError(f"{name} must be a whole number, {minimum} or more")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, *, default: float) -> float:
    try:
        seconds = float(environ.get(name) or default)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number of seconds") from error
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"{name} must be more than 0 seconds")
    return seconds


def _rate(environ: Mapping[str, str], name: str) -> float:
    try:
        rate = float(environ.get(name) or 0)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number") from error
    if not 0 <= rate <= 1:
        raise SettingsError(f"{name} must be 0 to 1")
    return rate


def _log_level(environ: Mapping[str, str]) -> str:
    """Read the severity in either case, like Powertools, which reads the same variable."""
    level = environ.get("POWERTOOLS_LOG_LEVEL", "").upper() or "INFO"
    if level not in LEVELS:
        raise SettingsError(f"POWERTOOLS_LOG_LEVEL must be one of {', '.join(LEVELS)}")
    return level
