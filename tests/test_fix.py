"""`check --fix`: it mends marks and never a card; what it must not touch stays byte for byte."""

from __future__ import annotations

import re
from functools import cache

import pytest
from conftest import DECK_TOML, ROOT, MakeDeck
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recto.checks.linter import Linter
from recto.checks.settings import parse_rules
from recto.cli import run
from recto.compile import compile_source
from recto.config import parse_config
from recto.fix import FixedFile, fix_text, fold, is_same
from recto.look import parse_look
from recto.model import Config, NoteType, Unit
from recto.source import Source, normalize
from recto.terms import parse_terms

RULES = DECK_TOML.partition("rules.")[0] + 'language = "zh"\n[rules]\nprofile = "strict"\n'
TERMS = "- term: FlashAttention\n- term: KV cache\n  not: KVCache\n- term: vLLM\n"
PROTECTED = re.compile(
    r"```.*?```|`[^`\n]+`|\$[^$\n]+\$|\]\([^)\n]*\)|https?://[^\s<>|，。]+|<[^>\n]+>|\[\^\w+\]|\{[#.][^}\n]*\}|::[^{}\n]*\}\}",
    re.DOTALL,
)


@cache
def deck() -> tuple[Config, dict[str, NoteType], Linter]:
    """A deck of this repository's note types, in Chinese, of which everything is asked."""
    paths = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".toml", ".html", ".css")]
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    notetypes, _ = parse_look({n: Source(n, p.read_text("utf-8")) for n, p in zip(names, paths, strict=True)})
    toml = Source("deck.toml", RULES)
    config, _ = parse_config(toml)
    assert config
    return config, notetypes, parse_rules(toml, "zh", parse_terms(Source("terms.yaml", TERMS))[0])[0]


def compile_zh(source: Source) -> Unit:
    return compile_source(source, *deck())


def fixed(data: str) -> FixedFile:
    return fix_text("cards/a.md", data, compile_zh)


def answer(text: str, kind: str = "") -> str:
    return f"# T\n\n## 问 {{#q{kind}}}\n\n{text}\n"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("用KV cache缓存旧token。", "用 KV cache 缓存旧 token。"),
        ("中A中B中", "中 A 中 B 中"),
        ("**KV cache**缓存", "**KV cache** 缓存"),
        ("缓存**KV cache**与~~GQA~~的", "缓存 **KV cache** 与 ~~GQA~~ 的"),
        ("见[GQA](https://x.org/a键)的`键key`与$n键n$和", "见 [GQA](https://x.org/a键) 的 `键key` 与 $n键n$ 和"),
        ("键值(KV cache),省 , 再用.", "键值（KV cache），省，再用。"),
        ("**先缓存:**再复用(**KV**)", "**先缓存：**再复用（**KV**）"),
        ('所谓"注意力"...', "所谓「注意力」……"),
        ("１７５Ｂ与 80GB", "175B 与 80 GB"),
        ("用 flashattention 和 kvcache", "用 FlashAttention 和 KV cache"),
        ("* 甲\n* 乙\n  + 丙KV", "- 甲\n- 乙\n  - 丙 KV"),
        (
            "| 列A | 列`a\\|b`乙 |\n|---|---|\n| 甲b\\|c丙 | d |",
            "| 列 A | 列 `a\\|b` 乙 |\n|---|---|\n| 甲 b\\|c 丙 | d |",
        ),
        ("![图中KV](media/a图b.svg)", "![图中 KV](media/a图b.svg)"),
        ("> [!NOTE] 标题KV\n> 文token", "> [!NOTE] 标题 KV\n> 文 token"),
    ],
)
def test_fix__mends(text: str, mended: str) -> None:
    """What each fixable rule makes of a slip, beside marks and inside containers too."""
    assert fixed(answer(text)).after == answer(mended)


