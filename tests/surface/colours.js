// What depends on day and night.
surface.seen = new Map();
surface.colours = (scale, night) => {
  const found = [], root = document.documentElement, qa = document.getElementById('qa');
  const say = (id, what) => found.push([id, what]);
  const parse = colour => { const n = colour.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const blend = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const grounds = new Map();
  const ground = e => {
    if (!e) return [255, 255, 255, 1];
    if (!grounds.has(e)) grounds.set(e, blend(parse(getComputedStyle(e).backgroundColor), ground(e.parentElement)));
    return grounds.get(e);
  };
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };

  const paper = light(ground(document.querySelector('#qa')));
  if (night ? paper > 0.2 : paper < 0.5) say('M19', `the ground has a luminance of ${paper.toFixed(2)}`);

  const told = new Set();
  const formulas = [...qa.querySelectorAll('mjx-container, mjx-container [style*="color"]')].map(e => ['a formula', e]);
  for (const [text, e] of [...surface.texts(), ...formulas]) {
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), shown = text.slice(0, 20), back = ground(e);
    let opacity = 1;
    for (let up = e; up && up !== root; up = up.parentElement) opacity *= parseFloat(getComputedStyle(up).opacity);
    const ink = parse(style.color), front = blend([ink[0], ink[1], ink[2], ink[3] * opacity], back);
    const ratio = contrast(front, back), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const running = e.closest('.question, .body, .fold-body') && !e.closest('pre, code, th, .fn, .mark, .callout-title, .options.several');
    const key = `${style.color}${back}${Boolean(running)}`;
    if (told.has(key)) continue;
    if (ratio < (large ? 3 : 4.5)) say(night ? 'M17' : 'M16', `contrast ${ratio.toFixed(2)}: ${shown}`);
    if (running && ratio < (large ? 4.5 : 7)) say('M18', `contrast ${ratio.toFixed(2)}: ${shown}`);
    if (ratio < 7) told.add(key);
  }

  // What the style sheet writes: the tier, letters and numbers.
  for (const e of surface.elements()) {
    const style = getComputedStyle(e, '::before');
    if (/^(none|normal|"")$/.test(style.content)) continue;
    const back = blend(parse(style.backgroundColor), ground(e)), ratio = contrast(blend(parse(style.color), back), back);
    if (ratio < 4.5) say(night ? 'M17' : 'M16', `contrast ${ratio.toFixed(2)}: ${style.content} of .${e.className}`);
  }

  for (const image of document.images) {
    if (!image.naturalWidth) continue;
    const style = getComputedStyle(image), back = ground(image.parentElement);
    const key = [image.currentSrc, style.filter, style.backgroundColor, back].join();
    if (!surface.seen.has(key)) surface.seen.set(key, look(image, style, back));
    const { strong, glare } = surface.seen.get(key), name = image.getAttribute('src');
    if (strong < 3) say('M21', `${name} is hardly seen: contrast ${strong.toFixed(2)}`);
    if (night && glare > 0.7) say('M21g', `${name} glares: luminance ${glare.toFixed(2)}`);
  }

  // An image as the learner sees it: the contrast of its strongest part with what lies behind it, where it is clear
  // elsewhere, and its mean luminance where it is opaque.
  function look(image, style, back) {
    const canvas = document.createElement('canvas'), side = 120, ratios = [];
    canvas.width = canvas.height = side;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const draw = (plate, drawing) => {
      context.clearRect(0, 0, side, side);
      context.filter = style.filter;
      context.fillStyle = style.backgroundColor;
      if (plate) context.fillRect(0, 0, side, side);
      if (drawing) context.drawImage(image, 0, 0, side, side);
      return context.getImageData(0, 0, side, side).data;
    };
    const full = draw(true, true), bare = draw(false, true), plate = draw(true, false);
    const at = (data, i) => blend([data[i], data[i + 1], data[i + 2], data[i + 3] / 255], back);
    const behind = at(plate, 0);
    let sum = 0, opaque = 0, clear = 0;
    for (let i = 0; i < full.length; i += 4) {
      const pixel = at(full, i);
      if (full[i + 3] > 128) { sum += light(pixel); opaque++; }
      if (bare[i + 3] < 13) clear++;
      else if (bare[i + 3] > 128) ratios.push(contrast(pixel, behind));
    }
    ratios.sort((a, b) => b - a);
    const cells = side * side;
    return {
      strong: clear > 0.05 * cells && ratios.length ? ratios[Math.floor(ratios.length / 20)] : 21,
      glare: opaque > 0.5 * cells ? sum / opaque : 0,
    };
  }
  return { found, height: qa.getBoundingClientRect().height };
};
