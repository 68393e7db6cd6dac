"""NEWS.md: what a release brings, in the learner's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from recto.diff import Changes, Edit, plain_text
from recto.snapshot import NoteState

_SHOWN = 12
"""So many new questions of a topic are named; a topic with more is counted."""

WORDS = {
    "zh": {
        "title": "更新记录",
        "from heading": "问题",
        "from body": "答案",
        "from options": "选项",
        "from options:marked": "答案",
        "from step": "问题",
        "from step-body": "答案",
        "from parts": "图",
        "from parts:labels": "答案",
        "from parts:below": "说明",
        "from topic": "主题",
        "from tag": "标签",
        "from option:as-of": "时间",
        "from option:reverse": "反向",
        "from option:retired": "撤回",
        "tags": "标签",
        "added": "新增 {} 张",
        "edited": "改正 {} 张",
        "removed": "撤下 {} 张",
        "restyled": "样式更新",
        "join": "，",
        "colon": "：",
        "and": "、",
        "stop": "。",
        "new": "新增",
        "fixed": "改正",
        "retired": "撤回",
        "fields": "（{}）",
        "more": "新增 {} 张卡片",
        "moved": "换了子牌组：{}。已有的卡片留在原处，新导入的进入新的子牌组。",
        "gone": "撤下的卡片",
        "gone_help": "导入不会删除旧卡。在 Anki 浏览器中粘贴下面的搜索，会找到且只找到它们，全选后即可删除：",
        "retired_help": "这些卡片会显示撤回的原因，历史保留。想停止复习，请搜索 `tag:{}`，全选后暂停。",
        "empty": "部分卡片不再有内容",
        "empty_help": "在 Anki 中运行「工具 → 空白卡片」即可清理。",
        "unreleased": "未发布",
        "migrate": "需要您做一件事",
        "migrate_help": "笔记类型有变化。导入时请在选项里勾选「合并笔记类型」，并把「更新笔记」设为「总是」；之后 Anki 会要求一次完整同步。",
        "none": "首次发布。",
    },
    "en": {
        "title": "News",
        "from heading": "question",
        "from body": "answer",
        "from options": "options",
        "from options:marked": "answer",
        "from step": "question",
        "from step-body": "answer",
        "from parts": "picture",
        "from parts:labels": "answer",
        "from parts:below": "remark",
        "from topic": "topic",
        "from tag": "tags",
        "from option:as-of": "date",
        "from option:reverse": "reverse",
        "from option:retired": "withdrawal",
        "tags": "tags",
        "added": "{} new",
        "edited": "{} corrected",
        "removed": "{} withdrawn",
        "restyled": "a new look",
        "join": ", ",
        "colon": ": ",
        "and": ", ",
        "stop": ".",
        "new": "New",
        "fixed": "Corrected",
        "retired": "Withdrawn",
        "fields": " ({})",
        "more": "{} new cards",
        "moved": "Moved to another subdeck: {}. Cards that you have stay where they are.",
        "gone": "Withdrawn cards",
        "gone_help": "An import never deletes cards. Paste this search into Anki's browser: it finds exactly them, to be deleted:",
        "retired_help": "These cards say why they were withdrawn and keep their history. To stop reviewing them, search `tag:{}` and suspend all.",
        "empty": "Cards without content",
        "empty_help": "Run Tools → Empty Cards in Anki to clean them up.",
        "unreleased": "unreleased",
        "migrate": "One thing for you to do",
        "migrate_help": "The note types have changed. In the import options tick «Merge note types» and set «Update notes» to «Always»; Anki then asks for one full sync.",
        "none": "The first release. ",
    },
}


def write_section(
    version: str,
    released: int,
    changes: Changes,
    language: str,
    *,
    is_first: bool,
    migrations: Sequence[str],
    field_label: Callable[[str], str],
    tag_prefix: str,
) -> str:
    """The section of one release. `field_label` gives the author's word for a field."""
    words = WORDS[language]
    lines = [f"## {version} ({format_date(released)})", "", _headline(changes, words, is_first=is_first), ""]
    if migrations:
        lines += [
            f"### {words['migrate']}",
            "",
            words["migrate_help"],
            "",
            *(f"- {change}" for change in migrations),
            "",
        ]
    for topic in _topics(changes):
        added = [note for note in changes.added if _topic(note) == topic]
        edits = [edit for edit in changes.edited if _topic(edit.new) == topic and not edit.new.retired]
        lines += [f"### {topic}", ""]
        lines += _added_lines(added, words, shown=0 if is_first else _SHOWN)
        lines += [
            f"- {words['fixed']}{_fields(edit, words, field_label)}{words['colon']}{question(edit.new)}"
            for edit in edits
        ]
        lines.append("")
    if changes.moved:
        decks = dict.fromkeys(f"{edit.old.deck} → {edit.new.deck}" for edit in changes.moved)
        lines += [words["moved"].format(words["join"].join(decks)), ""]
    if changes.retired:
        tag = f"{tag_prefix}::retired" if tag_prefix else "retired"
        lines += [f"### {words['retired']}", "", *(f"- {question(note)}" for note in changes.retired), ""]
        lines += [words["retired_help"].format(tag), ""]
    if changes.removed:
        lines += [f"### {words['gone']}", "", *(f"- {question(note)}" for note in changes.removed), ""]
        lines += [words["gone_help"], "", f"    {search_for(changes.removed)}", ""]
    if changes.emptied:
        lines += [f"### {words['empty']}", "", *(f"- {question(edit.new)}" for edit in changes.emptied), ""]
        lines += [words["empty_help"], ""]
    return "\n".join(lines).rstrip() + "\n"


