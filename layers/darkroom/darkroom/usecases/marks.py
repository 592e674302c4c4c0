"""The objects that watermarks are made of (spec 02 §15.2)."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from darkroom.errors import Code, OssError
from darkroom.ports import Replaced
from darkroom.steps import Context
from darkroom.usecases.world import World

EC_MISSING = "0040-00000025"


def with_marks(context: Context, bucket: str, world: World) -> Context:
    """Let operations load watermark objects of the bucket, and the deployment's fonts."""
    return replace(context, load_mark=_loader(bucket, world), fonts=world.settings.fonts)


def _loader(bucket: str, world: World) -> Callable[[str], bytes]:
    """Read objects with the service's own right (C-21).

    Raises `WatermarkError` for an object that is missing or too large (C-83).
    """

    def load(key: str) -> bytes:
        try:
            with closing(world.objects.open(bucket, key)) as mark:
                world.limits.check_source_bytes(mark.info.size)
                return mark.read()
        except OssError as error:
            if error.status >= 500:
                raise
            raise OssError(
                Code.WATERMARK_ERROR,
                f"The watermark object {key} cannot be used: {error.message}",
                ec=EC_MISSING if error.code is Code.NO_SUCH_KEY else None,
            ) from error
        except Replaced as error:
            raise OssError(Code.SERVICE_UNAVAILABLE) from error

    return load
