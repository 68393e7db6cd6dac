"""Chinese, as interview cards write it: Chinese sentences with English terms."""

from __future__ import annotations

from recto.lang import Language, any_of

# 当前 that names a place in a computation (当前位置, 当前 token) does not age.
_NOT_THE_TIME = "位置|步|层|token|词|块|行|状态|时刻|输入|样本|查询|节点|参数|策略"

# 等 that is no «and so on»: 相等, 不等, 均等, 高等 …
_BEFORE_EQUAL = "相不平均同对高中初低优劣何"

CHINESE = Language(
    code="zh",
    question_mark=any_of("[？?]"),
    second_ask=any_of(
        "(?:分别|各自)(?:为什么|如何|怎么)",
        r"[，,；;]\s*(?:以及|并且?)(?:说明|解释|给出|比较|写出)",
        "以及为什么",
    ),
    yes_no=any_of(
        r"(?:吗|对不对|是不是|是否正确|对吗|行不行|能不能)[？?]?\s*$",
        "^(?:是否|能否)",
        r"是否.{0,30}[？?]\s*$",
    ),
    orphan=any_of(
        "^(?:它们?|这个|那个|这种|那种|这些|那些|该|此|其)",
        "上述|上面(?:的|所)|前文|前面所|如上|如下图|如图|上图|下图|本文|本节",
        "该(?:方法|模型|论文|公式|算法|图|表)",
    ),
    vague=any_of(
        "大大|显著地?|明显地?|极大地?|大幅地?",
        "很多|非常多|许多|较多",
        "往往|通常|一般(?:来说|情况下|而言)?|可能会|某种程度上",
    ),
    open_end=any_of(f"(?:等等|(?<![{_BEFORE_EQUAL}])等)(?=[。；，、]|$)", "……$", "诸如此类"),
    absolute=any_of(
        "唯一|必然|永远|从不|任何情况下|毫无",
        "完全(?!二叉|相同|一致)",
        "一定(?!程度|的|比例|量|范围)",
        "绝对(?!位置|值|误差|坐标|编码)",
    ),
    cause=any_of(
        "因为|因此|所以|由于|原因|于是|从而|故|否则",
        "导致|使得?|带来|意味着|避免|防止|为了|以便",
        "就会|会把|不再|无法|才能?|只需|必须|需要",
        "[→⇒]",
    ),
    ages=any_of(
        "最新|主流|近年|近几年|最近(?!邻|点|的)|今年|如今|截至|业界普遍",
        f"目前|当前(?! ?(?:{_NOT_THE_TIME}))",
        r"SOTA|state[- ]of[- ]the[- ]art",
    ),
    rumour=any_of("据传|传闻|据说|据称|有传言|网传|业内猜测|普遍猜测|泄露的?"),
    stop_words=frozenset(
        [*"的了和与或在是为把被对于中上下从到让使有个种这那它其该", "什么", "为什么", "如何", "怎样", "哪些", "多少"]
    ),
    locator=any_of(
        r"§|\b(?:Table|Fig(?:ure|\.)?|Eq(?:uation|\.|s\.)?|Algorithm|Appendix|Section|Sec\.|Theorem|Lemma|Listing|Chapter)\s?\(?[A-Z\d]",
        r"\b(?:abstract|README|commit|line|lines|p\.|pp\.)\b",
        r"表 ?\d|图 ?\d|式 ?[（(]?\d|附录|摘要|第 ?[\d一二三四五六七八九十]+ ?[章节页]|「[^」]+」",
    ),
    licence=any_of(r"\bCC[ -]?(?:BY|0)\b|public domain|licen[cs]e", "许可|自绘|自摄|公有领域"),
    # Unicode 16, Blocks.txt: unified ideographs, extension A, compatibility ideographs, the supplementary planes
    script=r"[々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]",
    punctuation={",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"},
    quotes=("「", "」"),
    ellipsis="……",
)
