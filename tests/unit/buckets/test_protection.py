"""Object protection by suffix and by rule (spec 04 §3)."""

import pytest

from darkroom.buckets import Protection, ProtectionRule


@pytest.mark.parametrize(
    ("key", "covered"),
    [("a.jpg", True), ("A.JPG", True), ("b/c.d.jpg", True), ("ajpg", False), ("a.jpg.png", False)],
)
def test_a_suffix_is_a_file_name_extension_in_any_case(key: str, covered: bool) -> None:
    """A suffix matches a dot and the extension."""
    assert Protection(enabled=True, suffixes=("jpg",)).covers(key) is covered


@pytest.mark.parametrize(
    ("key", "exact", "ignoring_case"),
    [
        ("originals/a.tif", True, True),
        ("Originals/a.TIF", False, True),
        ("originals/a.png", False, False),
        ("other/a.tif", False, False),
    ],
)
def test_prefix_and_suffix_of_a_rule_must_match(key: str, exact: bool, ignoring_case: bool) -> None:
    """With `ignore_case` the rule matches any case."""
    for ignore_case, expected in ((False, exact), (True, ignoring_case)):
        rule = ProtectionRule(prefix="originals/", suffix=".tif", ignore_case=ignore_case)
        assert Protection(enabled=True, rules=(rule,)).covers(key) is expected


def test_a_suffix_or_a_rule_protects() -> None:
    """One match protects the object; a disabled protection matches nothing."""
    both = Protection(enabled=True, suffixes=("png",), rules=(ProtectionRule(prefix="raw/"),))
    assert both.covers("a.png")
    assert both.covers("raw/a.gif")
    assert not both.covers("a.gif")
    assert not Protection(suffixes=("png",)).covers("a.png")
