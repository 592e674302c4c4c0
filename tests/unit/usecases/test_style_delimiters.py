"""Styles that follow a delimiter in the path (spec 04 §2.1)."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.buckets import DELIMITERS, Bucket
from darkroom.errors import Code, OssError, no_such_key
from darkroom.process.grammar import STYLE_NAME
from darkroom.usecases.services import Services
from darkroom.usecases.styles import (
    StyledKey,
    StyleDraft,
    possible_splits,
    put_style,
    report_missing_style,
    split_style,
)
from tests.fakes.objects import MemoryObjects
from tests.fakes.services import memory_services

ALL = "@! ! / - _"


def there(delimiters: str, names: Iterable[str] = (), keys: Iterable[str] = ()) -> Services:
    """Give a world whose bucket has these delimiters, styles and objects."""
    bucket = Bucket(name="demo", delimiters=tuple(delimiters.split()))
    objects = MemoryObjects()
    for key in keys:
        objects.add("demo", key)
    made = memory_services(bucket, objects=objects)
    for name in names:
        put_style(bucket, StyleDraft(name=name, content="image/info"), made)
    return made


def bucket_of(made: Services) -> Bucket:
    """Give the one bucket."""
    return made.buckets.current("demo")


@pytest.mark.parametrize(
    ("path", "delimiters", "styles", "expected"),
    [
        # 1: nothing is configured
        ("a.jpg!small", "", "small", None),
        ("a.jpg!small", "-", "small", None),
        # 2: the last one, with a head and a tail that can be a name
        ("a.jpg!small", "!", "small", StyledKey("a.jpg", "small")),
        ("a!b!small", "!", "small b", StyledKey("a!b", "small")),
        ("!small", "!", "small", None),
        ("a.jpg!", "!", "small", None),
        ("a.jpg!sm all", "!", "small", None),
        ("a/b.jpg/small", "/", "small", StyledKey("a/b.jpg", "small")),
        ("a.jpg_small", "_", "small", StyledKey("a.jpg", "small")),
        # 3: `!` before `/` before `-` before `_`
        ("a!b-c", ALL, "b-c c", StyledKey("a", "b-c")),
        ("a-b!c", ALL, "b c", StyledKey("a-b", "c")),
        ("a/b-c", ALL, "b-c c", StyledKey("a", "b-c")),
        ("a-b_c", ALL, "b_c c", StyledKey("a", "b_c")),
        ("a-b_c", ALL, "c", StyledKey("a-b", "c")),
        # 4: an existing style wins, a missing one leaves the path a key
        ("a.jpg-small", "-", "large", None),
        # 5: a name that contains its own delimiter
        ("a-b-c", "-", "c b-c", StyledKey("a-b", "c")),
        ("a-b-c", "-", "b-c", StyledKey("a", "b-c")),
        ("a-b-c-", "-", "b-c-", StyledKey("a", "b-c-")),
        ("a_b_c_d", "_", "b_c_d", StyledKey("a", "b_c_d")),
        # C-151: `@!` only where it is configured, and then before `!`
        ("a.jpg@!small", "!", "small", StyledKey("a.jpg@", "small")),
        ("a.jpg@!small", "@!", "small", StyledKey("a.jpg", "small")),
        ("a.jpg@!small", "! @!", "small", StyledKey("a.jpg", "small")),
        ("a.jpg!small", "@!", "small", None),
        ("a.jpg!small", "! @!", "small", StyledKey("a.jpg", "small")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_path_is_read_as_key_and_style(
    path: str, delimiters: str, styles: str, expected: StyledKey | None
) -> None:
    """`!` is tried first; the last delimiter before an existing style splits (C-150)."""
    made = there(delimiters, styles.split())
    assert split_style(path, bucket_of(made), made) == expected


def test_an_existing_style_wins_over_an_object_of_the_whole_path() -> None:
    """C-150, 4: it is settled without asking the store."""
    objects = MemoryObjects()
    objects.add("demo", "a!small")
    bucket = Bucket(name="demo", delimiters=("!",))
    made = memory_services(bucket, objects=objects)
    put_style(bucket, StyleDraft(name="small", content="image/info"), made)
    assert split_style("a!small", bucket, made) == StyledKey("a", "small")
    assert objects.asked == []


@pytest.mark.parametrize(
    ("path", "keys", "expected"),
    [
        ("a.jpg!none", "a.jpg", Code.NO_SUCH_STYLE),
        ("a.jpg!none", "b.jpg", Code.NO_SUCH_KEY),
        ("a.jpg", "b.jpg", Code.NO_SUCH_KEY),
        ("a!b!none", "a!b", Code.NO_SUCH_STYLE),
        ("a!b!none", "a", Code.NO_SUCH_KEY),
        ("a!b-c", "a", Code.NO_SUCH_STYLE),
        ("a!b-c", "a!b", Code.NO_SUCH_KEY),
    ],
)
def test_what_is_missing_is_told_by_the_rightmost_split(
    path: str, keys: str, expected: Code
) -> None:
    """C-150, 4 and 5: the style when the object is there, else the key."""
    made = there("! -", keys=keys.split())
    with pytest.raises(OssError) as told, report_missing_style(path, bucket_of(made), made):
        raise no_such_key(path)
    assert told.value.code is expected


def test_other_errors_pass() -> None:
    """They say nothing about keys."""
    made = there("!", keys=["a.jpg"])
    with (
        pytest.raises(OssError) as told,
        report_missing_style("a.jpg!x", bucket_of(made), made),
    ):
        raise OssError(Code.ACCESS_DENIED)
    assert told.value.code is Code.ACCESS_DENIED


@given(st.text(st.sampled_from("ab!/-_@.ü"), max_size=40), st.sets(st.sampled_from(DELIMITERS)))
def test_a_split_is_the_path_again(path: str, delimiters: set[str]) -> None:
    """Head, delimiter and tail, each legal, none twice."""
    found = list(possible_splits(path, delimiters))
    assert len(set(found)) == len(found)
    for split in found:
        assert split.key
        assert STYLE_NAME.fullmatch(split.style)
        assert any(path == split.key + one + split.style for one in delimiters)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_no_path_takes_long_to_read(delimiter: str) -> None:
    """A key may have 1023 bytes, a style's name 63."""
    path = ("a" + delimiter) * 500
    assert len(list(possible_splits(path, DELIMITERS))) < 200
