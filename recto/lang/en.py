"""English."""

from __future__ import annotations

from recto.lang import Language, any_of

ENGLISH = Language(
    code="en",
    question_mark=any_of(r"\?"),
    second_ask=any_of(
        r"\b(?:and|or)\s+(?:why|how|what|when|where|which|who)\b", r"\band\s+(?:explain|describe|give|compare)\b"
    ),
    yes_no=any_of(
        r"^(?:is|are|was|were|does|do|did|can|could|should|would|will|has|have|had|may|must)\b(?!.*\bor\b).*\?\s*$"
    ),
    orphan=any_of(
        r"^(?:it|they|this|that|these|those|he|she)\b",
        r"\bthe above\b",
        r"\babove-mentioned\b",
        r"\bas (?:shown|mentioned) (?:above|below)\b",
        r"\bthe (?:following|previous) (?:figure|section|text)\b",
    ),
    vague=any_of(
        r"\b(?:a lot|lots of|many|much|some|various)\b",
        r"\b(?:usually|often|generally|sometimes)\b",
        r"\b(?:significantly|greatly|considerably)\b",
    ),
    open_end=any_of(r"\b(?:etc\.?|and so on|and so forth|and others)(?=\W|$)", r"\.\.\.$", r"…$"),
    absolute=any_of(
        r"\b(?:always|never|only ever|impossible)\b", r"\bwithout exception\b", r"\b(?:completely|absolutely)\b"
    ),
    cause=any_of(
        r"\b(?:because|since|so|therefore|thus|hence|otherwise)\b",
        r"\b(?:causes?|leads? to|results? in|prevents?|avoids?|lets?|allows?|makes?|means|forces?)\b",
        r"\b(?:due to|owing to|in order to|to)\b",
        "[→⇒]",
    ),
    ages=any_of(
        r"\b(?:latest|newest|currently|nowadays|today|recent(?:ly)?|at present|this year)\b",
        r"\b(?:state[- ]of[- ]the[- ]art|SOTA|mainstream)\b",
    ),
    rumour=any_of(r"\b(?:rumou?red|reportedly|allegedly|leaked|unconfirmed)\b", r"\bis said to\b"),
    stop_words=frozenset(
        [
            "a",
            "an",
            "the",
            "of",
            "in",
            "on",
            "at",
            "to",
            "for",
            "by",
            "with",
            "from",
            "and",
            "or",
            "is",
            "are",
            "was",
            "were",
            "be",
            "been",
            "it",
            "its",
            "this",
            "that",
            "what",
            "which",
            "who",
            "why",
            "how",
            "when",
            "where",
            "does",
            "do",
            "did",
        ]
    ),
    locator=any_of(
        r"§|\b(?:Table|Fig(?:ure|\.)?|Eq(?:uation|\.|s\.)?|Algorithm|Appendix|Section|Sec\.|Theorem|Lemma|Listing|Chapter)\s?\(?[A-Z\d]",
        r"\b(?:abstract|README|commit|line|lines|p\.|pp\.)\b",
        r"\bpage \d",
    ),
    licence=any_of(r"\bCC[ -]?(?:BY|0)\b|public domain|licen[cs]e", r"own (?:drawing|picture|photo)|courtesy of"),
)
