"""Saved styles: kept, resolved from a process value, and found behind a delimiter."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from darkroom.buckets import DELIMITERS, Bucket, Style, Styles
from darkroom.errors import Code, OssError, invalid
from darkroom.process.grammar import STYLE_NAME, Process, check_style_name, parse
from darkroom.usecases.authorization import Use
from darkroom.usecases.services import World

MOST = 50
"""Styles of a bucket (C-144)."""

LONGEST = 4096
"""Bytes of a style's content (C-147)."""

CATEGORIES = ("image", "document", "video")

KEPT = timedelta(seconds=30)
"""How old a style may be that is used."""

RETRIED = timedelta(seconds=1)
"""How often a name that is not known may make the styles be read again."""

EC_FORBIDDEN = "0040-00000602"

_FORBIDDEN = re.compile(r"[;()'*?\s]")
"""C-143."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A style as a caller writes it."""

    name: str
    content: str
    category: str = CATEGORIES[0]


def put_style(bucket: Bucket, draft: Draft, world: World) -> None:
    """Create a style, or overwrite it, which keeps its place and its time of creation (C-145)."""
    _check(draft)
    now = world.clock().replace(microsecond=0)

    def added(known: Styles) -> Styles:
        old = known.get(draft.name)
        if old is None and len(known) >= MOST:
            raise OssError(Code.INVALID_ARGUMENT, f"Too many styles: a bucket may have {MOST}.")
        style = Style(
            name=draft.name,
            content=draft.content,
            category=draft.category,
            created=old.created if old else now,
            modified=now,
        )
        return {**known, draft.name: style}

    world.styles.change(bucket.name, added)


def get_style(bucket: Bucket, name: str, world: World) -> Style:
    """Give a style as it is now."""
    check_style_name(name)
    style = world.styles.current(bucket.name).get(name)
    if style is None:
        raise OssError(Code.NO_SUCH_STYLE)
    return style


def list_styles(bucket: Bucket, world: World) -> tuple[Style, ...]:
    """Give all styles as they are now, in the order of creation (C-140)."""
    return tuple(world.styles.current(bucket.name).values())


def delete_style(bucket: Bucket, name: str, world: World) -> None:
    """Remove a style; a missing one is no error."""
    check_style_name(name)
    world.styles.change(
        bucket.name, lambda known: {other: known[other] for other in known if other != name}
    )


def style_content(bucket: Bucket, name: str, world: World) -> str:
    """Give the content of a style to use: `KEPT` ago it was so, or it came a moment ago."""
    for age in (KEPT, RETRIED):
        style = world.styles.recent(bucket.name, age).get(name)
        if style is not None:
            return style.content
    raise OssError(Code.NO_SUCH_STYLE)


def _check(draft: Draft) -> None:
    """Refuse what cannot be a style; the syntax of its content shows when it is used."""
    check_style_name(draft.name)
    if draft.category not in CATEGORIES:
        reason = f"Value must be one of {', '.join(CATEGORIES)}"
        raise invalid("category", draft.category, reason)
    if not draft.content:
        raise OssError(Code.INVALID_ARGUMENT, "Style content is invalid.")
    if _FORBIDDEN.search(draft.content):
        message = "Style content is invalid: it must not contain blanks or any of ; ( ) ' * ?"
        raise OssError(Code.INVALID_ARGUMENT, message, ec=EC_FORBIDDEN)
    if len(draft.content.encode()) > LONGEST:
        message = f"Style content is invalid: it must be at most {LONGEST} bytes long."
        raise OssError(Code.INVALID_ARGUMENT, message)


STYLE = "style/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A process value as written; nothing of it is checked yet but a style's name."""

    text: str
    content: str | None = None
    """Of the style, if it names one."""

    @property
    def use(self) -> Use:
        """What this makes of an object."""
        return Use.PROCESSED if self.content is None else Use.STYLED

    @property
    def process(self) -> Process:
        """The value with the actions of the style in its place.

        Raises `OssError` for what is not in the grammar, and for a style that names another
        one (C-12) or wants to store its result (C-13).
        """
        process = parse(self.text)
        if self.content is None:
            return process
        styled = parse(self.content)
        if styled.style is not None:
            raise invalid("style", self.content, "A style must not name another one")
        if styled.save is not None:
            raise invalid("style", self.content, "A style must not have a sys/saveas")
        return replace(process, style=None, actions=styled.actions)


def looked_up(text: str, bucket: Bucket, world: World) -> Asked:
    """Look the style up, if the value begins as one that names it: `NoSuchStyle` if in vain."""
    name = parse(text).style if text.startswith(STYLE) else None
    if name is None:
        return Asked(text=text)
    return Asked(text=text, content=style_content(bucket, name, world))


LONGEST_NAME = 63
"""Letters of a style's name: what is longer can only grow."""


@dataclass(frozen=True, slots=True)
class Split:
    """A path read as key and name of a style."""

    key: str
    style: str


def splits(path: str, delimiters: Collection[str]) -> Iterator[Split]:
    """Read a path in every way, the likeliest first.

    One kind of delimiter after the other, and each from right to left, as a style's name
    may contain `-` and `_` (C-150).
    """
    for delimiter in DELIMITERS:
        if delimiter in delimiters:
            yield from _at_each(path, delimiter)


def _at_each(path: str, delimiter: str) -> Iterator[Split]:
    head, found, tail = path.rpartition(delimiter)
    while found and len(tail) <= LONGEST_NAME:
        if head and STYLE_NAME.fullmatch(tail):
            yield Split(head, tail)
        head, found, before = head.rpartition(delimiter)
        tail = before + delimiter + tail


def styled(path: str, bucket: Bucket, world: World) -> Split | None:
    """Find the style that a path ends with; none makes it an object's plain key.

    An existing style wins over an object whose key is the whole path.
    """
    if not bucket.delimiters:
        return None
    known = world.styles.recent(bucket.name, KEPT)
    return next((split for split in splits(path, bucket.delimiters) if split.style in known), None)


@contextmanager
def telling_missing_styles(path: str, bucket: Bucket, world: World) -> Iterator[None]:
    """Say `NoSuchStyle` instead of `NoSuchKey` where the style alone is missing."""
    try:
        yield
    except OssError as error:
        if error.code is Code.NO_SUCH_KEY and _names_an_object(path, bucket, world):
            raise OssError(Code.NO_SUCH_STYLE) from error
        raise


def _names_an_object(path: str, bucket: Bucket, world: World) -> bool:
    split = next(splits(path, bucket.delimiters), None)
    if split is None:
        return False
    try:
        world.objects.head(bucket.name, split.key)
    except OssError as error:
        if error.code is Code.NO_SUCH_KEY:
            return False
        raise
    return True
