"""A deck of any size for measurements: seeded Chinese and English cards, the same for one seed everywhere.

    python bench/corpus.py 10000 /tmp/deck

Inline code in most cards, a fenced block in every 5th, a formula in every 4th, a table in every 10th, a picture in
every 50th, holes in every 8th, a long answer in every 16th; 25 cards a file, 10 files a folder. 10,000 cards are 400
files and 7 MB. `--wide` has 20 cards a file, a file a folder (and so a subdeck), and a picture in every 5th card.
"""

from __future__ import annotations

import argparse
import random
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DECK_TOML = """\
name = "Bench"
slug = "bench"
version = "1.0.0"
namespace = "bench"
deck-id = 1763780400077
tag-prefix = "b"
"""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 120"><title>{0}</title>'
    '<rect x="8" y="8" width="120" height="64" rx="8" fill="#cde" stroke="#246"/><text x="20" y="48">{0}</text></svg>\n'
)
# Words to choose from.
_NOUNS = "缓存|显存|带宽|批次|序列|注意力|梯度|量化|采样|调度|张量|流水线|吞吐|延迟|权重|激活|词表|编码|并行|通信"
_VERBS = "降低|提高|决定|限制|覆盖|拆分|合并|预取|复用|压缩|广播|归约|对齐|截断|掩盖"
_TERMS = "KV cache|prefill|decode|roofline|all-reduce|RoPE|softmax|LoRA|top-p|beam search|tensor core"
_CODE = "torch.matmul|num_heads|q @ k.T|head_dim|x.view(b, -1)|max_seq_len|cudaMemcpyAsync|bf16"


def write_corpus(root: Path, count: int, seed: int = 1, *, wide: bool = False) -> list[Path]:
    """Write a deck of `count` cards with this repository's templates; its topic files in the order of study."""
    shutil.copytree(ROOT / "templates", root / "templates")
    (root / "deck.toml").write_text(DECK_TOML, encoding="utf-8")
    dice = random.Random(seed)
    size, files, pictures = (20, 1, 5) if wide else (25, 10, 50)  # cards a file, files a folder, cards a picture
    paths: list[Path] = []
    for first in range(0, count, size):
        number = first // size
        path = root / f"cards/area{number // files:02}/topic{number:03}.md"
        (path.parent / "media").mkdir(parents=True, exist_ok=True)
        numbers = range(first, min(first + size, count))
        cards = [_card(dice, n, path.parent / "media", pictures) for n in numbers]
        path.write_text(f"# 主题 {number}：{_phrase(dice)}\n\n" + "\n".join(cards), encoding="utf-8")
        paths.append(path)
    return paths


def _pick(dice: random.Random, words: str) -> str:
    return dice.choice(words.split("|"))


def _phrase(dice: random.Random) -> str:
    return f"{_pick(dice, _NOUNS)}{_pick(dice, _VERBS)}{_pick(dice, _NOUNS)}"


def _sentence(dice: random.Random) -> str:
    code = f"由 `{_pick(dice, _CODE)}` 决定" if dice.random() < 0.7 else "随规模增长"
    return (
        f"{_phrase(dice)}，而 {_pick(dice, _TERMS)} 的**{_pick(dice, _NOUNS)}**{code}，约为 {dice.randint(2, 999)} 倍。"
    )


def _card(dice: random.Random, number: int, media: Path, pictures: int) -> str:
    question = f"{_pick(dice, _TERMS)} 为什么会{_phrase(dice)}（第 {number} 题）？"
    is_cloze = number % 8 == 3
    holes = f"=={_pick(dice, _NOUNS)}== 与 =={_pick(dice, _TERMS)}== 一起{_phrase(dice)}。\n\n" if is_cloze else ""
    parts = [f"## {question} {{#b-{number}{' .cloze' if is_cloze else ''}}}\n\n{holes}"]
    parts += [_sentence(dice) + "\n\n" for _ in range(dice.randint(1, 3))]
    parts.append("".join(f"- {_sentence(dice)}\n" for _ in range(dice.randint(0, 4))) + "\n")
    if number % 4 == 0:
        parts.append(f"$$\\frac{{\\partial L}}{{\\partial w_{{{number}}}}} = \\sum_i x_i (p_i - y_i)$$\n\n")
    if number % 5 == 0:
        parts.append(f"```python\n{_code(dice, number)}```\n\n")
    if number % 10 == 0:
        rows = "".join(f"| {_pick(dice, _TERMS)} | {dice.randint(1, 80)} | {_phrase(dice)} |\n" for _ in range(3))
        parts.append(f"| 名称 | GB/s | 说明 |\n|---|--:|---|\n{rows}\n")
    if number % pictures == 0:
        (media / f"figure-{number}.svg").write_text(SVG.format(f"b{number}"), encoding="utf-8")
        parts.append(f"![示意图 {number}](media/figure-{number}.svg)\n\n")
    if number % 16 == 0:
        parts.append("".join(f"{_sentence(dice)}{_sentence(dice)}\n\n" for _ in range(6)))
    if number % 3 == 0:
        parts.append(f"### 展开\n\n{_sentence(dice)}\n\n### 易错\n\n- {_sentence(dice)}\n\n")
    return "".join(parts)


def _code(dice: random.Random, number: int) -> str:
    lines = [f"def step_{number}(x, w):\n", f"    scale = {dice.randint(1, 64)} ** -0.5\n"]
    for k in range(dice.randint(2, 12)):
        left, right = _pick(dice, _TERMS).split()[0].replace("-", "_"), _pick(dice, _CODE)
        lines.append(f"    {left}_{k} = {right if '=' not in right else 'None'}  # {_phrase(dice)}\n")
    lines.append(f"    return [scale * a @ b + {dice.random():.3f} for a, b in zip(x, w)]\n")
    return "".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Write a seeded deck of many cards.")
    parser.add_argument("cards", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wide", action="store_true", help="many subdecks and pictures")
    args = parser.parse_args()
    write_corpus(args.folder, args.cards, args.seed, wide=args.wide)


if __name__ == "__main__":
    main()
