"""Styles after a delimiter in the path (spec 04 §2.1)."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.auth import ANONYMOUS, Caller, Permission
from darkroom.buckets import DELIMITERS, Acl, Bucket
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


def services_with(
    delimiters: str,
    names: Iterable[str] = (),
    keys: Iterable[str] = (),
    acl: Acl = Acl.PUBLIC_READ,
) -> Services:
    """Return services whose bucket has these delimiters, styles, objects and ACL."""
    bucket = Bucket(name="demo", acl=acl, delimiters=tuple(delimiters.split()))
    objects = MemoryObjects()
    for key in keys:
        objects.add("demo", key)
    made = memory_services(bucket, objects=objects)
    for name in names:
        put_style(bucket, StyleDraft(name=name, content="image/info"), made)
    return made


def demo(made: Services) -> Bucket:
    """Return the bucket `demo`."""
    return made.buckets.current("demo")


@pytest.mark.parametrize(
    ("path", "delimiters", "styles", "expected"),
    [
        # 1: no delimiter is configured
        ("a.jpg!small", "", "small", None),
        ("a.jpg!small", "-", "small", None),
        # 2: the last delimiter with a legal key and a legal style name
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
def test_a_path_is_split_into_key_and_style(
    path: str, delimiters: str, styles: str, expected: StyledKey | None
) -> None:
    """`!` is tried first; the last one before an existing style splits (C-150, C-151)."""
    made = services_with(delimiters, styles.split())
    assert split_style(path, demo(made), made) == expected


def test_an_existing_style_wins_over_an_object_of_the_whole_path() -> None:
    """C-150, 4: the split sends no request to the store."""
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
def test_the_rightmost_split_determines_the_missing_style_or_key(
    path: str, keys: str, expected: Code
) -> None:
    """C-150, 4 and 5: NoSuchStyle if the object of that split exists, otherwise NoSuchKey."""
    made = services_with("! -", keys=keys.split())
    with (
        pytest.raises(OssError) as refused,
        report_missing_style(path, demo(made), ANONYMOUS, made),
    ):
        raise no_such_key(path)
    assert refused.value.code is expected


def test_an_object_that_the_caller_may_not_read_counts_as_missing() -> None:
    """Otherwise a path without a style would reveal that a closed object exists."""
    made = services_with("!", keys=["a.jpg"], acl=Acl.PRIVATE)
    reader = Caller(key_id="k", buckets=frozenset("*"), permissions=frozenset({Permission.READ}))
    for caller, expected in ((ANONYMOUS, Code.NO_SUCH_KEY), (reader, Code.NO_SUCH_STYLE)):
        with (
            pytest.raises(OssError) as refused,
            report_missing_style("a.jpg!none", demo(made), caller, made),
        ):
            raise no_such_key("a.jpg!none")
        assert refused.value.code is expected


def test_other_errors_are_raised_unchanged() -> None:
    """AccessDenied does not depend on the split."""
    made = services_with("!", keys=["a.jpg"])
    with (
        pytest.raises(OssError) as refused,
        report_missing_style("a.jpg!x", demo(made), ANONYMOUS, made),
    ):
        raise OssError(Code.ACCESS_DENIED)
    assert refused.value.code is Code.ACCESS_DENIED


@given(st.text(st.sampled_from("ab!/-_@.ü"), max_size=40), st.sets(st.sampled_from(DELIMITERS)))
def test_every_split_joins_to_the_path(path: str, delimiters: set[str]) -> None:
    """Key and style of each split are legal, and no split occurs twice."""
    found = list(possible_splits(path, delimiters))
    assert len(set(found)) == len(found)
    for split in found:
        assert split.key
        assert STYLE_NAME.fullmatch(split.style)
        assert any(path == split.key + one + split.style for one in delimiters)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_number_of_splits_is_limited(delimiter: str) -> None:
    """A style's name has 63 characters at most, so few splits are possible."""
    path = ("a" + delimiter) * 500
    assert len(list(possible_splits(path, DELIMITERS))) < 200
