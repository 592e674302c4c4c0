"""Names of targets that are made from the source's name (C-159)."""

import re

_VARIABLE = re.compile(r"\{(bucket|object|dirname|basename|barename|ext|autoext)\}")

OF_RESULT = "{autoext}"
"""The variable that only the result can fill: the extension of its format."""


def filled(template: str, bucket: str, key: str, autoext: str = "") -> str:
    """Put the variables in, once: braces in their values are not read again.

    Unknown names in braces stay as they are.
    """
    values = _values(bucket, key, autoext)
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def _values(bucket: str, key: str, autoext: str) -> dict[str, str]:
    dirname, _, basename = key.rpartition("/")
    barename, dot, ext = basename.rpartition(".")
    return {
        "bucket": bucket,
        "object": key,
        "dirname": dirname,
        "basename": basename,
        "barename": barename if dot else basename,
        "ext": ext if dot else "",
        "autoext": autoext,
    }
