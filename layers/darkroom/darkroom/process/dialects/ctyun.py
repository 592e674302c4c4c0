"""`x-amz-process` and `x-zos-process`: ctyun's object stores, which have the words of OSS."""

from darkroom.process.dialects.dialect import Dialect

CTYUN = Dialect(service="ctyun", parameters=("x-amz-process", "x-zos-process"))
