"""The words of docs/zh/operations.md; those of operations are in operation_words.toml."""

import re
from collections.abc import Mapping, Sequence

from darkroom.process.parameters import Parameter
from tools.operation_words import read_words
from tools.operations_page import Language

INTRODUCTION = """# 处理操作

本页由 `make docs` 根据声明生成，请勿手动修改。

处理参数写作 `image/<action>/<action>…`，每个操作写作 `name,key_value,key_value…`。
操作从左到右依次执行（级联处理），每个操作作用于前一个操作的结果；
`auto-orient` 总是最先执行，输出选项在最后统一生效一次。键区分大小写，未知的键被忽略，
重复的键以最后一个值为准。空的段和空的参数被忽略，后续的 `|image/…` 等同于斜杠，
继续同一个处理。

像素操作的*权重*限制其处理器时间：像素数乘以权重，对处理的所有步骤、动图的各帧和各水印图片求和，
最多为 {limit} 百万（[决策 140](../decisions/140-work.md)，英文）。
每一步按处理前后较大的图片计算。
"""

SCRIPTS: Mapping[str, str] = {
    "Latin": "拉丁字母",
    "Greek": "希腊字母",
    "Cyrillic": "西里尔字母",
    "Chinese (U+4E00–9FA5 and extension A)": "汉字（U+4E00–9FA5 和扩展 A 区）",
    "Japanese kana": "日文假名",
    "Korean syllables": "韩文音节",
    "Vietnamese": "越南文",
    "Chinese of extensions B and later": "扩展 B 区及之后的汉字",
    "Arabic": "阿拉伯文",
    "Hebrew": "希伯来文",
    "Thai": "泰文",
    "Lao": "老挝文",
    "Khmer": "高棉文",
    "Burmese": "缅甸文",
    "Devanagari": "天城文",
    "Bengali": "孟加拉文",
    "Tamil": "泰米尔文",
    "Telugu": "泰卢固文",
    "Sinhala": "僧伽罗文",
    "Tibetan": "藏文",
    "Mongolian": "蒙古文",
    "Georgian": "格鲁吉亚文",
    "Armenian": "亚美尼亚文",
    "Ethiopic": "埃塞俄比亚文",
    "emoji": "表情符号",
    "the signs of rupee, rouble, lira and bitcoin": "卢比、卢布、里拉和比特币的符号",
}
"""The scripts of `operations_doc.LETTERS`."""

TEXT = """### 文字

每个字符取自第一个包含它的字体文件：先是所选的字体，再是其后备字体
（[字体](../../layers/fonts/fonts/CREDITS.md)，英文）。字体文件包含{drawn}。
所有文件都没有的字符显示为方框，包括{boxes}。

字符按文本顺序从左到右绘制，不做连写，也不重新排序。阿拉伯文、希伯来文和印度各种文字需要这些处理，
即使部署的字体文件包含这些字符，也无法正确显示：Pillow 为此使用的引擎 Raqm 要从系统加载 FriBiDi，
而 Lambda 的运行时没有它。
"""

VALUES: Sequence[tuple[str, str]] = (
    (r"^integer (.+), or (\d+p…\d+p)$", r"整数 \1，或 \2"),
    (r"^integer (.+)$", r"整数 \1"),
    (r"^0 or 1$", "0 或 1"),
    (r"^base64url text, (.+) bytes$", r"base64url 编码的文本，\1 字节"),
    (r"^base64url text: (`[^`]+`) or (`[^`]+`)$", r"base64url 编码的文本：\1 或 \2"),
    (r"^base64url of (.+)$", r"\1 的 base64url 编码"),
    (r"^(RRGGBB)$", r"\1"),
)
"""What `expected` of a parameter's type returns, and the same in Chinese."""


_WIDE = r"[\u3000-\u9fff\uff00-\uffef]"
_BREAK = re.compile(rf"(?<={_WIDE})\n(?!\n|\Z)|(?<!\n)\n(?={_WIDE})")
"""The end of a line within a paragraph of Chinese, which Markdown shows as a blank."""

_WORDS = read_words()


def _title(name: str) -> str:
    return _WORDS[name].zh


def _sentence(name: str, declared: Parameter | None) -> str:
    words = _WORDS[name]
    return words.doc if declared is None else words.parameters[declared.key].doc


def _listed(scripts: Sequence[str]) -> str:
    names = [SCRIPTS[script] for script in scripts]
    return f"{'、'.join(names[:-1])}，以及{names[-1]}"


def _values(expected: str) -> str:
    """Return a description of values in Chinese; raises `ValueError` for an unknown one."""
    if re.fullmatch(r"`[^`]+`(, `[^`]+`)*", expected):
        return expected.replace(", ", "、")
    for pattern, chinese in VALUES:
        if re.match(pattern, expected):
            return re.sub(pattern, chinese, expected).replace("`, `", "`、`")
    raise ValueError(f"no Chinese words for {expected}")


CHINESE = Language(
    introduction=_BREAK.sub("", INTRODUCTION),
    section="## {name}：{title}\n\n{sentence}{kind}。\n",
    kinds={
        "pixels": "像素操作",
        "output": "输出选项",
        "report": "报告：必须单独使用，返回 JSON",
    },
    weight="权重：{opaque}，有透明度时为 {alpha}。\n",
    columns=("键", "取值", "默认值", "含义", "EC"),
    positional="*值本身*",
    required="必填",
    further_ignored="忽略之后的值。",
    separator="、",
    text=_BREAK.sub("", TEXT),
    title=_title,
    sentence=_sentence,
    values=_values,
    scripts=_listed,
)
