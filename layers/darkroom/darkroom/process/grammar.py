"""The grammar of a process value: text ⇄ `Process` (spec 01 §2).

Independent of pictures and storage: an action is a name with its arguments as written; the
declarations in `imaging.operations` give them a meaning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from darkroom.errors import Code, OssError, invalid, missing, truncate
from darkroom.process.parameters import Base64Text, bind, canonical_text, parameter

MAX_PROCESS_BYTES = 4096
"""Bytes of a process value after decoding (C-06)."""

PROCESS = "x-oss-process"
"""The query parameter of a process value; other clouds name it otherwise (spec 07 §2)."""

STYLE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,63}", re.ASCII)

OTHER_PRODUCTS = {
    "video": "Video processing",
    "doc": "Document processing",
    "imm": "Intelligent media management",
}
"""Products of OSS by the first word of their values: answered 501 (C-09)."""

STYLE_PREFIX = "style/"

_IMAGE = "image/"

EC_NO_ACTION = "0040-00000212"
EC_TOO_LONG = "0017-00000288"


class Action(Struct, frozen=True):
    """One action as written: `resize,w_100,h_50` has two arguments; empty ones are dropped."""

    name: str
    arguments: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the action as it is written in a process value."""
        return ",".join([self.name, *self.arguments])


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAs:
    """`sys/saveas`: where the result is stored; without a bucket, in the source's."""

    name: ClassVar[str] = "sys/saveas"

    object: str = parameter("o", Base64Text(4096), "Key of the target object.", sensitive=True)
    bucket: str | None = parameter(
        "b", Base64Text(256), "Bucket of the target object.", default=None, sensitive=True
    )

    def text(self) -> str:
        """Return the canonical text, object first."""
        return canonical_text(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """`/notify`: the topic that is notified when an asynchronous job ends."""

    name: ClassVar[str] = "notify"

    topic: str = parameter("topic", Base64Text(256), "Name of the topic.", sensitive=True)

    def text(self) -> str:
        """Return the canonical text."""
        return canonical_text(self)


class Process(Struct, frozen=True, kw_only=True):
    """A parsed value: a saved style or inline actions, then saveas and notify."""

    actions: tuple[Action, ...] = ()
    style: str | None = None
    save: SaveAs | None = None
    notify: Notify | None = None

    def text(self) -> str:
        """Return text that `parse` reads as an equal value."""
        if self.style is not None:
            pipeline = f"style/{self.style}"
        else:
            pipeline = "/".join(["image", *(action.text() for action in self.actions)])
        sysop = "/".join(step.text() for step in (self.save, self.notify) if step)
        return f"{pipeline}|{sysop}" if sysop else pipeline


def parse(value: str, *, parameter: str = PROCESS, prefix: str = "") -> Process:
    """Read a process value that has been percent-decoded once.

    `parameter` is its name in error messages; `prefix` is put before it and does not count for its
    length. Raises `OssError` for text outside the grammar; takes time linear in the length.
    """
    if len(value.encode(errors="surrogatepass")) > MAX_PROCESS_BYTES:
        raise OssError(
            Code.INVALID_ARGUMENT,
            f"The process value is longer than {MAX_PROCESS_BYTES} bytes.",
            ec=EC_TOO_LONG,
        )
    first, *following = (prefix + value).split("|")
    family, separator, rest = first.partition("/")
    if separator and family in OTHER_PRODUCTS:
        message = f"{OTHER_PRODUCTS[family]} ({family}/) is another product: not implemented."
        raise OssError(Code.NOT_IMPLEMENTED, message)
    segments = rest.split("/")
    # A further `|image/…` continues the pipeline (C-173).
    while family == "image" and following and following[0].startswith(_IMAGE):
        segments += following.pop(0).removeprefix(_IMAGE).split("/")
    save, notify = _parse_sysops(following, parameter) if following else (None, None)
    if family == "style" and separator:
        check_style_name(rest)
        return Process(style=rest, save=save, notify=notify)
    if family != "image" or not separator:
        raise invalid(parameter, first, "Value must begin with image/ or style/")
    # Empty segments are dropped (C-172), but one action must remain.
    actions = tuple(_parse_action(segment) for segment in segments if segment)
    if not actions:
        raise OssError(Code.INVALID_ARGUMENT, "No action is given.", ec=EC_NO_ACTION)
    return Process(actions=actions, save=save, notify=notify)


def first_action(value: str) -> str:
    """Return the name of a value's first action, `style` for a style; parses nothing else."""
    family, _, rest = value.partition("/")
    return family if family == "style" else rest.lstrip("/").partition("/")[0].partition(",")[0]


def check_style_name(text: str) -> None:
    """Raise `InvalidArgument` for a name that no style can have (spec 04 §1)."""
    if not STYLE_NAME.fullmatch(text):
        raise invalid("style", text, "Value must be 1 to 63 letters, digits, '_', '.' or '-'")


def _parse_action(segment: str) -> Action:
    name, *arguments = segment.split(",")
    # Empty arguments are dropped: `…,color_ff6a00,` is accepted.
    return Action(name, tuple(argument for argument in arguments if argument))


def _parse_sysops(sysops: Sequence[str], parameter: str) -> tuple[SaveAs | None, Notify | None]:
    """Read the text after the pipe: one saveas, optionally followed by one notify."""
    if len(sysops) > 1:
        raise invalid(parameter, sysops[1], "Value must have one sys/saveas at most")
    # `sys/saveas,o_…/notify,topic_…`: base64url has no slash, so slashes separate the steps.
    family, _, rest = sysops[0].partition("/")
    steps = [_parse_action(segment) for segment in rest.split("/")]
    if family != "sys" or steps[0].name != "saveas":
        raise _unsupported(sysops[0])
    save = bind(SaveAs, steps[0].arguments)
    if len(steps) == 1:
        return save, None
    if len(steps) > 2 or steps[1].name != Notify.name:
        raise _unsupported("/".join(step.name for step in steps[1:]))
    return save, bind(Notify, steps[1].arguments)


def _unsupported(written: str) -> OssError:
    name = written.partition(",")[0]
    if not name:
        return missing("sys")
    return OssError(Code.INVALID_ARGUMENT, f"operation not support post: {truncate(name)}")
