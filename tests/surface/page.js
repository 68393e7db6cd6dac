// The page of tests/test_surface.py: shows sides and hands them to the criteria. The other files of this folder add theirs.
window.surface = {
  sides: [],

  // Typesets a side and keeps it under the next number.
  async show(html, target, classes) {
    const qa = document.getElementById('qa');
    document.querySelector(target).className = classes;
    MathJax.typesetClear([qa]);
    qa.innerHTML = html;
    await MathJax.typesetPromise([qa]);
    await surface.settle();
    surface.sides.push({ html: qa.innerHTML, classes });
    // A page that is too wide is zoomed out with the next frames.
    const root = document.documentElement, frame = () => new Promise(requestAnimationFrame);
    for (let n = 0; n < 4 && root.scrollWidth > root.clientWidth; n++) await frame();
  },

  // Shows a kept side again, as it was typeset, with every fold open; `night` are the classes that a client adds.
  again(number, target, night) {
    const side = surface.sides[number];
    document.querySelector(target).className = `${side.classes} ${night}`;
    document.getElementById('qa').innerHTML = side.html;
    for (const fold of document.querySelectorAll('details')) fold.open = true;
  },

  scale(name) {
    document.body.style.zoom = name === 'z200' ? '2' : '';
    document.body.style.webkitTextSizeAdjust = name === 't200' ? '200%' : '';
  },

  // Images are decoded and fonts loaded; a font is asked for by the layout that needs it.
  async settle() {
    for (const image of document.images) await image.decode().catch(() => 0);
    document.getElementById('qa').getBoundingClientRect();
    await document.fonts.ready;
  },

  // One criteria function over all kept sides: [[number, criterion, what], …]. A pair of sides is a question and its answer.
  async run(name, target, night, scale) {
    const found = [];
    let asked = [];
    surface.scale(scale);
    for (let number = 0; number < surface.sides.length; number++) {
      surface.again(number, target, night);
      await surface.settle();
      const told = surface[name](scale, Boolean(night));
      for (const [criterion, what] of told.found) found.push([number, criterion, what]);
      const now = new Map(told.blocks || []);
      if (number % 2) {
        for (const [text, top] of asked) {
          if (!now.has(text)) found.push([number, 'M26', `the back lacks: ${text}`]);
          else if (Math.abs(now.get(text) - top) > 2) found.push([number, 'M27', `moves ${now.get(text) - top} px: ${text}`]);
        }
      } else asked = told.blocks || [];
      if (told.height !== undefined) {
        const side = surface.sides[number];
        if (side.height !== undefined && Math.abs(side.height - told.height) > 1) found.push([number, 'M27', 'night has another layout than day']);
        side.height = told.height;
      }
    }
    surface.scale('100');
    return found;
  },

  // All elements of the card, a formula counting as one.
  elements() {
    const qa = document.getElementById('qa'), list = [];
    const walker = document.createTreeWalker(qa, NodeFilter.SHOW_ELEMENT, e =>
      e.parentElement.tagName === 'MJX-CONTAINER' || /^(STYLE|SCRIPT)$/.test(e.tagName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    while (walker.nextNode()) list.push(walker.currentNode);
    return list;
  },

  // Text outside formulas: [text, element], empty and hidden ones left out.
  texts() {
    const qa = document.getElementById('qa'), list = [];
    const walker = document.createTreeWalker(qa, NodeFilter.SHOW_ALL, n =>
      /^(STYLE|SCRIPT|MJX-CONTAINER)$/.test(n.nodeName) ? NodeFilter.FILTER_REJECT
        : n.nodeType === 3 && n.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
    while (walker.nextNode()) list.push([walker.currentNode.data.trim(), walker.currentNode.parentElement]);
    return list.filter(([, e]) => getComputedStyle(e).visibility !== 'hidden');
  },

  code: e => e.closest('code, pre, kbd, samp'),
  han: text => /[\u3400-\u9fff]/.test(text),
};
