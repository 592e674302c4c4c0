"""What a process value asks for, its style looked up (spec 01 §2.2)."""

from dataclasses import dataclass, replace

from darkroom.buckets import Bucket
from darkroom.errors import invalid
from darkroom.query import Process, parse
from darkroom.usecases.access import Use
from darkroom.usecases.styles import style_content
from darkroom.usecases.world import World

STYLE = "style/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A process value as written; nothing of it is checked yet but a style's name."""

    text: str
    content: str | None = None
    """Of the style, if it names one."""

    @property
    def use(self) -> Use:
        """What this makes of an object."""
        return Use.PROCESSED if self.content is None else Use.STYLED

    @property
    def process(self) -> Process:
        """The value with the actions of the style in its place.

        Raises `OssError` for what is not in the grammar, and for a style that names another
        one (C-12) or wants to store its result (C-13).
        """
        process = parse(self.text)
        if self.content is None:
            return process
        styled = parse(self.content)
        if styled.style is not None:
            raise invalid("style", self.content, "A style must not name another one")
        if styled.save is not None:
            raise invalid("style", self.content, "A style must not have a sys/saveas")
        return replace(process, style=None, actions=styled.actions)


def looked_up(text: str, bucket: Bucket, world: World) -> Asked:
    """Look the style up, if the value begins as one that names it: `NoSuchStyle` if in vain."""
    name = parse(text).style if text.startswith(STYLE) else None
    if name is None:
        return Asked(text=text)
    return Asked(text=text, content=style_content(bucket, name, world))
