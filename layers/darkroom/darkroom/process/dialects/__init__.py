"""The names under which a query may carry a process, and the dialect of each (spec 07 §2)."""

from collections.abc import Mapping

from darkroom.process.dialects.alibaba_cdn import ALIBABA_CDN
from darkroom.process.dialects.ctyun import CTYUN
from darkroom.process.dialects.dialect import Dialect
from darkroom.process.dialects.huawei_obs import HUAWEI_OBS
from darkroom.process.dialects.volcengine_tos import VOLCENGINE_TOS
from darkroom.process.grammar import PROCESS

__all__ = ["DIALECTS", "OSS", "Dialect"]

OSS = Dialect(service="Alibaba Cloud OSS", parameters=(PROCESS,))

DIALECTS: Mapping[str, Dialect] = {
    parameter: dialect
    for dialect in (OSS, VOLCENGINE_TOS, CTYUN, ALIBABA_CDN, HUAWEI_OBS)
    for parameter in dialect.parameters
}
"""By query parameter."""
