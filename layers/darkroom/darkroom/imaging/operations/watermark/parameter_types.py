"""How a watermark's text and the name of its font are written (spec 02 §15.3)."""

import unicodedata
from dataclasses import dataclass

from darkroom.imaging.fonts import FILES
from darkroom.process.parameters import Base64Text, InvalidValue, decode_base64, encode_base64

_NOT_ON_A_LINE = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's categories of control characters and of what parts lines and paragraphs."""


@dataclass(frozen=True, slots=True)
class SingleLineText(Base64Text):
    """Base64 of text without line breaks or other control characters."""

    def parse(self, text: str) -> str:
        """Decode and look at every character."""
        value = Base64Text.parse(self, text)
        if any(unicodedata.category(character) in _NOT_ON_A_LINE for character in value):
            raise InvalidValue("Value must be one line of text")
        return value


@dataclass(frozen=True, slots=True)
class FontName:
    """Base64 of one of the documented font names."""

    def parse(self, text: str) -> str:
        """Decode and look the name up."""
        name = decode_base64(text)
        if name not in FILES:
            raise InvalidValue("Value must be one of " + ", ".join(FILES))
        return name

    def text(self, value: str) -> str:
        """Encode the name."""
        return encode_base64(value)

    def expected(self) -> str:
        """List the names."""
        return "base64url of " + ", ".join(f"`{name}`" for name in FILES)
