"""Saved styles: stored, resolved from a process value, and found after a delimiter in a path."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from darkroom.auth import Caller
from darkroom.buckets import DELIMITERS, Bucket, Style, Styles
from darkroom.errors import Code, OssError, invalid
from darkroom.process.dialects import DIALECTS
from darkroom.process.grammar import (
    PROCESS,
    STYLE_NAME,
    STYLE_PREFIX,
    Process,
    check_style_name,
    parse,
)
from darkroom.usecases.authorization import ReadPurpose, authorize_object
from darkroom.usecases.services import Services

MAX_STYLES = 50
"""Styles of a bucket (C-144)."""

MAX_STYLE_BYTES = 4096
"""Bytes of a style's content (C-147)."""

CATEGORIES = ("image", "document", "video")

STYLE_MAX_AGE = timedelta(seconds=30)
"""Maximum age of a cached style that is used."""

STYLE_RETRY_AGE = timedelta(seconds=1)
"""An unknown name makes the styles be read again if they are older than this."""

EC_FORBIDDEN = "0040-00000602"

_FORBIDDEN = re.compile(r"[;()'*?\s]")
"""Characters that a style's content must not contain, blanks among them (C-143)."""


class StyleDraft(Struct, frozen=True, kw_only=True):
    """A style as a caller writes it."""

    name: str
    content: str
    category: str = CATEGORIES[0]


def put_style(bucket: Bucket, draft: StyleDraft, services: Services) -> None:
    """Create a style, or overwrite it: its place and its creation time stay (C-145)."""
    _check_draft(draft)
    now = services.clock().replace(microsecond=0)

    def add_style(known: Styles) -> Styles:
        old = known.get(draft.name)
        if old is None and len(known) >= MAX_STYLES:
            raise OssError(
                Code.INVALID_ARGUMENT, f"Too many styles: a bucket may have {MAX_STYLES}."
            )
        style = Style(
            name=draft.name,
            content=draft.content,
            category=draft.category,
            created=old.created if old else now,
            modified=now,
        )
        return {**known, draft.name: style}

    services.styles.update(bucket.name, add_style)


def get_style(bucket: Bucket, name: str, services: Services) -> Style:
    """Return the current style; raises `NoSuchStyle`."""
    check_style_name(name)
    style = services.styles.current(bucket.name).get(name)
    if style is None:
        raise OssError(Code.NO_SUCH_STYLE)
    return style


def list_styles(bucket: Bucket, services: Services) -> tuple[Style, ...]:
    """Return all current styles, in the order of creation (C-140)."""
    return tuple(services.styles.current(bucket.name).values())


def delete_style(bucket: Bucket, name: str, services: Services) -> None:
    """Delete a style; a missing one is no error."""
    check_style_name(name)
    services.styles.update(
        bucket.name, lambda known: {other: known[other] for other in known if other != name}
    )


def style_content(bucket: Bucket, name: str, services: Services) -> str:
    """Return the content of a style, at most `STYLE_MAX_AGE` old; raises `NoSuchStyle`."""
    for age in (STYLE_MAX_AGE, STYLE_RETRY_AGE):
        style = services.styles.recent(bucket.name, age).get(name)
        if style is not None:
            return style.content
    raise OssError(Code.NO_SUCH_STYLE)


def _check_draft(draft: StyleDraft) -> None:
    """Refuse an invalid style; the syntax of its content is checked when it is used."""
    check_style_name(draft.name)
    if draft.category not in CATEGORIES:
        reason = f"Value must be one of {', '.join(CATEGORIES)}"
        raise invalid("category", draft.category, reason)
    if not draft.content:
        raise OssError(Code.INVALID_ARGUMENT, "Style content is invalid.")
    if _FORBIDDEN.search(draft.content):
        message = "Style content is invalid: it must not contain blanks or any of ; ( ) ' * ?"
        raise OssError(Code.INVALID_ARGUMENT, message, ec=EC_FORBIDDEN)
    if len(draft.content.encode()) > MAX_STYLE_BYTES:
        message = f"Style content is invalid: it must be at most {MAX_STYLE_BYTES} bytes long."
        raise OssError(Code.INVALID_ARGUMENT, message)


