"""Chinese, as interview cards write it: Chinese sentences with English terms."""

from __future__ import annotations

from recto.lang import LICENCES, LOCATORS, Language, any_of

# 最新 and 目前 that name a place in a computation (最新 token, 目前位置) do not age.
_NOT_THE_TIME = (
    "位置|步|层|token|词|块|行|状态|时刻|输入|样本|查询|节点|参数|策略|权重|消息|请求|检查点|checkpoint|值"
    "|一[句步个轮条次行]"
)

# «不一定» and «并非完全» claim no more than «常常».
_BOUND = "(?<!不)(?<!非)(?<!未)(?<!没)(?<!不是)"

# 等 that is no «and so on»: 相等, 不等, 均等, 高等 …
_BEFORE_EQUAL = "恒相不平均同对高中初低优劣何"

# What an open list is of (A、B 等方法): not its number (A、B 等三种), people (某等人), nor the rest of another word.
_A_KIND = "(?![人于价式号到待级长分比距变同效候差额了一两二三四五六七八九十几多])[\u4e00-\u9fff]"

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
        "往往|通常|可能会|某种程度上",
        "一般(?!形式|式|化|项|性|线性|的|矩阵|函数|图|向量|人|意义)",
    ),
    open_end=any_of(
        f"(?:等等|(?<![{_BEFORE_EQUAL}])等)(?=[。；，、]|$)",
        f"(?<=、)[^、，。；：（）\\n]{{1,16}}(?<![{_BEFORE_EQUAL}])等(?={_A_KIND})",
        "……$",
        "诸如此类",
    ),
    absolute=any_of(
        f"{_BOUND}(?:唯一(?!标识|性|化|的? ?(?:id|键))|必然|永远|从不|任何情况下|毫无)",
        f"{_BOUND}完全(?!二叉|相同|一致)",
        f"{_BOUND}一定(?!程度|的|比例|量|范围|条件|次数|数量|长度|概率|时间)",
        f"{_BOUND}绝对(?!位置|值|误差|坐标|编码|路径|大小|数|温度|精度|距离|偏差|时间|下标|索引)",
    ),
    cause=any_of(
        "因为|因此|因而|所以|由于|原因|于是|从而|故(?!障|事|意|乡)|否则",
        "导致|使(?!用|命|能)|带来|意味着|避免|防止|为了|以便|以免",
        "就会|会把|不再|无法|才能|只需|必须|这样",
        "[→⇒]",
    ),
    ages=any_of(
        "主流|近年|近几年|今年|如今|业界普遍|截至(?! ?\\d)",
        "最近(?:几年|两年|一年|的(?:研究|工作|论文|模型)|发布|流行)|今天的?(?:大?模型|LLM)",
        f"(?:最新|目前)(?! ?的? ?(?:{_NOT_THE_TIME}))",
        "当前(?=的?(?:最|业界|版本|多数|大多|常见|流行|市面|热门))",
        r"SOTA|state[- ]of[- ]the[- ]art",
    ),
    rumour=any_of(
        "据传|传闻|据说|据称|有传言|网传|业内猜测|普遍猜测",
        "(?<!数)据[^，。；]{0,6}泄露|泄露的[^，。；]{0,6}(?:说|称|显示|表明)",
    ),
    stop_words=frozenset(
        [*"的了和与或在是为把被对于中上下从到让使有个种这那它其该", "什么", "为什么", "如何", "怎样", "哪些", "多少"]
    ),
    locator=any_of(
        *LOCATORS,
        r"表 ?\d|图 ?\d|式 ?[（(]?\d|附录|摘要|脚注|\d ?节|一节|「[^」]+」",
        r"第 ?[\d.–-]+ ?[章节页行条讲卷步段]|第 ?[一二三四五六七八九十]+ ?[章节页条讲卷]",
    ),
    licence=any_of(*LICENCES, "许可|自绘|自摄|公有领域"),
    condition=any_of(
        "若|如果|只要|除非|一旦|越|当(?![前然中地])|(?:情况|条件|场景|前提)下",
        "(?<![同及暂耗实用延费])时(?![间延长序刻钟])",
    ),
    dated=any_of(r"(?:19|20)\d\d ?年|(?<!\d)20[0-3]\d-[01]\d(?!\d)"),
    # Unicode 16, Blocks.txt: unified ideographs, extension A, compatibility ideographs, the supplementary planes
    script=r"[々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]",
    punctuation={",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"},
    quotes=("「", "」"),
    ellipsis="……",
)
