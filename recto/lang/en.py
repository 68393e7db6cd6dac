"""English."""

from __future__ import annotations

from recto.lang import LICENCES, LOCATORS, Language, any_of

# «not always» claims no more than «often».
_BOUND = r"(?<!not )(?<!n't )(?<!nearly )(?<!almost )"

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
        r"\b(?:a lot|lots of|various)\b|(?<!how )(?<!as )(?<!so )(?<!too )\b(?:many|much)\b(?! as)",
        r"\b(?:usually|often|generally|sometimes)\b",
        r"\b(?:significantly|greatly|considerably)\b",
    ),
    open_end=any_of(r"\b(?:etc\.?|and so on|and so forth|and others)(?=\W|$)", r"\.\.\.$", r"…$"),
    absolute=any_of(
        rf"{_BOUND}\b(?:always|never|only ever|impossible)\b",
        rf"\bwithout exception\b|{_BOUND}\b(?:completely|absolutely)\b",
    ),
    cause=any_of(
        r"\b(?:because|since|so|therefore|thus|hence|otherwise)\b",
        r"\b(?:causes?|leads? to|results? in|prevents?|avoids?|lets?|allows?|makes?|means|forces?)\b",
        r"\b(?:due to|owing to|in order to|as a result|consequently|no longer|cannot)\b",
        r"\bto (?:avoid|keep|reduce|prevent|save|make|let|fit|hide|stop|ensure|allow|spare)\b",
        "[→⇒]",
    ),
    ages=any_of(
        r"\b(?:newest|currently|nowadays|today|recently|at present|this year|in recent (?:years|months))\b",
        r"\blatest\b(?! (?:token|position|step|state|block|message|value|entry|input|row)s?\b)",
        r"\brecent (?:models?|LLMs?|papers?|studies|work|releases?)\b",
        r"\b(?:state[- ]of[- ]the[- ]art|SOTA|mainstream)\b",
    ),
    rumour=any_of(
        r"\b(?:rumou?red|reportedly|allegedly)\b|\bis said to\b|\bunconfirmed (?:reports?|claims?|sources?)\b",
        r"\b(?:according to|from) (?:a |the )?leak|\bleaked (?:memo|slides?|documents?|reports?|sources?|figures?)\b",
    ),
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
    locator=any_of(*LOCATORS),
    licence=any_of(*LICENCES, r"own (?:drawing|picture|photo)|courtesy of"),
    condition=any_of(r"\b(?:if|when|whenever|where|unless|until|once|as long as|provided)\b"),
    dated=any_of(r"\b(?:in|of|by|since|until|from|during) (?:\w+ )?(?:19|20)\d\d\b"),
)
