"""How the time for one file or formula grows with it: each sort twice as long must take less than three times as long.

Prints a line per sort: the times (CPU, best of three) for files of n, 2n and 4n characters, or formulas of as many
pieces, and the two ratios. It ends with 1 if the time of any grows by three or more in the last doubling. `--short`
measures the formulas only, for CI.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fuzz.targets import compile_text
from test_tex import NESTED

from recto.tex import check_tex

SORTS: dict[str, Callable[[int], str]] = {
    "prose": lambda n: "注意力（Attention）把每个 token 的表示按权重相加。\n" * (n // 32),
    "paragraphs": lambda n: "一段文字。\n\n" * (n // 7),
    "one line": lambda n: "a b " * (n // 4),
    "emphasis": lambda n: "**粗** *斜* " * (n // 10),
    "emphasis that never ends": lambda n: "**a *b " * (n // 7),
    "asterisks": lambda n: "*" * (n // 2) + "a" + "*" * (n // 2),
    "asterisks and letters": lambda n: "*a " * (n // 3),
    "underscores": lambda n: "_a" * (n // 2),
    "brackets": lambda n: "[" * (n // 2) + "1" + "]" * (n // 2),
    "brackets that never end": lambda n: "[" * n,
    "links that never end": lambda n: "[a](<b" * (n // 6),
    "pictures that never end": lambda n: "![a](" * (n // 5),
    "backticks": lambda n: "".join("`" * k + " " for k in range(int((2 * n) ** 0.5))),
    "dollars": lambda n: "$a " * (n // 3),
    "formulas": lambda n: "$x_1^2$ " * (n // 8),
    "one formula": lambda n: "$$\n" + "x_1 + " * (n // 6) + "y\n$$",
    "braces": lambda n: "$$\n" + "{" * (n // 2) + "}" * (n // 2) + "\n$$",
    "fractions": lambda n: "$$\n" + r"\frac{a}{b}" * (n // 11) + "\n$$",
    "holes": lambda n: "==a== " * (min(n, 2_900) // 6) + "b " * (n // 2),
    "holes that never end": lambda n: "{{c1::" * (n // 6),
    "marks of holes": lambda n: "==a " * (n // 4),
    "items": lambda n: "- a\n" * (n // 4),
    "nested items": lambda n: "".join("  " * min(k, 100) + "- a\n" for k in range(n // 100)),
    "quotations": lambda n: "> a\n" * (n // 4),
    "table rows": lambda n: "|a|b|\n|--|--|\n" + "|1|2|\n" * (n // 6),
    "code": lambda n: "```python\n" + "x = 1\n" * (n // 6) + "```",
    "tags": lambda n: "<b>a</b>" * (n // 8),
    "tags that never end": lambda n: "<b>" * (n // 3),
    "tags in each other": lambda n: "<b>" * (n // 7) + "</b>" * (n // 7),
    "angle brackets": lambda n: "<" * n,
    "comments": lambda n: "<!-- a -->" * (n // 10),
    "comments that never end": lambda n: "<!-- a " * (n // 7),
    "entities": lambda n: "&amp;" * (n // 5),
    "footnotes": lambda n: (
        "".join(f"[^{k}]" for k in range(n // 16)) + "\n\n" + "".join(f"[^{k}]: a\n" for k in range(n // 16))
    ),
    "references": lambda n: "".join(f"[{k}]: /a\n" for k in range(n // 9)),
    "wiki links": lambda n: "[[a]] " * (n // 6),
    "percent signs": lambda n: "%" * n,
    "escapes": lambda n: "\\(" * (n // 2),
    "escaped brackets": lambda n: "\\[ x " * (n // 5),
    "addresses": lambda n: "https://a.b/c " * (n // 14),
    "full stops": lambda n: "。" * n,
    "digits": lambda n: "1" * n,
    "spaces": lambda n: "a" + " " * n + "b",
    "cards": lambda n: "".join(f"\n## Q {k} {{#q{k}}}\n\nA\n" for k in range(n // 20)),
    "headings": lambda n: "### 追问 x\n\na\n\n" * (n // 12),
    "colons": lambda n: ":" * n,
    "quotes": lambda n: "“" * n,
    "CJK and Latin": lambda n: "字a" * (n // 2),
}
SIZE = 5_000
LIMIT = 3.0


def compile_card(text: str) -> None:
    """Compile a file with one card that has this text below its hole."""
    compile_text(f"# T\n\n## Q {{#q .cloze}}\n\n==a==\n\n{text}\n")


def measure(read: Callable[[str], object], text: str) -> float:
    """CPU seconds to read one text, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        read(text)
        best = min(best, time.process_time() - start)
    return best


def main() -> int:
    """Print the table; 1 if something is too steep."""
    too_steep = 0
    print(f"{'text':28} {'n':>8} {'2n':>8} {'4n':>8}   ratios      (CPU ms; n = {SIZE} characters or pieces)")
    files = [] if "--short" in sys.argv[1:] else [(name, compile_card, make) for name, make in SORTS.items()]
    formulas = [(f"formula: {piece}", check_tex, make) for piece, (make, _) in NESTED.items()]
    for name, read, make in files + formulas:
        times = [measure(read, make(SIZE * factor)) for factor in (1, 2, 4)]
        ratios = [after / before for before, after in pairwise(times)]
        steep = ratios[-1] >= LIMIT
        too_steep += steep
        shown = " ".join(f"{seconds * 1000:8.1f}" for seconds in times)
        print(f"{name:28} {shown}   {ratios[0]:.2f} {ratios[1]:.2f}{'  !' if steep else ''}", flush=True)
    return 1 if too_steep else 0


if __name__ == "__main__":
    sys.exit(main())
