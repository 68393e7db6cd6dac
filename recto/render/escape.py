r"""Text that must reach the learner as text, although Anki acts on it.

Measured with Anki 26.09.3: inside fields Anki executes `[sound:…]`, `[anki:…]`, `[latex]`, `[$]`, `[[type:…]]`, and in
a cloze field `{{cN::`, `::` and `}}`; MathJax reads `\(` and `\[` in any text outside of code. Entities keep Anki from
acting and are shown as the characters they stand for; MathJax reads decoded text, so its delimiters need an element.
"""

from __future__ import annotations

import html
import re

_LIVE_BRACKET = re.compile(r"\[(?=/?(?:sound:|anki:|latex\]|\$\$?\])|\[type:)", re.IGNORECASE)
_MATH_OPENER = re.compile(r"\\(?=[(\[])(.)")


def escape_text(text: str, *, cloze: bool) -> str:
    """Prose. `cloze`: it stands in a field that Anki searches for holes."""
    return _MATH_OPENER.sub(r"\\<span>\1</span>", escape_code(text, cloze=cloze))


def escape_code(text: str, *, cloze: bool) -> str:
    """Text inside `<code>`, which MathJax skips."""
    escaped = _LIVE_BRACKET.sub("&#91;", html.escape(text, quote=False))
    return escape_cloze(escaped) if cloze else escaped


def escape_cloze(text: str) -> str:
    """Keep text from opening, closing or dividing a hole."""
    return text.replace("{{", "&#123;&#123;").replace("}}", "&#125;&#125;").replace("::", "&#58;&#58;")


def escape_tex(tex: str, *, cloze: bool) -> str:
    """TeX between delimiters: MathJax wants its `<` and `&` as entities, and TeX ignores a space between braces."""
    if cloze:
        # Braces one by one: `}}}` must not keep a pair.
        tex = re.sub(r"\{(?=\{)", "{ ", re.sub(r"\}(?=\})", "} ", tex)).replace("::", ":&#58;")
        return re.sub(r"&(?!#58;)", "&amp;", tex).replace("<", "&lt;").replace(">", "&gt;")
    return html.escape(tex, quote=False)
