#!/usr/bin/env python3
"""Store the styles of an OSS bucket in a bucket of this service (docs/migrate-from-oss.md).

tools/import_styles.py styles.xml https://api.example.com pictures

Reads OSS's response to ListStyle, as XML or as JSON, and validates every style first. Styles that
would fail when used are printed, and then nothing is sent without `--anyway`. Without an endpoint
styles are only validated. Signs with the access key in DARKROOM_ACCESS_KEY_ID and
DARKROOM_ACCESS_KEY_SECRET, which needs the permission `admin` for the bucket.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from oss_client import access_key, exchange

from darkroom.auth import SignedRequest
from darkroom.errors import OssError, invalid
from darkroom.imaging.operations import compile_operations
from darkroom.process.grammar import check_style_name, parse
from darkroom.web.wire import QueryParameter
from darkroom.web.xml import parse_document

MAX_EXPORT_BYTES = 10_000_000
"""Limit of the response's size; fifty styles of 4096 bytes are far below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStyle:
    """A style in OSS's list."""

    name: str
    content: str
    category: str

    def fault(self) -> str | None:
        """Return the error message that using the style would give, None for a valid style."""
        try:
            check_style_name(self.name)
            process = parse(self.content)
            if process.style is not None or process.save is not None:
                raise invalid("style", self.content, "A style must hold actions only")
            compile_operations(process.actions)
        except OssError as error:
            return error.message
        return None


def main() -> None:
    """Run the command line; exit with 1 for invalid styles, with a message on an error."""
    options = _options()
    styles = _read(options.file)
    faults = [f"{style.name}: {fault}" for style in styles if (fault := style.fault())]
    print(f"{len(styles)} styles, {len(faults)} of which would fail when used", *faults, sep="\n")
    if faults and not options.anyway:
        sys.exit(1)
    if options.endpoint is not None:
        _send(styles, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="response of ListStyle, as XML or as JSON")
    parser.add_argument("endpoint", nargs="?", help="URL of the service, without a bucket")
    parser.add_argument("bucket", nargs="?")
    parser.add_argument("--anyway", action="store_true", help="send invalid styles, too")
    options = parser.parse_args()
    if options.endpoint is not None and options.bucket is None:
        parser.error("a bucket is needed with the endpoint")
    return options


def _send(styles: list[ExportedStyle], options: argparse.Namespace) -> None:
    """Send the styles in the order of the list, which becomes the order of creation."""
    key = access_key()
    for style in styles:
        query = (
            (QueryParameter.STYLE, ""),
            (QueryParameter.STYLE_NAME, style.name),
            (QueryParameter.CATEGORY, style.category),
        )
        request = SignedRequest(method="PUT", bucket=options.bucket, query=query)
        body = f"<Style><Content>{escape(style.content)}</Content></Style>"
        exchange(options.endpoint, key, request, body.encode())
        print(f"stored {style.name}")


def _read(file: Path) -> list[ExportedStyle]:
    """Read a list of styles, or exit with the error in it."""
    try:
        data = file.read_bytes()
        entries = _of_xml(data) if data.lstrip().startswith(b"<") else _of_json(json.loads(data))
        return [_style(entry) for entry in entries]
    except OssError as error:
        sys.exit(f"{file}: {error.message}")
    except (OSError, ValueError) as error:
        sys.exit(f"{file}: {error}")


def _of_xml(data: bytes) -> Iterator[dict[str, Any]]:
    for style in parse_document(data.lstrip(), "StyleList", max_bytes=MAX_EXPORT_BYTES).iter(
        "Style"
    ):
        yield {child.tag: child.text or "" for child in style}


def _of_json(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries of a JSON object like the XML, of a list, or of a single entry."""
    if isinstance(value, dict):
        value = value.get("StyleList", value)
    if isinstance(value, dict):
        value = value.get("Style", value)
    yield from value if isinstance(value, list) else [value]


def _style(entry: Any) -> ExportedStyle:
    members = entry.items() if isinstance(entry, dict) else ()
    texts = {str(name).lower(): text for name, text in members if isinstance(text, str)}
    if not {"name", "content"} <= texts.keys():
        raise ValueError("every style needs a Name and a Content")
    return ExportedStyle(
        name=texts["name"], content=texts["content"], category=texts.get("category") or "image"
    )


if __name__ == "__main__":
    main()
