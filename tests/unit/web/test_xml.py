"""XML documents: characters that XML cannot hold, in both directions."""

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.web.xml import document, element, error_document, parse_document

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\x01\x0b\x0c\r\n\x1f\ufffe\uffff\ue000\ue01f<&>];")
)
CONTROLS = [*map(chr, (*range(1, 9), 11, 12, 13, *range(14, 32), 0xFFFE, 0xFFFF))]


def parsed(markup: str) -> str | None:
    """Return the text of the only element of a document."""
    body = f"<Delete><Key>{markup}</Key></Delete>".encode()
    return parse_document(body, "Delete", max_bytes=2_000_000).findtext("Key")


@given(TEXTS)
def test_any_key_is_read_as_it_was_written(key: str) -> None:
    """The service's documents, read by the service: references stand for controls."""
    body = document(element("Delete", {"Key": key}))
    assert parse_document(body, "Delete", max_bytes=2_000_000).findtext("Key") == key


@given(TEXTS)
def test_raw_characters_are_read(key: str) -> None:
    """Some clients write controls raw; in text a carriage return is no line feed."""
    assert parsed(escape(key)) == key or not key.strip()


@pytest.mark.parametrize("form", ["&#{};", "&#x{:X};", "&#x{:x};", "&#x{:04X};", "&#0{};"])
def test_references_are_read(form: str) -> None:
    """Go's SDK writes `&#x0C;`, and other clients other forms."""
    for control in CONTROLS:
        assert (
            parsed("a" + form.format(ord(control)) + "\ue000&#xE001;") == f"a{control}\ue000\ue001"
        )


@pytest.mark.parametrize("control", ["\x01", "\x0c", "\x1f", "\ufffe"], ids=ascii)
def test_a_list_has_references_and_an_error_replacements(control: str) -> None:
    """A strict parser refuses the list, where a replacement would be another key."""
    listed = document(element("Contents", {"Key": f"a{control}"}))
    assert f"<Key>a&#{ord(control)};</Key>".encode() in listed
    with pytest.raises(ET.ParseError):
        ET.fromstring(listed)
    error = OssError(Code.NO_SUCH_KEY, details={"Key": f"a{control}"})
    body = error_document(error, request_id="ID", host=f"h{control}")
    assert ET.fromstring(body).findtext("Key") == "a\ufffd"


@pytest.mark.parametrize(
    "markup",
    ["&#0;", "&#xD800;", "&#x110000;", "&#99999999;", "\0", "&#x;", "<a", "&#x1"],
)
def test_other_documents_are_malformed(markup: str) -> None:
    """NUL, surrogates and numbers beyond Unicode are no characters."""
    with pytest.raises(OssError) as error:
        parsed(markup)
    assert error.value.code is Code.MALFORMED_XML


@pytest.mark.parametrize("prefix", ["", "o:"])
def test_a_namespace_is_ignored(prefix: str) -> None:
    """Clients of S3 write a default namespace."""
    name = f"xmlns{':o' if prefix else ''}"
    body = f'<{prefix}Delete {name}="http://x/"><{prefix}Key>a</{prefix}Key></{prefix}Delete>'
    root = parse_document(body.encode(), "Delete", max_bytes=1000)
    assert root.findtext("Key") == "a"


def test_line_ends_between_elements_are_no_text() -> None:
    """A document written on Windows."""
    body = b'<?xml version="1.0"?>\r\n<Delete>\r\n <Key>a</Key>\r\n</Delete>\r\n'
    assert parse_document(body, "Delete", max_bytes=1000).findtext("Key") == "a"


def test_a_document_in_utf_16_is_read() -> None:
    """Its controls are refused, as in any XML."""
    body = '<?xml version="1.0" encoding="utf-16"?><Delete><Key>图</Key></Delete>'.encode("utf-16")
    assert parse_document(body, "Delete", max_bytes=1000).findtext("Key") == "图"


def test_a_document_that_uses_every_private_character_is_refused() -> None:
    """No character is left to stand for a control."""
    with pytest.raises(OssError):
        parsed("".join(map(chr, range(0xE000, 0xF900))))
