"""Rules about formulas: every symbol has its meaning on the card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recto.checks.reading import Part, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_TEXT = re.compile(r"\\(?:text|mathrm|operatorname\*?|mathsf|texttt|textbf|mbox)\s*\{[^{}]*\}")
_BOUND = re.compile(
    r"\\(?:sum|prod|int|max|min|arg\s*max|arg\s*min|bigcup|lim)(?:\\limits)?\s*_\s*(?:\{([^{}]*)\}|(\w))"
)
_POWER = re.compile(r"(?<![A-Za-z\\])(?:e|\d)\s*\^\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SCRIPT = re.compile(r"[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|.)")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\{[lcr|]*\})?|\\(?:left|right|big|Big|bigg|Bigg)[lr]?\b")
# What makes a statement of a formula in a line: it uses its symbols, and tells nobody what they are.
_RELATION = re.compile(
    r"[=<>+*/-]|\\(?:cdot|times|leq?|geq?|lt|gt|approx|sim|propto|to|frac|sqrt|sum|prod|log|exp|neq?|ll|gg)(?![A-Za-z])"
)
_WORD_SCRIPT = re.compile(
    r"(?<![A-Za-z\\])(\\[A-Za-z]+|[A-Za-z])_\s*(?:\{\s*)?(?:\\(?:mathrm|text|mathsf|operatorname)\s*)?\{?([A-Za-z]{2,})\}"
)
_CALLIGRAPHIC = re.compile(r"\\mathcal\s*\{?\s*([A-Z])\}?")
_SYMBOL = re.compile(
    r"\\(?:mathbf|boldsymbol|mathbb|hat|bar|tilde|vec)\s*\{?\s*(\\?[A-Za-z]+)\}?|\\([A-Za-z]+)|([A-Za-z])"
)
_GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota"),
        *("kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "ell"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Phi", "Psi", "Omega"),
    )
)


@style_rule(strict=ERROR, standard=None)
def symbol_without_legend(
    reading: Reading, *, field: str = "Symbols", known: tuple[str, ...] = ("e", "i", "O", "E", r"\mathcal{L}")
) -> Iterator[Finding]:
    """A formula whose letters mean nothing is a picture. Every symbol of a displayed formula is explained on the card.

    Explained is what stands under Symbols or in the question, and what stands alone in a sentence: «$d_k$ is the size
    of a head». Letters that a sum or a maximum runs over need no word, nor what `known` lists.

    Bad:
        $$M = 2 L n d b$$

    Good:
        The same, and under `### Symbols`: $L$: layers, $n$: heads …
    """
    legend = _explained(reading, field)
    for part in reading.answers:
        for token in part.blocks("math_block"):
            missing = _unexplained(token.content, legend | set(known))
            if missing:
                shown = ", ".join(f"${s}$" for s in missing)
                yield Finding(
                    part.span_of(token),
                    f"nothing explains {shown}",
                    f"say under ### {reading.heading(field)} what each stands for",
                )


def _unexplained(tex: str, known: set[str]) -> list[str]:
    """The symbols of a formula that are neither known nor run over, each once, in order."""
    bound = {letter for match in _BOUND.finditer(tex) for letter in _letters(match[1] or match[2] or "")}
    missing = [symbol for symbol in _symbols(tex) if symbol not in known | bound]
    named = [name for name, base in _named(tex) if name not in known and base not in missing]
    return [*missing, *dict.fromkeys(named)]


def _explained(reading: Reading, field: str) -> set[str]:
    """The symbols that are explained anywhere on the card."""
    found: set[str] = set()
    for part in reading.parts:
        is_legend = part.role == "question" or part.name == field
        for inline in part.blocks("inline"):
            for child in inline.children or ():
                if child.type in ("math_inline", "math_inline_double") and (
                    is_legend or not _RELATION.search(child.content)
                ):
                    found |= set(_symbols(child.content, whole=True))
                    found |= {name for name, _ in _named(child.content)}
        if is_legend:
            found |= _words_of(part)
    return found


def _words_of(part: Part) -> set[str]:
    return set(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", part.text))


def _symbols(tex: str, *, whole: bool = False) -> list[str]:
    """The symbols of a formula by their base letter, each once, in order; with `whole` those of its scripts too."""
    plain = _ENVIRONMENT.sub(" ", _TEXT.sub(" ", tex))
    plain = _POWER.sub(r" \1 ", plain)  # what an exponential is of is no index
    return list(dict.fromkeys(_letters(plain if whole else _SCRIPT.sub(" ", plain))))


def _named(tex: str) -> list[tuple[str, str]]:
    r"""(symbol, its base letter) of symbols that a word is set to: `d_{\mathrm{model}}` is another than `d_{ff}`."""
    found = ((match[1], match[2]) for match in _WORD_SCRIPT.finditer(_CALLIGRAPHIC.sub(" ", tex)))
    return [(f"{base}_{{{word}}}", base) for base, word in found if len(base) == 1 or base[1:] in _GREEK]


def _letters(tex: str) -> Iterator[str]:
    plain = _TEXT.sub(" ", tex)
    yield from (rf"\mathcal{{{letter}}}" for letter in _CALLIGRAPHIC.findall(plain))
    for match in _SYMBOL.finditer(_CALLIGRAPHIC.sub(" ", plain)):
        inner, command, letter = match.groups()
        name = (inner or command or "").removeprefix("\\")
        if letter:
            yield letter
        elif inner and len(name) == 1:
            yield name
        elif name in _GREEK:
            yield f"\\{name}"
