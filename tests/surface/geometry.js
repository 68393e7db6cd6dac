// What depends on the screen and on the size of text. At 200 % a line holds few characters by intent: columns, lines and
// sizes are measured at 100 % only.
surface.geometry = scale => {
  const found = [], root = document.documentElement, qa = document.getElementById('qa'), width = root.clientWidth;
  const say = (id, what) => found.push([id, what]);
  const plain = scale === '100', all = surface.elements();
  const over = root.scrollWidth - width;
  if (over > 1) say('M01', `the page is ${over} px wider than the screen`);
  for (const e of [root, document.body]) if (/hidden|clip/.test(getComputedStyle(e).overflowX)) say('M04', 'the page hides what is too wide');

  const scrolls = element => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== 'visible' && e.getBoundingClientRect().right <= width + 1) return true;
    return false;
  };
  const inner = e => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect();
  };
  for (const e of all) {
    const style = getComputedStyle(e), wide = e.scrollWidth - e.clientWidth, high = e.scrollHeight - e.clientHeight;
    if (/^(PRE|TABLE|MJX-CONTAINER|IMG|svg)$/.test(e.tagName) && style.overflowX === 'visible' && e.getBoundingClientRect().right > width + 1 && !scrolls(e))
      say('M03', `${e.tagName} sticks out of the screen`);
    if (style.textOverflow === 'ellipsis') say('M04', `${e.tagName} is cut by an ellipsis`);
    if (style.display === 'inline' || !e.clientWidth) continue;
    if ((/hidden|clip/.test(style.overflowX) && wide > 1) || (/hidden|clip/.test(style.overflowY) && high > 1)) say('M04', `${e.tagName} hides ${Math.max(wide, high)} px`);
    if (/auto|scroll/.test(style.overflowY) && high > 1) say('M05', `${e.tagName} scrolls up and down within the page`);
    // Phantom widths are of a few px; a box that is a little too narrow for what it holds scrolls with reason.
    if (/auto|scroll/.test(style.overflowX) && wide > 1 && wide <= 6 && inner(e).right <= e.getBoundingClientRect().right - parseFloat(style.paddingRight) * (scale === 'z200' ? 2 : 1))
      say('M05', `${e.tagName} scrolls by ${wide} px although all is seen`);
    if (e.tagName === 'MJX-CONTAINER' && !e.hasAttribute('display') && style.overflowX !== 'visible') say('M05', 'a formula in a line scrolls');
    if (plain && wide > 1 && /auto|scroll/.test(style.overflowX) && e.tabIndex < 0) say('M47', `${e.tagName} has no tabindex`);
  }

  const blocks = new Map();
  for (const [text, e] of surface.texts()) {
    let block = e;
    while (/^inline/.test(getComputedStyle(block).display) && block !== qa) block = block.parentElement;
    if (!blocks.has(block)) blocks.set(block, { han: false, lines: 0 });
    if (surface.han(text)) blocks.get(block).han = true;
    if (!plain) continue;
    const size = parseFloat(getComputedStyle(e).fontSize), shown = text.slice(0, 20);
    const least = surface.code(e) ? 14
      : e.closest('.question, .body > p, .body > ul, .body > ol') && !e.closest('sub, sup, table, .callout, .footnotes') ? 16 : 12;
    if (size < least) say(least === 16 ? 'M10' : 'M11', `${size} px: ${shown}`);
  }
  for (const [block, { han }] of plain ? blocks : []) {
    const style = getComputedStyle(block), box = block.getBoundingClientRect(), size = parseFloat(style.fontSize);
    if (!box.width || style.position === 'absolute') continue;
    const left = box.left + parseFloat(style.paddingLeft), right = box.right - parseFloat(style.paddingRight);
    const shown = block.textContent.trim().slice(0, 20), boxed = block.closest('pre, .table');
    if (left < 8 || (!boxed && right > width - 8)) say('M07', `text at the edge: ${shown}`);
    const most = han ? 46 : 62;
    if (!boxed && (right - left) / size > most) {
      const range = document.createRange();
      range.selectNodeContents(block);
      const line = Math.max(...[...range.getClientRects()].map(r => r.right)) - left;
      if (line / size > most) say('M08', `a line of ${(line / size).toFixed(1)} em: ${shown}`);
    }
    const height = block.computedStyleMap().get('line-height'), ratio = parseFloat(style.lineHeight) / size;
    if (!block.closest('sub, sup') && (height.unit !== 'number' || ratio < (han ? 1.5 : 1.4) - 0.005)) say('M09', `line height ${height} (${ratio.toFixed(2)}): ${shown}`);
    // A table's columns are aligned as their author says.
    if (!block.closest('table') && !/^(start|left|-webkit-auto)$/.test(style.textAlign) && box.height > 2.5 * (parseFloat(style.lineHeight) || 1.2 * size)) say('M12', `${style.textAlign}: ${shown}`);
  }
  if (plain && width < 600)
    for (const e of qa.querySelectorAll('.x > .question, .x > .body, .x > .answer, .folds')) {
      const share = e.getBoundingClientRect().width / width;
      if (share < 0.8) say('M07', `the column takes ${Math.round(share * 100)} % of the screen`);
    }

  if (scale !== 'z200') {
    for (const e of qa.querySelectorAll('summary, button, a.replay-button')) {
      const box = e.getBoundingClientRect();
      if (box.height && (box.height < 44 || box.width < 44)) say('M23', `${e.tagName} of ${box.width} x ${box.height} px`);
    }
    for (const e of qa.querySelectorAll('a[href]:not(.replay-button)')) {
      const box = e.getClientRects()[0];
      if (box && box.height < 20) say('M23', `a link ${box.height} px high`);
    }
  }
  if (plain)
    for (const i of document.images) {
      const box = i.getBoundingClientRect(), name = i.getAttribute('src');
      if (!box.width || !i.naturalWidth) continue;
      const bent = box.width / box.height / (i.naturalWidth / i.naturalHeight);
      if (bent < 0.98 || bent > 1.02) say('M35', `${name} is bent by ${bent.toFixed(2)}`);
      if (box.right > width + 1) say('M35', `${name} is wider than the screen`);
      // A drawing has no pixels to enlarge; one without width and height has no size of its own either.
      if (!name.endsWith('.svg') && box.width > i.naturalWidth + 1) say('M35', `${name} is enlarged`);
      if (box.height > 1.5 * innerHeight) say('M35', `${name} is ${(box.height / innerHeight).toFixed(1)} screens high`);
    }

  const kept = [...qa.querySelectorAll('.meta, .question')].filter(e => !e.querySelector('.cloze'))
    .map(e => [e.textContent.replace(/\s+/g, ' ').trim(), e.getBoundingClientRect().top + scrollY]);
  return { found, blocks: kept };
};