def search_for(notes: Sequence[NoteState]) -> str:
    """An Anki search that finds exactly these notes (manual, "Searching": a field's whole content)."""
    return " OR ".join(f'"Id:{note.id}"' for note in notes)


def insert_section(text: str, section: str, language: str) -> str:
    """NEWS.md with a section in front of the older ones; a section of the same version is replaced."""
    title = f"# {WORDS[language]['title']}"
    head, *older = re.split(r"(?m)^(?=## )", text or f"{title}\n\n")
    version = section.split()[1]
    kept = [part for part in older if part.split()[1] != version]
    return head.rstrip() + "\n\n" + "\n\n".join(part.strip() for part in (section, *kept)) + "\n"


def headline_of(text: str, version: str) -> str:
    """The first line of a version's section, for the deck's description; '' if there is no such section."""
    found = re.search(rf"(?m)^## {re.escape(version)}(?!\S)[^\n]*\n+([^\n#]+)", text)
    return found[1].strip() if found else ""


def removed_ids(text: str) -> dict[str, str]:
    """The ids in the searches of NEWS.md, each with the version that removed it: what a lost lock knew of them."""
    found: dict[str, str] = {}
    for section in re.split(r"(?m)^(?=## )", text)[1:]:
        for line in section.splitlines():
            if line.startswith("    "):
                found |= dict.fromkeys(re.findall(r'"Id:([a-z0-9-]+)"', line), section.split()[1])
    return found


def format_date(seconds: int) -> str:
    """The day of a release (UTC)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def question(note: NoteState) -> str:
    """A question for Markdown: its formulas between dollars."""
    text = plain_text(note.question)
    return re.sub(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", lambda m: f"${m[1] or m[2]}$", text)


def _headline(changes: Changes, words: dict[str, str], *, is_first: bool) -> str:
    parts = [words["added"].format(len(changes.added))] * bool(changes.added)
    parts += [words["edited"].format(len(changes.edited))] * bool(changes.edited)
    gone = len(changes.removed) + len(changes.retired)
    parts += [words["removed"].format(gone)] * bool(gone)
    parts += [words["restyled"]] * bool(changes.restyled)
    first = words["none"] if is_first else ""
    return first + words["join"].join(parts) + (words["stop"] if parts else "")


def _topics(changes: Changes) -> list[str]:
    notes = [*changes.added, *(edit.new for edit in changes.edited if not edit.new.retired)]
    return list(dict.fromkeys(_topic(note) for note in notes))


def _topic(note: NoteState) -> str:
    subdeck = note.deck.rpartition("::")[2]
    return f"{subdeck} · {note.topic}" if note.topic and note.topic != subdeck else subdeck


def _added_lines(notes: Sequence[NoteState], words: dict[str, str], *, shown: int) -> list[str]:
    if len(notes) > shown:
        return [f"- {words['more'].format(len(notes))}"]
    return [f"- {words['new']}{words['colon']}{question(note)}" for note in notes]


def _fields(edit: Edit, words: dict[str, str], field_label: Callable[[str], str]) -> str:
    names = dict.fromkeys(field_label(name) for name in edit.fields)
    return words["fields"].format(words["and"].join(names)) if names else ""
