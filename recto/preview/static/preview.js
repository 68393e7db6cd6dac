// The preview's page. Data comes from the server that `recto preview` runs, or, in an export, from scripts in data/.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const exported = window.recto || null;
  const SIZES = { phone: [360, 640], desktop: [1280, 800] };
  // The classes that the clients put around a card: AnkiDroid's study screen, Anki desktop.
  const CLIENTS = {
    phone: { html: "android mobile chrome", body: "mathjax-rendered", caption: "phone 360 × 640" },
    desktop: { html: "linux chrome", body: "isLin", caption: "desktop 1280 × 800" },
  };
  const NIGHT = "nightMode night_mode";
  // What both clients give a card before its own style sheet comes.
  const BASE = `:root{color-scheme:light}:root.night-mode{color-scheme:dark}
body{margin:20px;font-size:15px;overflow-wrap:break-word;background:#f5f5f5;color:#020202}
body.nightMode{background-color:#2c2c2c;color:#fcfcfc}img{max-width:100%;max-height:95vh}
pre{text-align:left}#typeans{box-sizing:border-box;width:100%;line-height:1.75}
.replay-button{display:inline-flex;margin:3px;text-decoration:none}.replay-button svg{width:40px;height:40px}
.replay-button svg circle{fill:#fff;stroke:#414141}.replay-button svg path{fill:#414141}`;
  const MODES = ["both", "day", "night"];
  const MODE_NAMES = { both: "Day + night", day: "Day", night: "Night" };

  const state = { index: null, order: [], key: "", card: null, side: "question", mode: "both", query: "" };
  const frames = [];

  // ---- data

  async function loadIndex() {
    if (exported) return exported.index;
    return (await fetch("data/index.json")).json();
  }

  function loadScript(src) {
    return new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = src;
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    });
  }

  async function loadCard(key) {
    if (!exported) {
      return (await fetch(`data/card.json?key=${encodeURIComponent(key)}`)).json();
    }
    const name = state.order.find((entry) => entry.key === key)?.topic.data;
    if (!name) return null;
    if (!exported.topics[name]) await loadScript(`data/${name}.js`);
    const card = exported.topics[name].cards.find((one) => one.key === key);
    return { ...card, css: exported.index.styles[card.kind] };
  }

  // ---- frames: one document per client and theme, kept; as in Anki only the content of #qa changes

  function makeFrames() {
    for (const client of Object.keys(CLIENTS)) {
      for (const theme of ["day", "night"]) {
        const figure = document.createElement("figure");
        figure.className = `${client} ${theme}`;
        const caption = document.createElement("figcaption");
        caption.textContent = `${CLIENTS[client].caption}, ${theme}`;
        const screen = document.createElement("div");
        screen.className = "screen";
        const frame = document.createElement("iframe");
        frame.title = `The card on ${client}, ${theme}`;
        // No scripts run in a card; our own reach in, to typeset its formulas.
        frame.setAttribute("sandbox", "allow-same-origin allow-popups");
        const night = theme === "night";
        const entry = { figure, screen, frame, client, theme, math: null, shown: "" };
        entry.ready = new Promise((done) => frame.addEventListener("load", done, { once: true }));
        frame.srcdoc = `<!doctype html><html class="${CLIENTS[client].html}${night ? " night-mode" : ""}"><head>
<meta charset="utf-8"><base href="media/" target="_blank"><title>Card</title><style>${BASE}</style></head>
<body class="card card1 ${CLIENTS[client].body}${night ? ` ${NIGHT}` : ""}"><div id="qa" dir="auto"></div></body></html>`;
        screen.append(frame);
        figure.append(caption, screen);
        $("frames").append(figure);
        entry.ready.then(() => {
          const inside = frame.contentDocument;
          inside.addEventListener("keydown", onKey);
          inside.addEventListener("click", onCardClick);
        });
        frames.push(entry);
      }
    }
  }

  function visible(entry) {
    return !entry.figure.hidden && entry.figure.offsetParent !== null;
  }

  function fitFrames() {
    const narrow = matchMedia("(max-width: 640px)").matches;
    const room = $("frames").clientWidth;
    for (const entry of frames) {
      entry.figure.hidden = state.mode !== "both" && entry.theme !== state.mode;
      const [width, height] = SIZES[entry.client];
      const beside = entry.client === "desktop" && room > 900 ? room - SIZES.phone[0] - 20 : room;
      const scale = Math.min(1, (beside - 2) / width);
      const phone = narrow && entry.client === "phone";
      // A phone shows the card as wide as it is itself.
      entry.frame.width = phone ? room - 2 : width;
      entry.frame.height = height;
      entry.frame.style.transform = phone || scale === 1 ? "" : `scale(${scale})`;
      entry.screen.style.width = `${phone ? room : width * scale + 2}px`;
      entry.screen.style.height = `${phone ? height + 2 : height * scale + 2}px`;
    }
    // Phone and desktop of one theme stand in one row.
    for (const entry of [...frames].sort((a, b) => (a.theme > b.theme) - (a.theme < b.theme)))
      entry.figure.style.order = entry.theme === "day" ? 0 : 1;
  }

  // ---- formulas: one MathJax for the page, one of its documents per frame

  let mathReady = null;
  function loadMath() {
    if (mathReady) return mathReady;
    // As Anki sets it up (its mathjax.js), without the menu, which would belong to the wrong document.
    window.MathJax = {
      tex: { displayMath: [["\\[", "\\]"]], processEscapes: false, processEnvironments: false, processRefs: false,
        packages: { "[+]": ["noerrors", "mathtools"], "[-]": ["textmacros"] } },
      // All glyphs at once: the font remembers which ones it gave a rule, but not in which frame.
      chtml: { adaptiveCSS: false },
      options: { enableMenu: false, renderActions: { addMenu: [] } },
      startup: { typeset: false },
    };
    mathReady = loadScript("mathjax/tex-chtml-full.js").then(() => window.MathJax.startup.promise);
    return mathReady;
  }

  function mathOf(entry) {
    if (entry.math) return entry.math;
    const { MathJax } = window;
    const adaptor = new MathJax._.adaptors.HTMLAdaptor.HTMLAdaptor(entry.frame.contentWindow);
    const InputJax = new MathJax.startup.input[0].constructor(MathJax.config.tex);
    const OutputJax = new MathJax.startup.output.constructor(MathJax.config.chtml);
    const handler = MathJax.startup.handler, own = handler.adaptor;
    handler.adaptor = adaptor;
    entry.math = handler.create(entry.frame.contentDocument, { ...MathJax.config.options, InputJax, OutputJax });
    handler.adaptor = own;
    return entry.math;
  }

  async function typeset(entry) {
    const math = mathOf(entry);
    math.clear();
    math.options.elements = [entry.frame.contentDocument.getElementById("qa")];
    await window.MathJax._.mathjax.mathjax.handleRetriesFor(() => math.render());
  }

  // ---- showing

  let turn = 0;
  async function show({ keepPlace = false } = {}) {
    const mine = ++turn;
    const { card, side } = state;
    if (!card) {
      for (const entry of frames) entry.frame.contentDocument?.getElementById("qa")?.replaceChildren();
      return;
    }
    const html = `<style>${card.css}</style>${card[side]}`;
    if (state.index.math) await loadMath();
    for (const entry of frames) {
      await entry.ready;
      if (mine !== turn) return;
      if (!visible(entry)) continue;
      const mark = `${card.number} ${html}`;
      if (entry.shown === mark && keepPlace) continue;
      const inside = entry.frame.contentDocument, page = inside.scrollingElement, top = page.scrollTop;
      inside.body.className = inside.body.className.replace(/\bcard\d+\b/, `card${card.number}`);
      inside.getElementById("qa").innerHTML = html;
      entry.shown = mark;
      if (state.index.math) await typeset(entry);
      const answer = side === "answer" && inside.getElementById("answer");
      if (keepPlace) page.scrollTop = top;
      // As clients do; scrollIntoView would scroll our own page as well.
      else if (answer) page.scrollTop += answer.getBoundingClientRect().top - parseFloat(inside.defaultView.getComputedStyle(answer).scrollMarginTop);
      else page.scrollTop = 0;
    }
    document.documentElement.dataset.shown = `${card.key} ${side} ${mine}`;
  }

  function element(tag, text, css) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  function drawList() {
    const { index } = state;
    const counts = new Map();
    for (const fault of index.diagnostics) counts.set(fault.key, (counts.get(fault.key) || 0) + 1);
    state.order = [];
    const closed = new Set([...document.querySelectorAll("#areas details:not([open])")].map((d) => d.dataset.title));
    $("areas").lang = index.language;
    $("areas").replaceChildren(...index.areas.map((area) => {
      const details = element("details");
      details.dataset.title = area.title;
      details.open = !closed.has(area.title);
      details.append(element("summary", area.title || "—"));
      for (const topic of area.topics) {
        const list = element("ul"), heading = element("h2", topic.title || topic.path);
        for (const card of topic.cards) {
          const item = element("li"), link = element("a", card.label);
          link.href = `#${encodeURIComponent(card.key)}`;
          link.dataset.key = card.key;
          if (card.part) link.append(" ", element("small", card.part));
          const count = counts.get(card.key);
          if (count) link.append(" ", element("span", `${count} ${count > 1 ? "faults" : "fault"}`, "count"));
          item.append(link);
          list.append(item);
          state.order.push({ ...card, topic, item, list, heading, details });
        }
        details.append(heading, list);
      }
      return details;
    }));
    search();
    markCurrent();
  }

  function search() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const entry of state.order) {
      const where = `${entry.text} ${entry.id.toLowerCase()} ${entry.topic.title.toLowerCase()}`;
      entry.hit = words.every((word) => where.includes(word));
      entry.item.hidden = !entry.hit;
      found += entry.hit;
    }
    for (const parent of new Set(state.order.flatMap((entry) => [entry.list, entry.details])))
      parent.hidden = !parent.querySelector("li:not([hidden])");
    for (const entry of state.order) entry.heading.hidden = entry.list.hidden;
    $("found").textContent = words.length ? `${found} of ${state.order.length} cards` : `${state.order.length} cards`;
  }

  function markCurrent() {
    for (const { key, item } of state.order) {
      const link = item.firstChild;
      if (key === state.key) {
        link.setAttribute("aria-current", "true");
        if (!item.hidden) link.scrollIntoView({ block: "nearest" });
      } else link.removeAttribute("aria-current");
    }
  }

  function faultItem(fault) {
    const item = element("li");
    const what = [
      element("span", `${fault.path}:${fault.line}:${fault.column}`, "at"),
      element("strong", fault.severity, fault.severity), ": ", fault.message,
      ...(fault.help ? [element("span", fault.help, "help")] : []),
    ];
    if (exported) item.append(...what);
    else {
      const button = element("button");
      button.type = "button";
      button.append(...what);
      button.addEventListener("click", () => openPlace(fault));
      item.append(button);
    }
    return item;
  }

  function drawFaults() {
    const { index, key } = state;
    // The cards of one note are written in one place, so its faults are those of each of them.
    const place = (one) => state.order.find((entry) => entry.key === one)?.id || one;
    const mine = index.diagnostics.filter((fault) => fault.key && place(fault.key) === place(key));
    for (const [id, faults, title, heading] of [
      ["card-faults", mine, "This card", "of-card"],
      ["deck-faults", index.diagnostics, "Whole deck", "of-deck"],
    ]) {
      $(heading).textContent = `${title}: ${faults.length || "no"} ${faults.length === 1 ? "fault" : "faults"}`;
      $(id).replaceChildren(...faults.slice(0, 200).map(faultItem));
    }
    $("message").hidden = !index.message;
    $("message").textContent = index.message;
  }

  function drawBar() {
    const { card } = state;
    const entry = state.order.find((one) => one.key === state.key);
    $("label").textContent = entry ? `${entry.label}${entry.part ? ` · ${entry.part}` : ""}` : "No card is chosen";
    $("label").lang = state.index.language;
    $("flip").setAttribute("aria-pressed", String(state.side === "answer"));
    $("night").textContent = MODE_NAMES[state.mode];
    $("place").hidden = !card || Boolean(exported);
    if (card) $("place").textContent = `${card.path}:${card.line}`;
  }

  async function choose(key, { keepPlace = false } = {}) {
    const changed = key !== state.key;
    state.key = key;
    const card = key ? await loadCard(key) : null;
    if (state.key !== key) return;
    state.card = card;
    if (changed) state.side = "question";
    if (decodeURIComponent(location.hash.slice(1)) !== key) history.replaceState(null, "", `#${encodeURIComponent(key)}`);
    drawBar();
    drawFaults();
    markCurrent();
    await show({ keepPlace });
  }

  function step(by) {
    const hits = state.order.filter((entry) => entry.hit || entry.key === state.key);
    const at = hits.findIndex((entry) => entry.key === state.key);
    const to = hits[Math.min(Math.max(at + by, 0), hits.length - 1)];
    if (to && to.key !== state.key) choose(to.key);
  }

  function flip() {
    state.side = state.side === "question" ? "answer" : "question";
    drawBar();
    show();
  }

  function changeMode() {
    state.mode = MODES[(MODES.indexOf(state.mode) + 1) % MODES.length];
    fitFrames();
    drawBar();
    show({ keepPlace: true });
  }

  async function openPlace({ path, line, column }) {
    const answer = await fetch("open", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ path, line, column }),
    });
    const said = await answer.json();
    $("opened").textContent = said.error || `opened ${said.opened}`;
  }

  // ---- changes on disk

  async function refresh() {
    // First what the author looks at, then the list.
    const at = state.order.findIndex((entry) => entry.key === state.key);
    if (at >= 0) {
      const card = await loadCard(state.key);
      if (card && card.key === state.key) {
        state.card = card;
        await show({ keepPlace: true });
      }
    }
    const index = await loadIndex();
    const listed = JSON.stringify([index.areas, index.diagnostics]) !== JSON.stringify([state.index.areas, state.index.diagnostics]);
    state.index = index;
    $("title").textContent = `${index.title} ${index.version}`;
    if (listed) drawList();
    if (!state.order.some((entry) => entry.key === state.key)) {
      const near = state.order[Math.min(Math.max(at, 0), state.order.length - 1)];
      await choose(near ? near.key : "");
    }
    drawBar();
    drawFaults();
  }

  let refreshing = Promise.resolve();
  function listen() {
    const events = new EventSource("events");
    const again = () => { refreshing = refreshing.then(refresh).catch(() => {}); };
    let first = true;
    events.addEventListener("change", again);
    // After a break of the connection something may have been missed.
    events.addEventListener("hello", () => { if (!first) again(); first = false; document.documentElement.dataset.live = "yes"; });
  }

  // ---- keys and clicks

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("help").open) return;
    const target = event.target;
    const typing = target.closest?.("input, textarea, select");
    if (typing) {
      if (event.key === "Escape" && target.id === "search") $("stage").focus();
      if (event.key === "Enter" && target.id === "search") {
        const hit = state.order.find((entry) => entry.hit);
        if (hit) { choose(hit.key); $("stage").focus(); }
      }
      return;
    }
    const onControl = target.closest?.("button, summary, a");
    const does = {
      j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1),
      n: changeMode, "?": () => $("help").showModal(),
      "/": () => { setList(true); $("search").focus(); $("search").select(); },
      " ": onControl ? null : flip,
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  function onCardClick(event) {
    const sound = event.target.closest?.("[data-sound]"), hint = event.target.closest?.("a.hint");
    const link = event.target.closest?.("a[href^='#']");
    if (link) event.preventDefault();
    if (sound) new Audio(`media/${encodeURIComponent(sound.dataset.sound)}`).play();
    if (hint) {
      // Anki's own handler, which does not run here
      hint.style.display = "none";
      hint.nextElementSibling.style.display = "block";
    }
  }

  function setList(open) {
    $("list").classList.toggle("open", open);
    $("list-button").setAttribute("aria-expanded", String(open));
  }

  async function start() {
    makeFrames();
    state.index = await loadIndex();
    document.title = `${state.index.title} · preview`;
    $("title").textContent = `${state.index.title} ${state.index.version}`;
    if (!state.index.math) {
      $("math").hidden = false;
      $("math").textContent = "Formulas are shown as TeX. With Anki's MathJax they are typeset: pip install aqt, then start again.";
    }
    if (matchMedia("(max-width: 640px)").matches) state.mode = "day";
    drawList();
    fitFrames();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const known = state.order.some((entry) => entry.key === wanted);
    document.addEventListener("keydown", onKey);
    addEventListener("resize", () => { fitFrames(); show({ keepPlace: true }); });
    addEventListener("hashchange", () => {
      const key = decodeURIComponent(location.hash.slice(1));
      if (key === "stage") return;
      if (key !== state.key && state.order.some((entry) => entry.key === key)) choose(key);
    });
    $("areas").addEventListener("click", (event) => { if (event.target.closest("a")) setList(false); });
    $("search").addEventListener("input", (event) => { state.query = event.target.value; search(); });
    $("previous").addEventListener("click", () => step(-1));
    $("next").addEventListener("click", () => step(1));
    $("flip").addEventListener("click", flip);
    $("night").addEventListener("click", changeMode);
    $("place").addEventListener("click", () => state.card && openPlace(state.card));
    $("help-button").addEventListener("click", () => $("help").showModal());
    $("list-button").addEventListener("click", () => setList(!$("list").classList.contains("open")));
    if (!exported) listen();
    await choose(known ? wanted : state.order[0]?.key || "");
  }

  start();
})();
