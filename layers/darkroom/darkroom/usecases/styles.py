"""Saved styles: kept for a bucket, used by name (spec 04 §1).

Whether the caller may see and change them is settled before (`access.administered`).
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from darkroom.buckets import Bucket, Style, Styles
from darkroom.errors import Code, OssError, invalid
from darkroom.query import check_style_name
from darkroom.usecases.world import World

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
"""Characters that a style's content must not contain, blanks among them (C-143)."""


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
