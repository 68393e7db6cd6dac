// What a side says and holds, whatever the screen.
surface.content = () => {
  const found = [], qa = document.getElementById('qa'), say = (id, what) => found.push([id, what]);
  if (visualViewport.scale < 0.99) say('M02', `the page is zoomed out to ${visualViewport.scale}`);
  const all = surface.elements(), texts = surface.texts();
  let visible = '';
  for (const [text, e] of texts) {
    const shown = text.slice(0, 20);
    visible += text + ' ';
    if (surface.han(text)) {
      const lang = e.closest('[lang]');
      if (!lang || !qa.contains(lang) || !/^(zh|ja|ko)/.test(lang.lang)) say('M13', `no language: ${shown}`);
    }
    if (!surface.code(e) && /\{\{|\[sound:|\*\*|```|&lt;|\\\(|\\\[/.test(text)) say(/\\[([]/.test(text) ? 'M39' : 'M40', `marks: ${shown}`);
  }
  const pictures = qa.querySelector('img, svg');
  if ((!visible.trim() && !pictures && !qa.querySelector('mjx-container')) || /There is a problem with|is blank|Unknown field/i.test(visible))
    say('M30', visible.trim().slice(0, 40) || 'blank');
  for (const e of qa.querySelectorAll('mjx-merror')) say('M39', `formula: ${e.dataset.mjxError}`);

  for (const e of all) {
    const style = getComputedStyle(e), name = e.tagName;
    if (/fixed|sticky/.test(style.position)) say('M06', `${name} ${style.position}`);
    if (name === 'PRE' && (!/^pre/.test(style.whiteSpace) || style.whiteSpace === 'pre-line' || style.direction !== 'ltr'))
      say('M15', `code with white-space ${style.whiteSpace}, ${style.direction}`);
    if (name === 'A' && e.href && !e.matches('.replay-button') && style.textDecorationLine === 'none' && !parseFloat(style.borderBottomWidth))
      say('M20', `a link by colour alone: ${e.textContent.slice(0, 20)}`);
    if (/^script$/i.test(name) || [...e.attributes].some(a => /^javascript:/i.test(a.value) || (/^on/.test(a.name) && !e.matches('.replay-button'))))
      say('M34', `runs code: ${name}`);
    if ((name === 'SUMMARY' || e.getAttribute('role') === 'button') && !e.matches('.tappable, [onclick]')) say('M24', `${name} is not .tappable`);
    if (e.matches('font, [color], [bgcolor]') || /(^|;)\s*(color|background)/.test(e.getAttribute('style') || '')) say('M44', `a colour in the field: ${name}`);
  }
  for (const e of qa.querySelectorAll('.cloze')) {
    if (e.querySelector('img')) continue; // what is asked is framed in the picture (test_diagram.py)
    const s = getComputedStyle(e), p = getComputedStyle(e.parentElement);
    if (s.fontWeight === p.fontWeight && s.textDecorationLine === 'none' && !parseFloat(s.borderBottomWidth)) say('M22', 'a hole by colour alone');
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) say('M29', `id ${id} twice`);
  for (const i of document.images) {
    const source = decodeURIComponent(i.getAttribute('src'));
    if (!i.naturalWidth) say('M32', `no image: ${source}`);
    if (!i.alt.trim() || i.alt === source || /\.(png|svg|jpe?g|webp|gif)$/i.test(i.alt)) say('M36', `an image without a description: ${source}`);
    if (!i.hasAttribute('width') || !i.hasAttribute('height')) say('M37', `an image without width and height: ${source}`);
  }
  for (const svg of qa.querySelectorAll('svg:not(.playImage)')) if (!svg.querySelector('title')) say('M36', 'a drawing without a title');
  for (const table of qa.querySelectorAll('table')) if (!table.querySelector('th')) say('M48', 'a table without header cells');
  const count = qa.querySelectorAll('*').length;
  if (count > 3000) say('M45', `${count} elements`);
  return { found, answers: document.querySelectorAll('[id="answer"]').length };
};
