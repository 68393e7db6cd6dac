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
body{margin:20px;font:15px sans-serif;overflow-wrap:break-word;background:#f5f5f5;color:#020202}
body.nightMode{background-color:#2c2c2c;color:#fcfcfc}img{max-width:100%;max-height:95vh}
pre{text-align:left}#typeans{box-sizing:border-box;width:100%;line-height:1.75}
.replay-button{display:inline-flex;margin:3px;text-decoration:none}.replay-button svg{width:40px;height:40px}
.replay-button svg circle{fill:#fff;stroke:#414141}.replay-button svg path{fill:#414141}`;
  const MOST_FAULTS = 200;
  const MODES = ["both", "day", "night"];
  const MODE_NAMES = { both: "Day + night", day: "Day", night: "Night" };

  const state = { index: null, order: [], byKey: new Map(), key: "", card: null, side: "question", mode: "both", query: "" };
  const frames = [];
  const narrow = matchMedia("(max-width: 640px)");

  // ---- data

  async function loadIndex() {
    if (exported) return exported.index;
    const before = state.index;
    const index = await (await fetch(`data/index.json?have=${before?.revision || ""}`)).json();
    // Of a topic that is as before the server sends only the path.
    const known = new Map((before?.areas || []).flatMap((area) => area.topics.map((topic) => [topic.path, topic])));
    for (const area of index.areas) area.topics = area.topics.map((topic) => topic.same ? known.get(topic.path) : topic);
    return index;
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
    const name = state.byKey.get(key)?.topic.data;
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
        frame.srcdoc = `<!doctype html><html lang="${state.index.language}" class="${CLIENTS[client].html}${night ? " night-mode" : ""}"><head>
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
    const room = $("frames").clientWidth;
    for (const entry of frames) {
      entry.figure.hidden = state.mode !== "both" && entry.theme !== state.mode;
      const [width, height] = SIZES[entry.client];
      const beside = entry.client === "desktop" && room > 900 ? room - SIZES.phone[0] - 20 : room;
      const scale = Math.min(1, (beside - 2) / width);
      const phone = narrow.matches && entry.client === "phone";
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

  // ---- the list: what did not change keeps its elements, so that a save costs one topic and not ten thousand cards

  const topicsDrawn = new Map(), areasDrawn = new Map();

  function drawTopic(topic, counts) {
    const faulty = topic.cards.map((card) => counts.get(card.key) || 0).join();
    const before = topicsDrawn.get(topic.path);
    if (before?.topic === topic && before.faulty === faulty) return before;
    const list = element("ul"), heading = element("h2", topic.title || topic.path);
    const about = `${topic.title} ${topic.path}`.toLowerCase();
    const entries = topic.cards.map((card) => {
      const item = element("li"), link = element("a", card.label || card.key);
      link.href = `#${encodeURIComponent(card.key)}`;
      if (card.part) link.append(" ", element("small", card.part));
      const count = counts.get(card.key);
      if (count) link.append(" ", element("span", `${count} ${count > 1 ? "faults" : "fault"}`, "count"));
      item.append(link);
      return { ...card, topic, item, link, hit: true, where: `${card.text} ${card.id.toLowerCase()} ${about}` };
    });
    list.append(...entries.map((entry) => entry.item));
    list.style.containIntrinsicHeight = `auto ${entries.length * 66}px`; // a guess (two lines each) until it is in sight
    return { topic, faulty, list, heading, entries };
  }

  // A node that stays where it is keeps the focus and costs no layout.
  function replaceNodes(parent, nodes) {
    if (parent.childNodes.length === nodes.length && nodes.every((node, n) => node === parent.childNodes[n])) return;
    parent.replaceChildren(...nodes);
  }

  function drawArea(area, counts) {
    let drawn = areasDrawn.get(area.title);
    if (!drawn) {
      drawn = { details: element("details"), summary: element("summary", area.title || "—") };
      drawn.details.open = true;
    }
    drawn.topics = area.topics.map((topic) => drawTopic(topic, counts));
    replaceNodes(drawn.details, [drawn.summary, ...drawn.topics.flatMap((topic) => [topic.heading, topic.list])]);
    return drawn;
  }

  function drawList() {
    const { index } = state;
    const focused = document.activeElement?.closest?.("#areas a")?.hash;
    const counts = new Map();
    for (const fault of index.diagnostics) counts.set(fault.key, (counts.get(fault.key) || 0) + 1);
    const areas = index.areas.map((area) => [area.title, drawArea(area, counts)]);
    const topics = areas.flatMap(([, area]) => area.topics);
    topicsDrawn.clear();
    for (const topic of topics) topicsDrawn.set(topic.topic.path, topic);
    areasDrawn.clear();
    for (const [title, area] of areas) areasDrawn.set(title, area);
    $("areas").lang = index.language;
    replaceNodes($("areas"), areas.map(([, area]) => area.details));
    state.order = topics.flatMap((topic) => topic.entries);
    state.byKey = new Map(state.order.map((entry) => [entry.key, entry]));
    search();
    markCurrent();
    if (focused && document.activeElement === document.body) state.byKey.get(decodeURIComponent(focused.slice(1)))?.link.focus();
  }

  function search() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    const hide = (node, hidden) => { if (node.hidden !== hidden) node.hidden = hidden; };
    for (const { details, topics } of areasDrawn.values()) {
      for (const { entries, list, heading } of topics) {
        for (const entry of entries) {
          entry.hit = words.every((word) => entry.where.includes(word));
          hide(entry.item, !entry.hit);
          found += entry.hit;
        }
        const none = !entries.some((entry) => entry.hit);
        hide(list, none);
        hide(heading, none);
      }
      hide(details, !topics.some((topic) => !topic.list.hidden));
    }
    $("found").textContent = words.length ? `${found} of ${state.order.length} cards` : `${state.order.length} cards`;
  }

  let marked = null;
  function markCurrent() {
    const entry = state.byKey.get(state.key), link = entry?.link || null;
    if (link === marked) return;
    marked?.removeAttribute("aria-current");
    marked = link;
    link?.setAttribute("aria-current", "true");
    if (link && !entry.item.hidden) link.scrollIntoView({ block: "nearest" });
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

  let faultsDrawn = "";
  function drawFaults() {
    const { index, key } = state;
    // The cards of one note are written in one place, so its faults are those of each of them.
    const place = (one) => state.byKey.get(one)?.id || one;
    const mine = index.diagnostics.filter((fault) => fault.key && place(fault.key) === place(key));
    const sign = JSON.stringify([mine, index.diagnostics]);
    if (sign !== faultsDrawn) {
      faultsDrawn = sign;
      drawFaultLists(mine, index.diagnostics);
    }
    drawMessage();
  }

  function drawFaultLists(mine, all) {
    for (const [id, faults, title, heading] of [
      ["card-faults", mine, "This card", "of-card"],
      ["deck-faults", all, "Whole deck", "of-deck"],
    ]) {
      $(heading).textContent = `${title}: ${faults.length || "no"} ${faults.length === 1 ? "fault" : "faults"}`;
      const more = faults.length - MOST_FAULTS;
      $(id).replaceChildren(...faults.slice(0, MOST_FAULTS).map(faultItem),
        ...(more > 0 ? [element("li", `and ${more} more, which \u201ccheck\u201d lists`, "none")] : []));
    }
  }

  function drawMessage() {
    const said = state.away ? "The preview was ended or cannot be reached; start it again and this page follows." : state.index.message;
    if ($("message").textContent === said) return;
    $("message").textContent = said;
    $("message").hidden = !said;
  }

  function drawBar() {
    const { card } = state;
    const entry = state.byKey.get(state.key);
    $("label").textContent = entry ? `${entry.label}${entry.part ? ` · ${entry.part}` : ""}` : "No card is chosen";
    $("label").lang = state.index.language;
    $("flip").setAttribute("aria-pressed", String(state.side === "answer"));
    $("night").textContent = MODE_NAMES[state.mode];
    $("place").hidden = !card || Boolean(exported);
    if (card) $("place").textContent = `${card.path}:${card.line}`;
  }

  // Whatever the server's end breaks off is asked again when it is back.
  async function orAway(work) {
    try {
      return await work();
    } catch (error) {
      if (exported || !(error instanceof TypeError)) throw error; // fetch: "network error"
      state.away = true;
      drawMessage();
      return undefined;
    }
  }

  async function choose(key, { side = "question" } = {}) {
    const changed = key !== state.key;
    state.key = key;
    const card = key ? await orAway(() => loadCard(key)) : null;
    if (state.key !== key || card === undefined) return;
    state.card = card;
    if (changed) state.side = side;
    remember();
    drawBar();
    drawFaults();
    markCurrent();
    await show();
  }

  // The card is in the address; side, theme and search are kept with it when the page is loaded again.
  function remember() {
    const { key, side, mode, query } = state;
    history.replaceState({ side, mode, query }, "", `#${encodeURIComponent(key)}`);
  }

  function step(by) {
    const hits = state.order.filter((entry) => entry.hit || entry.key === state.key);
    const at = hits.findIndex((entry) => entry.key === state.key);
    const to = hits[Math.min(Math.max(at + by, 0), hits.length - 1)];
    if (to && to.key !== state.key) choose(to.key);
  }

  function flip() {
    state.side = state.side === "question" ? "answer" : "question";
    remember();
    drawBar();
    show();
  }

  function changeMode() {
    state.mode = MODES[(MODES.indexOf(state.mode) + 1) % MODES.length];
    remember();
    fitFrames();
    drawBar();
    show({ keepPlace: true });
  }

  async function openPlace({ path, line, column }) {
    const answer = await orAway(() => fetch("open", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ path, line, column }),
    }));
    if (!answer) return;
    const said = await answer.json();
    $("opened").textContent = said.error || `opened ${said.opened}`;
  }

  // ---- changes on disk

  async function refresh() {
    // First what the author looks at, then the list.
    const at = state.order.indexOf(state.byKey.get(state.key));
    if (at >= 0) {
      const card = await loadCard(state.key);
      if (card && card.key === state.key) {
        state.card = card;
        await show({ keepPlace: true });
      }
    }
    state.index = await loadIndex();
    state.away = false;
    $("title").textContent = `${state.index.title} ${state.index.version}`;
    drawList();
    if (!state.byKey.has(state.key)) {
      const near = state.order[Math.min(Math.max(at, 0), state.order.length - 1)];
      await choose(near ? near.key : "");
    }
    drawBar();
    drawFaults();
  }

  let refreshing = Promise.resolve();
  function listen() {
    const events = new EventSource("events");
    const again = () => { refreshing = refreshing.then(() => orAway(refresh)); };
    let first = true;
    events.addEventListener("error", () => { state.away = true; drawMessage(); }); // it connects again by itself
    events.addEventListener("change", again);
    // Something may have been missed: in a break of the connection, or between the first list and this stream.
    events.addEventListener("hello", (event) => {
      if (!first || state.away || Number(event.data) !== state.index.changes) again();
      first = false;
      document.documentElement.dataset.live = "yes";
    });
  }

  // ---- keys and clicks

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("help").open) return;
    const target = event.target;
    if (event.key === "Escape" && narrow.matches && $("list").classList.contains("open")) {
      setList(false);
      $("list-button").focus();
      return;
    }
    const typing = target.closest?.("input, textarea, select");
    if (typing) {
      if (event.key === "Escape" && target.id === "search") $("stage").focus();
      if (event.key === "Enter" && target.id === "search") {
        const hit = state.order.find((entry) => entry.hit);
        if (hit) { setList(false); choose(hit.key); $("stage").focus(); }
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
    if (!open && narrow.matches && $("list").classList.contains("open")) scrollTo(0, 0); // the list was above the card
    $("list").classList.toggle("open", open);
    $("list-button").setAttribute("aria-expanded", String(open));
  }

  async function start() {
    state.index = await loadIndex();
    makeFrames();
    if (!exported) document.title = `${state.index.title} · preview`;
    $("title").textContent = `${state.index.title} ${state.index.version}`;
    document.body.classList.toggle("faultless", Boolean(exported) && !state.index.diagnostics.length);
    if (!state.index.math) {
      $("math").hidden = false;
      $("math").textContent = "Formulas are shown as TeX. With Anki's MathJax they are typeset: pip install aqt, then start again.";
    }
    const kept = history.state || {};
    state.mode = MODES.includes(kept.mode) ? kept.mode : narrow.matches ? "day" : "both";
    $("search").value = state.query = kept.query || "";
    drawList();
    fitFrames();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const known = state.byKey.has(wanted);
    document.addEventListener("keydown", onKey);
    addEventListener("resize", () => { fitFrames(); show({ keepPlace: true }); });
    addEventListener("hashchange", () => {
      const key = decodeURIComponent(location.hash.slice(1));
      if (key === "stage") return;
      if (key !== state.key && state.byKey.has(key)) choose(key);
    });
    $("areas").addEventListener("click", (event) => { if (event.target.closest("a")) setList(false); });
    $("search").addEventListener("input", (event) => { state.query = event.target.value; search(); remember(); });
    $("previous").addEventListener("click", () => step(-1));
    $("next").addEventListener("click", () => step(1));
    $("flip").addEventListener("click", flip);
    $("night").addEventListener("click", changeMode);
    $("place").addEventListener("click", () => state.card && openPlace(state.card));
    $("help-button").addEventListener("click", () => $("help").showModal());
    $("list-button").addEventListener("click", () => setList(!$("list").classList.contains("open")));
    if (!exported) listen();
    await choose(known ? wanted : state.order[0]?.key || "", { side: known && kept.side === "answer" ? "answer" : "question" });
  }

  start();
})();
