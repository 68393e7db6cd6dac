"""Rules about marks and letters of the right width, in languages whose writers use full-width ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from recto.checks.plain import ADDRESS, Plain
from recto.checks.reading import CODE, MATH, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_CLOSING = "）」』》】”"


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def cjk_punctuation(reading: Reading) -> Iterator[Finding]:
    """A Chinese sentence has full-width marks. Numbers (3.5, 1:1), addresses and English phrases keep theirs.

    Bad:
        缓存旧 token 的键和值(KV cache),省去重算.

    Good:
        缓存旧 token 的键和值（KV cache），省去重算。
    """
    language = reading.language
    if not language.punctuation:
        return
    pair = (language.punctuation["("], language.punctuation[")"])
    for plain in reading.plain:
        for start, end in _half_width(plain, language.script):
            mark = plain.text[start:end].strip()
            yield plain.replace(start, end, language.punctuation[mark], f"half-width {mark} in Chinese")
        for start, end, margin in _brackets(plain, language.script):
            yield plain.wrap(start, end, pair, "half-width brackets in Chinese", margin)


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def full_width_letters(reading: Reading) -> Iterator[Finding]:
    """Full-width letters and digits come from an input method; they look wrong and no search finds them.

    Bad:
        ＧＰＴ－３ 有 １７５Ｂ 个参数

    Good:
        GPT-3 有 175B 个参数
    """
    for plain in reading.plain:
        for found in plain.find(_FULL_WIDTH):
            half = unicodedata.normalize("NFKC", found[0])
            yield plain.replace(*found.span(), half, f"full-width {found[0]}")


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def doubled_punctuation(reading: Reading) -> Iterator[Finding]:
    """A mark that stands twice, or two that exclude each other, is what an edit left behind.

    Bad:
        旧 token 的键不变。。

    Good:
        旧 token 的键不变。
    """
    for plain in reading.plain:
        for found in plain.find(_DOUBLED):
            kinds = set(found[0])
            if len(kinds) == 1 and not found[0].startswith("。。。"):  # three are an ellipsis
                yield plain.replace(*found.span(), found[0][0], f"{found[0][0]} stands {len(found[0])} times")
            elif len(kinds) > 1 and not kinds <= set("？！"):
                yield plain.report(*found.span(), f"{found[0]} are {len(found[0])} marks", "keep the one that is meant")


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def ellipsis(reading: Reading) -> Iterator[Finding]:
    """The Chinese ellipsis is …… (GB/T 15834, 4.11). Rows of numbers and names (1, 2, ..., n) keep theirs.

    Bad:
        注意力、前馈层...

    Good:
        注意力、前馈层……
    """
    language = reading.language
    if not language.script:
        return
    pattern = _rows_of_dots(language.script)
    for plain in reading.plain:
        if plain.is_quoting or not _DOTS.search(plain.text):
            continue
        for found in plain.find(pattern):
            yield plain.replace(*found.span(), language.ellipsis, f"{found[0]} as an ellipsis")


@style_rule(strict=ERROR, standard=WARNING, fixable=True)
def straight_quotes(reading: Reading) -> Iterator[Finding]:
    """Typewriter quotes do not say where a quotation begins, and have the wrong width in Chinese.

    Bad:
        所谓"注意力"是加权平均

    Good:
        所谓「注意力」是加权平均
    """
    language = reading.language
    if not language.script:
        return
    for plain in reading.plain:
        if plain.is_quoting or '"' not in plain.text:
            continue
        if plain.text.count('"') % 2 == 0:
            for found in plain.find(_QUOTED):
                if _is_chinese(plain, found, language.script):
                    yield plain.wrap(*found.span(), language.quotes, "straight quotes in Chinese", (1, 1))
        elif re.search(language.script, plain.text):
            at = plain.text.index('"')
            yield plain.report(at, at + 1, "a straight quote without its pair", f"write {''.join(language.quotes)}")


_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ](?:[０-９Ａ-Ｚａ-ｚ．－]*[０-９Ａ-Ｚａ-ｚ])?％?")
_DOUBLED = re.compile(r"[，、；：？！。]{2,}|(?<=\w),,(?!,)")
_DOTS = re.compile(r"\.\.\.|…|。。。")
_QUOTED = re.compile(r'"[^"\s](?:[^"\n]*[^"\s])?"')
# A space ends a bare address for readers that would take the bracket for a part of it.
_BRACKETS = re.compile(rf"(?:(?<=[^\s{ADDRESS}]) )?\([^()\n]+\)(?: (?=\S))?")
_LABEL = re.compile(r"\([A-Za-z0-9]{1,3}\)")  # a formula's or a row's, as in 公式 (9)
_SUM = re.compile(rf"\((?=[^)]*[-+−×÷/*=^])[-+−×÷/*=^0-9., {CODE}{MATH}]+\)")  # brackets of arithmetic
_LAST_ASK = re.compile(rf"\?(?<=[\w{CODE}{MATH}%\])].)(?=\s*\Z)", re.ASCII)
_FULL = "，。、；：？！"


@cache
def _marks(script: str) -> re.Pattern[str]:
    """A half-width mark behind Chinese (a space may stand between), or between another word and Chinese.

    It begins with a class of characters, which `re` looks for much faster than for what stands behind.
    """
    colon, stop = r"(?:(?<!:)|(?!:|//))", r"(?:(?<!\.)|(?![.A-Za-z0-9_]))"
    behind = rf"(?:(?<={script}.)|(?<=[{_CLOSING}].)|(?<={script} .)){stop}"
    between = rf"(?<=[A-Za-z0-9_{CODE}{MATH}%\])][,;:?])(?= *{script})"
    return re.compile(rf"[,.;:?!]{colon}(?:{behind}|{between})(?: +(?=\S))?")


@cache
def _rows_of_dots(script: str) -> re.Pattern[str]:
    dots = r"\.{3,}|(?<!…)…(?!…)"
    return re.compile(
        rf"(?:(?<={script})|(?<=[{_FULL}{_CLOSING}]))(?:{dots})|(?:{dots})(?={script}|[{_FULL}])|。{{3,}}"
    )


def _half_width(plain: Plain, script: str) -> Iterator[tuple[int, int]]:
    """(start, end) of half-width marks with the spaces around."""
    for pattern in (_marks(script), _LAST_ASK):
        for found in plain.find(pattern):
            if pattern is not _LAST_ASK or re.search(script, plain.text):
                yield found.start() - (plain.text[found.start() - 1] == " "), found.end()


def _brackets(plain: Plain, script: str) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """(start, end, how long both marks are) of brackets that hold Chinese or follow it, with the spaces around."""
    text = plain.text
    for found in plain.find(_BRACKETS) if "(" in text else ():
        start, end = found.span()
        inner = found[0].strip(" ")
        if (_LABEL.fullmatch(inner) and found[0].startswith(" ")) or _SUM.fullmatch(inner):
            continue
        before = text[max(start - 1, 0) : start]
        if re.search(script, inner) or re.match(rf"{script}|[{_CLOSING}]", before):
            lead = len(found[0]) - len(found[0].lstrip(" "))
            yield start, end, (lead + 1, len(found[0]) - len(inner) - lead + 1)


def _is_chinese(plain: Plain, found: re.Match[str], script: str) -> bool:
    """Whether a quotation is Chinese or stands right beside Chinese."""
    around = plain.text[max(found.start() - 1, 0) : found.end() + 1]
    return re.search(script, around) is not None