@pytest.mark.parametrize(
    "text",
    [
        "`中a` 与 $中a$ 与 <kbd>按A键</kbd>",
        "<https://x.org/中a>",
        "中\\.文&comma;文",
        "```text\n中a,中\n* x\n```",
        "<div>\n中a\n</div>",
        "脚注[^a]\n\n[^a]: 中a",
        "甲<br>A 乙<sup>b</sup>",
        "- 甲\n- 乙\n\n* 丙\n* 丁",
    ],
)
def test_fix__leaves(text: str) -> None:
    """Code, formulas, addresses, HTML, footnotes, escapes, and lists that would become one."""
    assert fixed(answer(text)).after == answer(text)


def test_holes__keep_number_and_hint() -> None:
    """Marks go around holes; the hint is the author's."""
    after = fixed(answer("用==KV cache==缓存{{c1::旧token::哪a个}}的", kind=" .cloze")).after
    assert after == answer("用 ==KV cache== 缓存{{c1::旧 token::哪a个}} 的", kind=" .cloze")


def test_bytes_around__stay() -> None:
    r"""BOM, `\r\n`, `\r`, tabs, trailing space and the front matter are as before."""
    data = "\ufeff---\r\ntags: [中a]\r\n---\r\n# 中a\r\n## 问KV {#q tags='中a'}\r\n\t\r\n* 甲a  \r\n* 乙\r丙b\n"
    after = fixed(data).after
    assert after == data.replace("问KV", "问 KV").replace("* 甲a", "- 甲 a").replace("* 乙", "- 乙").replace(
        "丙b", "丙 b"
    )


def test_format_errors__keep_a_file_as_it_is() -> None:
    """What is not understood is not mended."""
    result = fixed("# T\n\n## 问KV\n\n中a\n")
    assert result.after == result.before
    assert result.reason


def test_unsafe_fix__is_dropped_and_named() -> None:
    """`１. x` would begin a list as `1. x`: the one fix is refused, its neighbours are made."""
    result = fixed(answer("甲token\n\n１. 乙"))
    assert result.after == answer("甲 token\n\n１. 乙")
    assert [d.rule for d in result.unsafe] == ["full-width-letters"]


PIECES = (
    *("缓存", "的", "注意力", "KV cache", "kvcache", "flashattention", "token", "GQA", "a", "80GB", "3.5", "１７Ａ"),
    *("`c中d`", "`x y`", "$n中n$", "$x$", "**", "*", "~~", "_", "[", "](https://x.org/中a,中)", "<https://x.org/b中>"),
    *(",", ".", ";", ":", "?", "!", "(", ")", "，", "。", "。。", "...", "…", "「", "」", '"', "%", "×", "°", "#", "+"),
    *(
        " ",
        "  ",
        "\\",
        "&nbsp;",
        "&amp;",
        "|",
        "https://x.org/中a",
        "<kbd>按A</kbd>",
        "<br>",
        "<sup>2</sup>",
        "<b>中</b>",
    ),
    *("![图A图](media/a中b.svg)", "[^a]", "-", "1.", "１．", ">", "\u3000", "\ufe0f", "é", "ß", "⑦", "ﬁ", "😀"),
)
BLOCKS = (
    *(
        "\n",
        "\n* ",
        "\n+ ",
        "\n- ",
        "\n\n",
        "\n  ",
        "\n> ",
        "\n\n> [!NOTE] 题A题\n> ",
        "\n\n| 甲a | b |\n|---|---|\n| c中 | d |\n\n",
    ),
    *("\n\n```text\n中a,中\n```\n\n", "\n\n---中a", "\n1. ", "\n   * "),
)
HOLES = ("==", "==键key==", "{{c1::键key::提b示}}", "{{c1::", "::b示}}")


def texts(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=20).map("".join)


def card(question: str, body: str, source: str, kind: str, end: str) -> str:
    text = f"# T\n\n## 问{question} {{#q{kind} tags='中a'}}\n\n{body}\n\n### 来源\n\n- 见[^a]{source}\n\n[^a]: 中a\n"
    return text.replace("\n", end)


