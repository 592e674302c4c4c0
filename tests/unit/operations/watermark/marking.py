"""Watermarks without a bucket or a deployment around them."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from darkroom.errors import no_such_key
from darkroom.imaging.context import ProcessingContext
from darkroom.process.parameters import encode_base64
from tests.pictures import stored
from tests.unit.operations.applied import applied

FONTS = Path(__file__).parents[4] / "layers/fonts/fonts"


def context(objects: Mapping[str, bytes] | None = None) -> ProcessingContext:
    """Give the fonts of the project and these objects as marks."""

    def load(key: str) -> bytes:
        if objects is None or key not in objects:
            raise no_such_key(key)
        return objects[key]

    return ProcessingContext(load_watermark=load, fonts=FONTS)


def marked(image: Image.Image, mark: Image.Image | bytes, arguments: str = "") -> Image.Image:
    """Draw a picture as a mark."""
    body = mark if isinstance(mark, bytes) else stored(mark)
    text = f"watermark,{reference('mark')},{arguments}"
    return applied(image, text, context=context({"mark": body}))


def lettered(image: Image.Image, text: str, arguments: str = "") -> Image.Image:
    """Draw a text as a mark."""
    return applied(image, f"watermark,{written(text)},{arguments}", context=context())


def reference(key: str, process: str = "") -> str:
    """Write the argument that names an object, and how it is prepared."""
    return "image_" + encode_base64(key + (f"?x-oss-process=image/{process}" if process else ""))


def written(text: str) -> str:
    """Write the argument that carries a text."""
    return f"text_{encode_base64(text)}"
