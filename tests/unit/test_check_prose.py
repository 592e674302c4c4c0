"""`tools/check_prose.py` finds listed words in prose and nowhere else."""

import pytest

from tools.check_prose import WORDS, check_text, checked_files, main


def found(text: str, path: str = "page.md") -> list[tuple[int, str]]:
    """Return line and word of each finding."""
    return [(finding.line, finding.word) for finding in check_text(path, text)]


@pytest.mark.parametrize(
    "word",
    [
        *("whoever", "hears", "hear", "overheard", "of late", "at hand", "anew", "bury", "buried"),
        *("burial", "a word of", "word of the CDN", "word of the front", "of ours", "no business"),
        *("plays", "workshop", "shelf", "the world", "rehearsal", "gets by", "it matters"),
        *("letter itself", "sends the letter", "for want of", "sealed", "the front adds"),
    ],
)
def test_a_listed_word_is_found(word: str) -> None:
    """The line is reported for lower and upper case."""
    text = f"A title\n\nSome {word} here.\n"
    assert [line for line, _ in found(text)] == [3]
    assert [line for line, _ in found(text.replace(word, word.capitalize()))] == [3]


@pytest.mark.parametrize(
    "text",
    [
        *("anewest", "shears", "hearing aid", "unburied"),
        *("small letters", "lower-case letters, digits", "dead letters", "in the world"),
        *("at handover", "of hours", "the front of the queue", "in front of", "business logic"),
        *("replays", "displays", "a bookshelf", "words of the list", "the documented word of it"),
    ],
)
def test_an_ordinary_use_is_not_found(text: str) -> None:
    """The check matches whole words, and phrases where a single word is ordinary."""
    assert found(text) == []


def test_a_phrase_may_continue_on_the_next_line() -> None:
    """A phrase is found across lines of Markdown, docstrings and comments."""
    assert found("what is at\nhand\n") == [(1, "at hand")]
    assert found('"""What is\nat\nhand."""\n', "a.py") == [(2, "at hand")]
    assert found("x = 1\n# what is at\n# hand\n", "a.py") == [(2, "at # hand")]


def test_python_is_checked_in_docstrings_and_comments_only() -> None:
    """Docstrings of attributes are checked; names and strings in code are not."""
    text = (
        '"""It hears."""\n\nplays = "anew"\n"""A shelf."""\n\n\n'
        'def bury() -> str:\n    """Of late."""\n    return "whoever"  # at hand\n'
    )
    assert found(text, "a.py") == [(1, "hears"), (4, "shelf"), (8, "Of late"), (9, "at hand")]


@pytest.mark.parametrize(
    "text", ["Tell whether.", "If it says so.", "Nor the other.", "As it was."]
)
def test_further_words_are_found_in_sources(text: str) -> None:
    """Not in tests and manuals; two of them at the beginning of a docstring only."""
    docstring = f'"""{text}"""\n'
    assert [line for line, _ in found(docstring, "layers/a.py")] == [1]
    assert found(docstring, "tests/a.py") == []
    assert found(text) == []
    assert found('"""Neither this nor that: as it is."""\n', "layers/a.py") == []


def test_code_in_markdown_is_not_checked() -> None:
    """Neither blocks nor spans; line numbers are those of the file."""
    assert found("```\nanew\n```\n\n`shelf` and\nanew\n") == [(6, "anew")]


def test_a_line_may_allow_any_word() -> None:
    """`prose: allow` on a line allows every word of that line."""
    assert found("plays <!-- prose: allow -->\nplays\n") == [(2, "plays")]
    assert found("x = 1  # plays, prose: allow\n", "a.py") == []


def test_released_changes_are_not_checked() -> None:
    """The change log is checked under Unreleased only."""
    text = "# Changelog\n\n## Unreleased\n\nplays\n\n## 0.1.0\n\nplays\n"
    assert found(text, "CHANGELOG.md") == [(5, "plays")]
    assert found(text, "docs/page.md") == [(5, "plays"), (9, "plays")]


def test_the_files_of_the_project_are_checked() -> None:
    """The reference is not checked: it quotes the vendor."""
    names = checked_files()
    assert {"README.md", "docs/operate.md", "tools/check_prose.py", "template.yaml"} <= set(names)
    assert not [name for name in names if name.startswith("docs/reference/")]
    assert all(hint for hint in WORDS.values())


def test_the_command_fails_for_a_finding(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The output contains file, line, word and hint; without findings it is empty."""
    page = tmp_path_factory.mktemp("prose") / "page.md"
    page.write_text("Nothing.\n")
    assert main([str(page)]) == 0
    assert not capsys.readouterr().out
    page.write_text("Nothing.\nAnew.\n")
    assert main([str(page)]) == 1
    assert capsys.readouterr().out == f"{page}:2: 'Anew': again, from the start\n"
    assert main(["--summary", str(page)]) == 1
    assert capsys.readouterr().out == f"   1 {page}\n"
