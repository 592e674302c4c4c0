"""`encoding-type`: how names are written in XML, which cannot hold all of them."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from darkroom.errors import invalid

ENCODING = "encoding-type"

type Encode = Callable[[str], str]


def encoding_of(query: Mapping[str, str]) -> tuple[Encode, Mapping[str, str]]:
    """Give how names are to be written, and the element that says so."""
    text = query.get(ENCODING, "")
    if not text:
        return str, {}
    if text != "url":
        raise invalid(ENCODING, text, "Value must be url")
    return _percent_encoded, {"EncodingType": "url"}


def _percent_encoded(name: str) -> str:
    return quote(name, safe="")
