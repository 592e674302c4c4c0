"""Styles that follow a delimiter in the path: `photo.jpg!small` (spec 04 §2.1)."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from darkroom.buckets import DELIMITERS, Bucket
from darkroom.errors import Code, OssError
from darkroom.query import STYLE_NAME
from darkroom.usecases.styles import KEPT
from darkroom.usecases.world import World

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
