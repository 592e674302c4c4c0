"""A worker with libvips through pyvips, using its `thumbnail`."""

from collections.abc import Mapping
from typing import Any

import pyvips

from benchmarks.workers.protocol import Work, serve

SUFFIXES = {
    "jpg": ".jpg[Q=80,optimize_coding=true,strip=true]",
    "jpg 4:4:4": ".jpg[Q=80,optimize_coding=true,strip=true,subsample_mode=off]",
    "webp": ".webp[Q=80,strip=true]",
    "png": ".png[strip=true]",
    "avif": ".avif[Q=60,strip=true]",
    "gif": ".gif",
}


def prepare(source: bytes, order: Mapping[str, Any]) -> Work:
    """Return a function that runs an order with libvips."""

    def resize() -> bytes:
        image = pyvips.Image.thumbnail_buffer(
            source, order["width"], height=order["height"], size="force"
        )
        result: bytes = image.write_to_buffer(SUFFIXES[order["format"]])
        return result

    def animate() -> bytes:
        image = pyvips.Image.thumbnail_buffer(
            source, order["width"], height=order["height"], size="force", option_string="[n=-1]"
        )
        result: bytes = image.write_to_buffer(SUFFIXES[order["format"]])
        return result

    def letter() -> bytes:
        image = pyvips.Image.thumbnail_buffer(
            source, order["width"], height=order["height"], size="force"
        )
        letters = pyvips.Image.text(
            f'<span foreground="{order["colour"]}">{order["text"]}</span>',
            **{name: order[name] for name in ("font", "fontfile")},
            dpi=72,
            rgba=True,
        )
        together = image.composite2(letters, "over", x=order["left"], y=order["top"])
        # Without alpha, which is opaque everywhere.
        result: bytes = together[:3].write_to_buffer(SUFFIXES["jpg 4:4:4"])
        return result

    def blur() -> bytes:
        image = pyvips.Image.new_from_buffer(source, "", access="sequential")
        result: bytes = image.gaussblur(order["deviation"]).write_to_buffer(
            SUFFIXES[order["format"]]
        )
        return result

    def rounded() -> bytes:
        image = pyvips.Image.new_from_buffer(source, "", access="sequential")
        alpha = image[3] * _corners(order) / 255
        together = image[:3].bandjoin(alpha.cast("uchar"))
        result: bytes = together.write_to_buffer(SUFFIXES[order["format"]])
        return result

    def info() -> bytes:
        image = pyvips.Image.new_from_buffer(source, "")
        return f"{image.width}x{image.height}".encode()

    return {
        "resize": resize,
        "animate": animate,
        "letter": letter,
        "blur": blur,
        "round": rounded,
        "info": info,
    }[order["do"]]


def _corners(order: Mapping[str, Any]) -> Any:
    width, height, radius = order["width"], order["height"], order["radius"]
    drawing = (
        f'<svg width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" rx="{radius}" ry="{radius}"/></svg>'
    )
    return pyvips.Image.svgload_buffer(drawing.encode())[3]


if __name__ == "__main__":
    pyvips.cache_set_max(0)
    serve(prepare)
