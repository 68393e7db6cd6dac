// The criteria of tests/test_surface.py that one look at a page can tell. Returns [criterion, what] for each violation.
night => {
  const found = [], root = document.documentElement, qa = document.getElementById('qa');
  const say = (id, what) => found.push([id, what]);
  const over = root.scrollWidth - root.clientWidth;
  if (over > 1) say('M01', `the page is ${over} px wider than the screen`);
  if (visualViewport.scale < 0.99) say('M02', `the page is zoomed out to ${visualViewport.scale}`);

  const scrolls = element => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== 'visible' && e.getBoundingClientRect().right <= root.clientWidth + 1) return true;
    return false;
  };
  for (const e of qa.querySelectorAll('pre, table, mjx-container, img, svg'))
    if (!e.closest('mjx-assistive-mml') && e.getBoundingClientRect().right > root.clientWidth + 1
      && getComputedStyle(e).overflowX === 'visible' && !scrolls(e)) say('M03', `${e.tagName} sticks out of the screen`);

  const parse = colour => { const n = colour.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const blend = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const grounds = new Map();
  const ground = e => {
    if (!e) return [255, 255, 255, 1];
    if (!grounds.has(e)) grounds.set(e, blend(parse(getComputedStyle(e).backgroundColor), ground(e.parentElement)));
    return grounds.get(e);
  };
  const light = c => {
    const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const told = new Set();
  const walker = document.createTreeWalker(qa, NodeFilter.SHOW_TEXT);
  let visible = '';
  for (let node; (node = walker.nextNode()); ) {
    const text = node.textContent.trim(), e = node.parentElement;
    if (!text || e.closest('style, script, mjx-container')) continue;
    visible += text + ' ';
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), shown = text.slice(0, 20);
    if (style.visibility === 'hidden') continue;
    const code = e.closest('code, pre, kbd, samp');
    const least = code ? 14 : e.closest('.question, .body > p, .body > ul, .body > ol') && !e.closest('sub, sup, table, .callout, .footnotes') ? 16 : 12;
    if (size < least) say(least === 16 ? 'M10' : 'M11', `${size} px: ${shown}`);
    if (/[\u4e00-\u9fff]/.test(text)) {
      const lang = e.closest('[lang]');
      if (!lang || !qa.contains(lang) || !/^(zh|ja|ko)/.test(lang.lang)) say('M13', `no language: ${shown}`);
    }
    let opacity = 1;
    for (let up = e; up && up !== root; up = up.parentElement) opacity *= parseFloat(getComputedStyle(up).opacity);
    const back = ground(e), ink = parse(style.color);
    const front = blend([ink[0], ink[1], ink[2], ink[3] * opacity], back);
    const [a, b] = [light(front.slice(0, 3)), light(back.slice(0, 3))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const key = `${style.color}${back}`;
    if (ratio < (large ? 3 : 4.5) && !told.has(key)) {
      told.add(key);
      say(night ? 'M17' : 'M16', `contrast ${ratio.toFixed(2)}: ${shown}`);
    }
    if (!code && /\{\{|\[sound:|\*\*|```|&lt;|\\\(|\\\[/.test(text)) say(/\\[([]/.test(text) ? 'M39' : 'M40', `marks: ${shown}`);
  }
  if (!visible.trim() || /There is a problem with|is blank|Unknown field/i.test(visible)) say('M30', visible.trim().slice(0, 40) || 'blank');
  for (const e of qa.querySelectorAll('*'))
    if (/fixed|sticky/.test(getComputedStyle(e).position)) say('M06', `${e.tagName} ${getComputedStyle(e).position}`);
  for (const e of qa.querySelectorAll('.cloze')) {
    if (e.querySelector('img')) continue; // what is asked is framed in the picture (test_diagram.py)
    const s = getComputedStyle(e), p = getComputedStyle(e.parentElement);
    if (s.fontWeight === p.fontWeight && s.textDecorationLine === 'none' && !parseFloat(s.borderBottomWidth)) say('M22', 'a hole by colour alone');
  }
  for (const e of qa.querySelectorAll('summary, button, a.replay-button')) {
    const box = e.getBoundingClientRect();
    if (box.height && (box.height < 44 || box.width < 44)) say('M23', `${e.tagName} of ${box.width} x ${box.height} px`);
  }
  for (const e of qa.querySelectorAll('a[href]:not(.replay-button)')) {
    const box = e.getClientRects()[0];
    if (box && box.height < 20) say('M23', `a link ${box.height} px high`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) say('M29', `id ${id} twice`);
  for (const i of document.images) if (!i.naturalWidth) say('M32', `no image: ${i.getAttribute('src')}`);
  for (const e of qa.querySelectorAll('mjx-merror')) say('M39', `formula: ${e.dataset.mjxError}`);
  for (const e of qa.querySelectorAll('*'))
    if (/^script$/i.test(e.tagName) || [...e.attributes].some(a => /^javascript:/i.test(a.value) || (/^on/.test(a.name) && !e.matches('.replay-button')))) say('M34', `runs code: ${e.tagName}`);
  const answers = document.querySelectorAll('[id="answer"]').length;
  const blocks = [...qa.querySelectorAll('.meta, .question')].filter(e => !e.querySelector('.cloze'))
    .map(e => [e.textContent.replace(/\s+/g, ' ').trim(), e.getBoundingClientRect().top + scrollY]);
  return { found, answers, blocks };
}
