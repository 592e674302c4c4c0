"""Header values and metadata beyond ASCII, as S3 answers and takes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.aws.header_texts import ascii_header, header_text, metadata_text, metadata_word

ENCODED_WORDS = {
    # From the S3 user guide, "Working with object metadata": ÄMÄZÕÑ S3 was sent as UTF-8.
    "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=": "ÄMÄZÕÑ S3",
    "=?UTF-8?Q?=E5=9B=BE_1?=": "图 1",
    "a =?utf-8?b?5Zu+?= b": "a 图 b",
    "=?UTF-8?B?5Zu+?= =?UTF-8?Q?=E5=9B=BE?=": "图图",
    "=?UTF-8?B?5Q==?= =?UTF-8?B?m74=?=": "图",
    "=?ISO-8859-1?Q?Gr=FC=DFe?=": "Grüße",
    "=?UTF-8?B?5Q==?=": "=?UTF-8?B?5Q==?=",
    "=?UTF-8?B?*?=": "=?UTF-8?B?*?=",
    "=?no-charset?Q?a?=": "=?no-charset?Q?a?=",
    "=?UTF-8?X?a?=": "=?UTF-8?X?a?=",
    "plain = ? text": "plain = ? text",
}


@pytest.mark.parametrize("stored", ENCODED_WORDS)
def test_encoded_words_are_decoded(stored: str) -> None:
    """S3 answers metadata that is not ASCII as RFC 2047 writes it; other text stays as it is."""
    assert metadata_text(stored) == ENCODED_WORDS[stored]


TEXTS = st.text() | st.text(st.characters(max_codepoint=255)) | st.just("Ã¤")


@given(TEXTS.filter(lambda text: "=?" not in text))
def test_metadata_is_returned_as_it_was_stored(value: str) -> None:
    """What S3 takes is ASCII, and is read back."""
    assert metadata_word(value).isascii()
    assert metadata_text(metadata_word(value)) == value


@given(st.binary())
def test_any_bytes_of_a_header_are_kept(value: bytes) -> None:
    """Text is UTF-8; other bytes survive, so that a copy writes them unchanged."""
    text = header_text(value.decode("latin-1"))
    assert text.encode("utf-8", "surrogateescape") == value


@given(st.sampled_from(["content-disposition", "cache-control"]), st.text())
def test_a_header_of_a_presigned_url_is_ascii(name: str, value: str) -> None:
    """ASCII stays as it is."""
    assert ascii_header(name, value).isascii()
    assert ascii_header(name, "a; filename=b%20") == "a; filename=b%20"
