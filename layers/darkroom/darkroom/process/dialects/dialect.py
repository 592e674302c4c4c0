"""A dialect: the grammar of OSS under another parameter name, with some words of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from darkroom.errors import invalid
from darkroom.process.grammar import PROCESS, Action, Process, parse
from darkroom.process.parameters import POSITIONAL, NotBase64, decode_base64, encode_base64

type Translation = Callable[[Action, Sequence[Action]], Iterable[Action]]
"""An action as written, and all actions of its process → actions in the words of OSS.

It raises the `OssError` of a value that the action refuses, with the key and the words of the
dialect; values that it leaves unchanged are checked later, under the same key.
"""


class Dialect(Struct, frozen=True, kw_only=True):
    """What another service writes differently (spec 07 §2, decision 013)."""

    service: str
    """Name of the service, for the documentation."""
    parameters: tuple[str, ...]
    """Names of the query parameters that carry its process."""
    prefix: str = ""
    """Text before the value, which the service leaves out; then it has no styles."""
    actions: Mapping[str, Translation] = field(default_factory=dict)
    """Translations by action name; other actions are written as on OSS."""
    marks_with_bucket: bool = False
    """Whether the key of a watermark object follows the name of its bucket."""

    def parse(self, value: str, *, parameter: str, bucket: str) -> Process:
        """Return the process in the words of OSS; `bucket` is the OSS name of its bucket.

        Raises `OssError` for text outside the grammar and for values that a translation refuses.
        """
        process = parse(value, parameter=parameter, prefix=self.prefix)
        actions = (
            self._with_mark(translated, bucket)
            for action in process.actions
            for translated in self._translated(action, process.actions)
        )
        return replace(process, actions=tuple(actions))

    def _translated(self, action: Action, actions: Sequence[Action]) -> Iterable[Action]:
        translation = self.actions.get(action.name)
        return (action,) if translation is None else translation(action, actions)

    def _with_mark(self, action: Action, bucket: str) -> Action:
        """Return a watermark with its object's key and process as OSS has them (spec 02 §15.2)."""
        if action.name != "watermark":
            return action
        return Action(
            action.name, tuple(self._argument(argument, bucket) for argument in action.arguments)
        )

    def _argument(self, argument: str, bucket: str) -> str:
        key, _, encoded = argument.partition("_")
        return f"image_{self._mark(encoded, bucket)}" if key == "image" else argument

    def _mark(self, encoded: str, bucket: str) -> str:
        try:
            written = decode_base64(encoded)
        except NotBase64:
            return encoded  # refused where the watermark is read
        key = written.removeprefix(f"{bucket}/") if self.marks_with_bucket else written
        for parameter in self.parameters:
            name, separator, value = key.partition(f"?{parameter}=")
            if separator:
                process = self.parse(value, parameter=parameter, bucket=bucket)
                key = f"{name}?{PROCESS}={process.text()}"
                break
        return encoded if key == written else encode_base64(key)


def other_words(key: str, words: Mapping[str, str], *, default: str | None = None) -> Translation:
    """Return a translation of the values of one key, each of which has another word.

    The last value counts, as everywhere. `default` is the word of OSS where the key is absent.
    """

    def translate(action: Action, _actions: Sequence[Action]) -> tuple[Action, ...]:
        written = [argument for argument in action.arguments if _key(argument, key) == key]
        others = tuple(argument for argument in action.arguments if _key(argument, key) != key)
        if written:
            text = written[-1].removeprefix(_prefix(key))
            if text not in words:
                reason = "Value must be one of " + ", ".join(words)
                raise invalid(key or action.name, text, reason)
            word: str | None = words[text]
        else:
            word = default
        named = () if word is None else (_prefix(key) + word,)
        return (Action(action.name, (*others, *named)),)

    return translate


def _key(argument: str, wanted: str) -> str:
    """Return the key of an argument; a bare action's whole argument is its value."""
    return argument.partition("_")[0] if wanted else POSITIONAL


def _prefix(key: str) -> str:
    return f"{key}_" if key else ""
