"""Text of requests for a terminal: without control characters, and without signatures."""

from urllib.parse import unquote


def printable(text: str) -> str:
    """Return the text with control and format characters, such as ESC, as escapes."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def logged_target(target: str) -> str:
    """Return a request target without the values that would let a reader repeat the request."""
    path, separator, query = target.partition("?")
    decoded = [_redacted(item) for item in query.split("&")]
    return printable(path + separator + "&".join(decoded))


def _redacted(item: str) -> str:
    """Return an item of a query; a name may be percent-encoded."""
    name, equals, _ = item.partition("=")
    return f"{name}{equals}…" if equals and _is_secret(unquote(name)) else item


def _is_secret(name: str) -> bool:
    return name.lower().replace("_", "-").endswith(("signature", "token"))