ENDS = st.sampled_from(["\n", "\r\n"])
CARDS = st.one_of(
    st.builds(card, texts(*PIECES), texts(*PIECES, *BLOCKS).map("答{}".format), texts(*PIECES), st.just(""), ENDS),
    st.builds(
        card,
        texts(*PIECES),
        texts(*PIECES, *BLOCKS, *HOLES).map("答==孔=={}".format),
        texts(*PIECES),
        st.just(" .cloze"),
        ENDS,
    ),
)


def unmarked(text: str) -> str:
    """A file folded, all bullets alike."""
    return fold(re.sub(r"(?m)^([ >\t]*(?:(?:[-*+]|\d+[.)])[ \t]+)*)[-*+](?=\s)", r"\1", text))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CARDS)
@example("# T\n\n## 问 {#q}\n\n中**a(**中)\n")
def test_any_card__is_the_same_card_afterwards(data: str) -> None:
    """Text folded is equal, a second run changes nothing, what is protected stays, and so do the notes."""
    result = fixed(data)
    assert unmarked(result.after) == unmarked(data)
    assert fixed(result.after).after == result.after
    assert is_same(
        compile_zh(Source("cards/a.md", normalize(data))), compile_zh(Source("cards/a.md", normalize(result.after)))
    )
    assert result.after.count("\n") == data.count("\n")


WORDS = st.lists(
    st.sampled_from(
        ["缓存", "的", "KV cache", "token", "80GB", "kvcache", ",", "。", "(", ")", " ", "...", '"', "３Ａ"]
    ),
    max_size=8,
).map("".join)
SAFE = st.sampled_from(
    [
        *("`c中d,e`", "$n中n,m$的", "[链a接](https://x.org/中a,中)", "https://x.org/中a,中 ", "<https://x.org/b中>"),
        *(
            "<span title='中a'>中</span>",
            "![图](media/a中b,c.svg)",
            "[^a]。",
            "\n\n```text\n中a,中  。。\n```\n\n",
            "{{c1::键::提b,示}}",
        ),
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(WORDS, SAFE), max_size=8))
def test_protected__stays_byte_for_byte(parts: list[tuple[str, str]]) -> None:
    """Code, formulas, addresses, HTML, footnotes and hints among slips of every kind."""
    text = "答[^a]。" + "".join(word + safe for word, safe in parts)
    data = f"# T\n\n## 问 {{#q .cloze tags='中a,b'}}\n\n==甲== {text}\n\n[^a]: 中a,b\n"
    result = fixed(data)
    assert not result.reason
    assert PROTECTED.findall(result.after) == PROTECTED.findall(data)
    assert [
        d for d in compile_zh(Source("cards/a.md", result.after)).diagnostics if d.rule == "cjk-spacing" and d.fix
    ] == [d for d in result.unsafe if d.rule == "cjk-spacing"]


def test_command__mends_and_then_checks(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """The files are written, what was done is said, what remains is reported; a second run has nothing to do."""
    deck = make_deck(
        {"deck.toml": RULES, "cards/a.md": answer("用KV cache缓存,甲 乙"), "cards/b.md": "# \xe9\n".encode("latin-1")}
    )
    assert run(["check", "--deck", str(deck.root), "--fix"]) == 1
    err = capsys.readouterr().err
    assert "3 fixes in 1 files" in err
    assert "cards/b.md: nothing mended: byte 0xe9 is not UTF-8" in err
    assert "[cjk-space]" in err
    assert "[cjk-spacing]" not in err
    assert deck.read("cards/a.md") == answer("用 KV cache 缓存，甲 乙")
    run(["check", "--deck", str(deck.root), "--fix"])
    assert "0 fixes in 0 files" in capsys.readouterr().err


def test_diff__shows_and_writes_nothing(make_deck: MakeDeck, capsys: pytest.CaptureFixture[str]) -> None:
    """A unified diff of what `--fix` would do."""
    deck = make_deck({"deck.toml": RULES, "cards/a.md": answer("中a")})
    assert run(["check", "--deck", str(deck.root), "--diff"]) == 0
    assert "-中a\n+中 a\n" in capsys.readouterr().out
    assert deck.read("cards/a.md") == answer("中a")
