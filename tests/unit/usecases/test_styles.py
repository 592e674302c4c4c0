"""Saved styles (spec 04 §1)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from darkroom.buckets import Bucket
from darkroom.errors import Code, OssError
from darkroom.usecases.services import Services
from darkroom.usecases.styles import (
    MAX_STYLES,
    StyleDraft,
    delete_style,
    get_style,
    list_styles,
    put_style,
    style_content,
)
from tests.fakes.services import NOW, memory_services

DEMO = Bucket(name="demo")
LATER = datetime(2026, 9, 2, 8, 15, 30, 999_999, tzinfo=UTC)


@pytest.fixture
def there() -> Services:
    """Give a world with one bucket."""
    return memory_services(DEMO)


def put(there: Services, name: str, content: str = "image/info", category: str = "image") -> None:
    """Put a style."""
    put_style(DEMO, StyleDraft(name=name, content=content, category=category), there)


def refusal(there: Services, name: str, content: str, category: str = "image") -> OssError:
    """Give the error that a style is refused with; nothing is kept of it."""
    with pytest.raises(OssError) as refused:
        put(there, name, content, category)
    assert list_styles(DEMO, there) == ()
    return refused.value


def test_a_style_is_found_as_it_was_put(there: Services) -> None:
    """Spec 06 T23: its content is not looked at, and comes back unchanged."""
    put(there, "aaa", "csdar5324", "document")
    style = get_style(DEMO, "aaa", there)
    assert (style.content, style.category) == ("csdar5324", "document")
    assert style.created == style.modified == NOW


def test_overwriting_keeps_place_and_time_of_creation(there: Services) -> None:
    """Lists are in the order of creation (C-140); CreateTime stays (C-145)."""
    put(there, "b")
    put(there, "a")
    later = replace(there, clock=lambda: LATER)
    put(later, "b", "image/rotate,90")
    listed = list_styles(DEMO, there)
    assert [style.name for style in listed] == ["b", "a"]
    assert listed[0].content == "image/rotate,90"
    assert listed[0].created == NOW
    assert listed[0].modified == LATER.replace(microsecond=0)


def test_a_deleted_style_leaves_its_place(there: Services) -> None:
    """Spec 06 T24: deleting a missing style is no error; a style created again comes last."""
    put(there, "a")
    put(there, "b")
    delete_style(DEMO, "a", there)
    delete_style(DEMO, "a", there)
    put(there, "a")
    assert [style.name for style in list_styles(DEMO, there)] == ["b", "a"]


@pytest.mark.parametrize("name", ["", "@%$^&%(&(*(*", "a b", "a/b", "ü", "a" * 64])
def test_a_name_has_1_to_63_letters_of_a_few(there: Services, name: str) -> None:
    """C-141, spec 06 T22: also when it is only asked for."""
    assert refusal(there, name, "image/info").code is Code.INVALID_ARGUMENT
    for ask in (get_style, delete_style):
        with pytest.raises(OssError) as refused:
            ask(DEMO, name, there)
        assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("name", ["a", "A-b_c.9", "a" * 63])
def test_every_other_name_will_do(there: Services, name: str) -> None:
    """Letters, digits, dot, hyphen and underscore."""
    put(there, name)
    assert get_style(DEMO, name, there).name == name


def test_empty_content_is_refused(there: Services) -> None:
    """InvalidArgument in the words of the service (C-142, spec 06 T21)."""
    refused = refusal(there, "imagestyle", "")
    assert (refused.code, refused.message) == (Code.INVALID_ARGUMENT, "Style content is invalid.")


@pytest.mark.parametrize("character", [*";()'*? \n\t", "\u3000"])
def test_some_characters_are_forbidden(there: Services, character: str) -> None:
    """Each of `;()'*?` and every blank is refused, with a number of its own (C-143)."""
    refused = refusal(there, "a", f"image/info{character}")
    assert (refused.code, refused.ec) == (Code.INVALID_ARGUMENT, "0040-00000602")


@pytest.mark.parametrize("unit", ["x", "ü"])
def test_content_has_4096_bytes_at_most(there: Services, unit: str) -> None:
    """C-147: bytes of UTF-8, not letters."""
    fits = unit * (4096 // len(unit.encode()))
    assert refusal(there, "a", fits + unit).code is Code.INVALID_ARGUMENT
    put(there, "a", fits)
    assert get_style(DEMO, "a", there).content == fits


def test_a_category_is_one_of_three(there: Services) -> None:
    """`image`, `document` or `video`; anything else is InvalidArgument (spec 04 §1)."""
    assert refusal(there, "a", "image/info", "audio").code is Code.INVALID_ARGUMENT


def test_a_bucket_has_fifty_styles_at_most(there: Services) -> None:
    """C-144: the 51st is refused, overwriting is not, and a deleted one makes room."""
    for number in range(MAX_STYLES):
        put(there, f"s{number}")
    with pytest.raises(OssError) as refused:
        put(there, "one-more")
    assert refused.value.code is Code.INVALID_ARGUMENT
    put(there, "s7", "image/rotate,90")
    delete_style(DEMO, "s0", there)
    put(there, "one-more")
    assert len(list_styles(DEMO, there)) == MAX_STYLES


def test_styles_belong_to_their_bucket(there: Services) -> None:
    """One bucket's are another one's no more than its objects are."""
    put(there, "a")
    other = Bucket(name="other")
    assert list_styles(other, there) == ()
    for ask in (get_style, style_content):
        with pytest.raises(OssError) as refused:
            ask(other, "a", there)
        assert refused.value.code is Code.NO_SUCH_STYLE
        assert refused.value.message == "No Such Image Style."
