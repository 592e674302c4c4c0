"""The names that other clouds have for `x-oss-process`, and the dialect of each (spec 07 §2)."""

from collections.abc import Mapping

from darkroom.process.dialects.alibaba_cdn import ALIBABA_CDN
from darkroom.process.dialects.ctyun import CTYUN
from darkroom.process.dialects.dialect import Dialect
from darkroom.process.dialects.huawei_obs import HUAWEI_OBS
from darkroom.process.dialects.volcengine_tos import VOLCENGINE_TOS
from darkroom.process.grammar import PROCESS

__all__ = ["DIALECTS", "PROCESS_PARAMETERS", "Dialect"]

DIALECTS: Mapping[str, Dialect] = {
    parameter: dialect
    for dialect in (VOLCENGINE_TOS, CTYUN, ALIBABA_CDN, HUAWEI_OBS)
    for parameter in dialect.parameters
}
"""By query parameter."""

PROCESS_PARAMETERS = (PROCESS, *DIALECTS)
"""Every name under which a query may carry a process."""