class ResolvedProcess(Struct, frozen=True, kw_only=True):
    """A process value with the content of the style that it names, if any; neither is checked."""

    written: str
    bucket: str
    """OSS name of the bucket of the source."""
    parameter: str = PROCESS
    """The query parameter, which has a dialect (spec 07 §2); a style's content is always OSS's."""
    style: Process | None = None
    """The parsed value, where it names a style."""
    style_content: str | None = None

    @property
    def purpose(self) -> ReadPurpose:
        """The purpose for which the process reads an object."""
        return ReadPurpose.PROCESSED if self.style is None else ReadPurpose.STYLED

    @property
    def actions_text(self) -> str:
        """The text with the actions, after `image/` also where the dialect leaves it out."""
        prefix = DIALECTS[self.parameter].prefix if self.parameter in DIALECTS else ""
        return self.style_content or prefix + self.written

    @property
    def process(self) -> Process:
        """The process with the style's actions instead of its name.

        Raises `OssError` for text outside the grammar, for a style that names another one (C-12)
        and for one with a saveas (C-13).
        """
        if self.style is None or self.style_content is None:
            if self.parameter in DIALECTS:
                return DIALECTS[self.parameter].parse(
                    self.written, parameter=self.parameter, bucket=self.bucket
                )
            return parse(self.written)
        styled = parse(self.style_content)
        if styled.style is not None:
            raise invalid("style", self.style_content, "A style must not name another one")
        if styled.save is not None:
            raise invalid("style", self.style_content, "A style must not have a sys/saveas")
        return replace(self.style, style=None, actions=styled.actions)


def resolve_style(
    text: str, bucket: Bucket, services: Services, *, parameter: str = PROCESS
) -> ResolvedProcess:
    """Look up the style that a process value names; raises `NoSuchStyle`."""
    resolved = ResolvedProcess(written=text, bucket=bucket.name, parameter=parameter)
    dialect = DIALECTS.get(parameter)
    if not text.startswith(STYLE_PREFIX) or (dialect and dialect.prefix):
        return resolved
    process = parse(text, parameter=parameter)
    content = style_content(bucket, process.style or "", services)
    return replace(resolved, style=process, style_content=content)


MAX_STYLE_NAME = 63
"""Characters of a style's name, beyond which no further split of a path can match."""


class StyledKey(Struct, frozen=True):
    """A path split into an object key and the name of a style."""

    key: str
    style: str


def possible_splits(path: str, delimiters: Collection[str]) -> Iterator[StyledKey]:
    """Yield every split of a path, the likeliest first.

    One kind of delimiter after the other, and each from right to left, as a style's name may
    contain `-` and `_` (C-150).
    """
    for delimiter in DELIMITERS:
        if delimiter in delimiters:
            yield from _split_at_each(path, delimiter)


def _split_at_each(path: str, delimiter: str) -> Iterator[StyledKey]:
    head, found, tail = path.rpartition(delimiter)
    while found and len(tail) <= MAX_STYLE_NAME:
        if head and STYLE_NAME.fullmatch(tail):
            yield StyledKey(head, tail)
        head, found, before = head.rpartition(delimiter)
        tail = before + delimiter + tail


def split_style(path: str, bucket: Bucket, services: Services) -> StyledKey | None:
    """Return the style that a path ends with, None where the path is an object's plain key.

    An existing style wins over an object whose key is the whole path.
    """
    if not bucket.delimiters:
        return None
    known = services.styles.recent(bucket.name, STYLE_MAX_AGE)
    return next(
        (split for split in possible_splits(path, bucket.delimiters) if split.style in known), None
    )


@contextmanager
def report_missing_style(
    path: str, bucket: Bucket, caller: Caller, services: Services
) -> Iterator[None]:
    """Raise `NoSuchStyle` instead of `NoSuchKey` where only the style is missing.

    An object that the caller may not read counts as missing.
    """
    try:
        yield
    except OssError as error:
        if error.code is Code.NO_SUCH_KEY and _is_object_without_style(
            path, bucket, caller, services
        ):
            raise OssError(Code.NO_SUCH_STYLE) from error
        raise


def _is_object_without_style(path: str, bucket: Bucket, caller: Caller, services: Services) -> bool:
    split = next(possible_splits(path, bucket.delimiters), None)
    if split is None:
        return False
    try:
        authorize_object(bucket, caller, services.objects.head(bucket.name, split.key))
    except OssError as error:
        if error.code in (Code.NO_SUCH_KEY, Code.ACCESS_DENIED):
            return False
        raise
    return True
