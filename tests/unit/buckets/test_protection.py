"""Which objects are protected (spec 04 §3)."""

import pytest

from darkroom.buckets import Protection, ProtectionRule


@pytest.mark.parametrize(
    ("key", "covered"),
    [("a.jpg", True), ("A.JPG", True), ("b/c.d.jpg", True), ("ajpg", False), ("a.jpg.png", False)],
)
def test_a_suffix_is_a_file_name_extension_in_any_case(key: str, covered: bool) -> None:
    """All objects with that suffix are protected."""
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
def test_both_ends_of_a_rule_must_match(key: str, exact: bool, ignoring_case: bool) -> None:
    """Prefix and suffix together, in any case where the rule says so."""
    for ignore_case, expected in ((False, exact), (True, ignoring_case)):
        rule = ProtectionRule(prefix="originals/", suffix=".tif", ignore_case=ignore_case)
        assert Protection(enabled=True, rules=(rule,)).covers(key) is expected


def test_one_of_suffixes_and_rules_is_enough() -> None:
    """An object is protected if anything matches, and nothing is while it is off."""
    both = Protection(enabled=True, suffixes=("png",), rules=(ProtectionRule(prefix="raw/"),))
    assert both.covers("a.png")
    assert both.covers("raw/a.gif")
    assert not both.covers("a.gif")
    assert not Protection(suffixes=("png",)).covers("a.png")
