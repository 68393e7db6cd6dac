"""The criteria of the review surface: what each means, and the planted bad card, style or name that it must find."""

from __future__ import annotations

ERROR, WARNING, NOTE = "error", "warning", "note"
"""Errors and warnings must not happen; notes are counted and printed."""

CRITERIA = {
    "M01": (ERROR, "no sideways scroll of the page"),
    "M02": (ERROR, "no client zooms the page out"),
    "M03": (ERROR, "wide things scroll in their own box"),
    "M04": (ERROR, "nothing is cut off"),
    "M05": (WARNING, "no box scrolls up and down, none needlessly"),
    "M06": (ERROR, "nothing is fixed or sticky"),
    "M07": (WARNING, "text 8 px off the edge, column 80 % of a phone"),
    "M08": (WARNING, "lines of 46 em (62 without Chinese) at most"),
    "M09": (WARNING, "line height without unit, 1.4 (Chinese 1.5) at least"),
    "M10": (ERROR, "running text of 16 px at least"),
    "M11": (ERROR, "small print of 12 px, code of 14 px at least"),
    "M12": (WARNING, "text begins at the start of the line"),
    "M13": (ERROR, "Chinese text names its language"),
    "M14": (ERROR, "glyphs come from a font of that language"),
    "M15": (ERROR, "code keeps its lines, left to right"),
    "M16": (ERROR, "contrast of 4.5 by day"),
    "M17": (ERROR, "contrast of 4.5 by night"),
    "M18": (ERROR, "contrast of 7 for running text"),
    "M19": (ERROR, "the ground follows day and night, not the system"),
    "M20": (WARNING, "links are not told by colour alone"),
    "M21": (ERROR, "clear images are readable"),
    "M21g": (NOTE, "opaque images do not glare at night"),
    "M22": (WARNING, "holes are not told by colour alone"),
    "M23": (ERROR, "what is tapped has 44 px, links 20 px"),
    "M24": (ERROR, "what is tapped is known to AnkiMobile"),
    "M25": (WARNING, "nothing depends on hovering"),
    "M26": (WARNING, "the back repeats the question"),
    "M27": (WARNING, "the question stays where it is"),
    "M28": (ERROR, "one id=answer, on the back"),
    "M29": (ERROR, "no id twice"),
    "M30": (ERROR, "no blank side, no error of Anki"),
    "M31": (ERROR, "nothing is asked of the network"),
    "M32": (ERROR, "no image is missing"),
    "M33": (ERROR, "no error in the console"),
    "M34": (ERROR, "complete without JavaScript"),
    "M35": (ERROR, "images fit, neither bent nor enlarged"),
    "M36": (ERROR, "images are described"),
    "M37": (WARNING, "nothing shifts while images load"),
    "M38": (ERROR, "names and sizes of media suit every client"),
    "M39": (ERROR, "every formula is typeset"),
    "M40": (ERROR, "no raw marks"),
    "M41": (ERROR, "balanced HTML"),
    "M42": (ERROR, "CSS of Chrome 85 and iOS 14.5"),
    "M43": (WARNING, "styles stay within the card"),
    "M44": (WARNING, "night by class, no colours in fields"),
    "M45": (WARNING, "200 KB and 3000 elements at most"),
    "M46": (WARNING, "motion honours prefers-reduced-motion"),
    "M47": (NOTE, "scroll boxes have a tabindex (new engines need none)"),
    "M48": (NOTE, "tables have header cells"),
}

CARDS = {
    "M01": '<div style="width:2000px">wide</div>',
    "M02": '<div style="width:2000px">wide</div>',
    "M03": "<pre style='overflow:visible;width:1500px'>x</pre>",
    "M04": '<p style="overflow:hidden;white-space:nowrap;width:40px">a long sentence</p>',
    "M05": '<div style="overflow:auto;height:30px">a<br>b<br>c<br>d</div>',
    "M06": '<p style="position:sticky;top:0">x</p>',
    "M07": '<p style="margin:0 -30px">text at the edge</p>',
    "M08": f'<p style="font-size:4px">{"很长的一行" * 60}</p>',
    "M09": '<p style="line-height:20px">x</p>',
    "M10": '<div class="question" style="font-size:15px">x</div>',
    "M11": '<p style="font-size:9px">x</p>',
    "M12": f'<p style="text-align:center">{"words " * 60}</p>',
    "M13": '<p lang="en">中文</p>',
    "M15": '<pre style="white-space:normal">x</pre>',
    "M16": '<p style="color:#bbb;background:#fff">x</p>',
    "M17": '<p style="color:#333;background:#222">x</p>',
    "M18": '<div class="body"><p style="color:#666;background:#fff">x</p></div>',
    "M19": "<style>.card.nightMode{background:#fff}</style>x",
    "M20": '<a href="https://example.org" style="text-decoration:none">x</a>',
    "M21": '<img alt="a" width="20" height="20" src="_pale.svg">',
    "M21g": '<img alt="a" width="200" height="200" src="_white.svg">',
    "M22": '<b>x <span class="cloze">y</span></b>',
    "M23": "<details><summary style='min-height:0;padding:0'>x</summary></details>",
    "M24": "<details><summary>x</summary></details>",
    "M28": '<p id="answer">x</p>',
    "M29": "<i id=a></i><i id=a>x</i>",
    "M30": " ",
    "M31": '<img src="https://example.org/x.png">',
    "M32": '<img src="none.png">',
    "M33": '<img src="gone.png">',
    "M34": '<p onclick="x()">x</p>',
    "M35": '<img alt="a" width="200" height="50" style="height:50px" src="_white.svg">',
    "M36": '<img alt="_white.svg" src="_white.svg">',
    "M37": '<img alt="a" src="_white.svg">',
    "M39": r"\(\frac{1}\)",
    "M40": "<p>**raw**</p>",
    "M41": "<p><b>x</p></b>",
    "M44": '<font color="red">x</font>',
    "M45": "<i></i>" * 3001,
    "M47": f'<pre style="overflow-x:auto">{"x" * 200}</pre>',
    "M48": "<table><tr><td>x</td></tr></table>",
}
"""A side for each criterion that looks at sides, alone and at 360 px. M26 and M27 need a pair: `PAIRS`."""

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}"><path d="{1}" fill="{2}"/></svg>'
IMAGES = {
    "_pale.svg": _SVG.format(20, "M2 2h16v4h-16z", "#999"),
    "_white.svg": _SVG.format(200, "M0 0h200v200h-200z", "#fff"),
}

QUESTION = '<div class="question">q</div><div class="meta">m</div>'
PAIRS = {
    "M26": (QUESTION, '<div class="question">q</div>'),
    "M27": (QUESTION, '<br><br><div class="question">q</div><div class="meta">m</div>'),
}

STYLES = {
    "M25": ".x a:hover { color: red; }",
    "M31": ".x { background: url(https://example.org/x.png); }",
    "M42": ".x p { inset: 0; }",
    "M43": "body { margin: 2rem; }",
    "M44": ".card { color: red; }",
    "M46": ".x { transition: color 1s; }",
}

MEDIA = {"M38": {"a/b?.png": 1, "A.png": 2_000_000, "a.png": 1, "_theme.css": 1}}
"""Packaged name → size in bytes."""
