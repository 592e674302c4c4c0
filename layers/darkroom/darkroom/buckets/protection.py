"""Source-image protection: which objects strangers see through styles only (spec 04 §3)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionRule:
    """Keys that begin and end so; one of the two may be empty, which asks nothing."""

    prefix: str = ""
    suffix: str = ""
    ignore_case: bool = False

    def __post_init__(self) -> None:
        """Refuse a rule that would cover every object."""
        if not self.prefix and not self.suffix:
            raise ValueError("must have a prefix, a suffix or both")

    def covers(self, key: str) -> bool:
        """Tell whether both ends of the key match."""
        prefix, suffix = self.prefix, self.suffix
        if self.ignore_case:
            key, prefix, suffix = key.lower(), prefix.lower(), suffix.lower()
        return key.startswith(prefix) and key.endswith(suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The objects of a bucket that are protected: those of a suffix, and those of a rule."""

    enabled: bool = False
    suffixes: tuple[str, ...] = ()
    """File name extensions without their dot, in any case."""
    rules: tuple[ProtectionRule, ...] = ()

    def covers(self, key: str) -> bool:
        """Tell whether the object is protected; one match of any kind is enough."""
        if not self.enabled:
            return False
        extension = key.lower()
        return any(extension.endswith(f".{suffix.lower()}") for suffix in self.suffixes) or any(
            rule.covers(key) for rule in self.rules
        )
