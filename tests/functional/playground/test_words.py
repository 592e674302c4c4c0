"""Every word of the page is there in English and in Chinese, and every error of the service."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import OPERATIONS, compile_operations
from darkroom.process.grammar import parse
from darkroom.process.parameters import declared_parameters
from tests.declarations import samples
from tests.functional.clients.conftest import ROOT, Addresses
from tests.functional.playground.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLAYGROUND = ROOT / "playground"

HAN = re.compile(r"[\u4e00-\u9fff]")

SAME_IN_CHINESE = {
    *("page.other-language", "preview.actual", "key.id", "key.secret", "field.bytes"),
    *("take.url", "take.picture", "take.oss2", "take.v2", "take.javascript", "take.go"),
    *("take.java", "take.php", "take.curl", "take.saveas", "take.ossutil"),
}
"""Names of products and programs, and texts without words."""

FAMILIES = ("take.", "panel.", "group.", "stage.", "preview.fit", "preview.actual", "problem.")
"""Beginnings of names that are made of other texts, so that no call of `t` has them whole."""


@pytest.fixture(scope="module")
def page(browser: "Browser", addresses: Addresses) -> Iterator[Visit]:
    """Open the page once."""
    context = browser.new_context()
    visit = Visit(context.new_page(), addresses)
    visit.open()
    yield visit
    context.close()


@pytest.fixture(scope="module")
def words(page: Visit) -> dict[str, dict[str, str]]:
    """Return the words by language."""
    return {name: page.call(f"words/{name}.js", f"m.{name}") for name in ("en", "zh")}


def modules() -> list[str]:
    """Return the text of every module but those of words."""
    paths = PLAYGROUND.rglob("*.js")
    return [path.read_text() for path in paths if not {"vendor", "words"} & {*path.parts}]


def test_both_languages_have_the_same_sentences(words: dict[str, dict[str, str]]) -> None:
    """Each sentence has the same places for values; Chinese ones have Chinese characters."""
    english, chinese = words["en"], words["zh"]
    assert english.keys() == chinese.keys()
    for name, sentence in chinese.items():
        places = re.findall(r"\{(\w+)\}", sentence)
        assert sorted(places) == sorted(re.findall(r"\{(\w+)\}", english[name])), name
        assert HAN.search(sentence) or name in SAME_IN_CHINESE, name
        assert not HAN.search(english[name]) or name == "page.other-language", name


def test_every_sentence_is_used_and_there(words: dict[str, dict[str, str]]) -> None:
    """No module names a sentence that is missing, and no sentence is left over."""
    text = "\n".join([*modules(), (PLAYGROUND / "words/index.js").read_text()])
    subjects = "|".join({name.partition(".")[0] for name in words["en"]})
    named = set(re.findall(rf"'((?:{subjects})\.[a-z0-9-]+)'", text))
    assert named <= words["en"].keys()
    unused = words["en"].keys() - named
    assert {name for name in unused if not name.startswith(FAMILIES)} == set()


def test_modules_have_no_words_of_their_own() -> None:
    """Templates hold no text: it would stay English in Chinese."""
    for text in modules():
        assert not HAN.search(text.replace("暗房 Darkroom", "")), text[:80]
        for found in re.findall(r"(?:aria-label|title|placeholder|alt)=\"([^\"$]+)\"", text):
            assert found == "image/…", found


def test_every_code_has_a_chinese_sentence(page: Visit) -> None:
    """The catalogue of the service and the table of the page have the same codes."""
    table = page.call("words/service_errors.js", "m.CODES")
    assert table.keys() == {code.wire for code in Code}
    assert all(HAN.search(sentence) for sentence in table.values())


def messages() -> Iterator[tuple[str, str]]:
    """Yield code and message of what is refused: each kind of value, and wrong processes."""
    for name, operation in OPERATIONS.items():
        for declared in declared_parameters(operation).values():
            for value in samples(declared).rejected:
                try:
                    declared.read(name, value)
                except OssError as error:
                    yield error.code.wire, error.message
    for process in (
        *("image/blur", "image/nonsense", "image/rotate,1,2", "image/faces", "image/", "style"),
        *("image/resize,w_0,h_0", "image/resize", "image/resize,w_1/info", "image/" + "a" * 5000),
        "style/" + "a" * 64,
    ):
        with pytest.raises(OssError) as caught:
            compile_operations(parse(process).actions)
        yield caught.value.code.wire, caught.value.message


def test_messages_are_translated_whole(page: Visit) -> None:
    """No English sentence is left in what a wrong value or process is answered."""
    given = sorted(set(messages()))
    assert len(given) > 100
    expression = "given.map(([code, message]) => m.translateError(code, message))"
    for (_, message), chinese in zip(
        given, page.call("words/service_errors.js", expression, given), strict=True
    ):
        assert HAN.search(chinese), message
        assert not re.search(r"\b(The|Value|must|is)\b", chinese), (message, chinese)
