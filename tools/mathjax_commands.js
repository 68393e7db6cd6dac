// Runs in a page with Anki's MathJax; see mathjax_commands.py. Returns the names, their arguments and their marks.
() => {
  const handlers = MathJax.startup.document.inputJax[0].parseOptions.handlers;
  const prototype = MathJax._.input.tex.TexParser.default.prototype;
  const readers = {
    a: 'GetArgument', o: 'GetBrackets', d: 'GetDelimiter', n: 'GetDimen', u: 'GetUpTo', g: 'GetDelimiterArg', '*': 'GetStar',
  };
  const standIn = { a: '1', o: undefined, d: '(', n: '1em', u: 'x', g: '(', '*': false };
  // Names that define others: what they read cannot be learnt from stand-ins.
  const defining = /^(def|let|require|unicode|(re)?new(command|environment|tagform)|usetagform|mathtoolsset|Newextarrow|Declare\w+|[{}])$/;

  // mhchem reads a language of its own and hands TeX of its own making on; a tag is text.
  const own = /^(ce|pu)$/, label = /^tag$/;

  const kept = {};
  for (const name of [...Object.values(readers), 'Parse']) kept[name] = prototype[name];
  let asked = '', first = null, log = [], given = null, strings = [], skipped = 0, depth = 0;

  const stand = code => function (...given_) {
    const own = this === first && this.currentCS === asked && depth === 0;
    if (!own || (code === 'a' && skipped > 0)) {
      if (own) skipped--;
      depth++;
      try { return kept[readers[code]].apply(this, given_); } finally { depth--; }
    }
    if (log.length > 9) throw new Error('reads without end');
    const place = log.length;
    log.push(code === 'u' ? 'u' + given_[1] : code === 'd' && given_[1] ? 'D' : code);
    if (given && given[place] !== undefined) return given[place];
    return code === 'o' ? given_[1] : standIn[code];
  };
  const typeset = tex => {
    try { return MathJax.tex2mml(tex); } catch (error) { return `<merror data-mjx-error="thrown: ${error.message}"`; }
  };
  const faultOf = tex => (typeset(tex).match(/data-mjx-error="([^"]*)"/) || ['', ''])[1];
  const listen = (tex, command, values, skip) => {
    [asked, first, log, given, strings, skipped, depth] = [command, null, [], values, [], skip, 0];
    for (const code in readers) prototype[readers[code]] = stand(code);
    prototype.Parse = function () { first = first || this; strings.push(this.string); return kept.Parse.call(this); };
    const out = typeset(tex);
    Object.assign(prototype, kept);
    return { log, strings, out };
  };
  const argumentsOf = (tex, command, skip) => {
    const heard = listen(tex, command, null, skip).log;
    return heard.map((code, place) => {
      if (!/^[aou]/.test(code)) return code;
      const values = [];
      values[place] = '\\zzq';
      const math = listen(tex, command, values, skip);
      let kind = 's';
      if (math.strings.slice(1).some(s => s.includes('\\zzq')) || math.out.includes('red">\\zzq')) {
        values[place] = 'a&b';
        kind = /data-mjx-error/.test(listen(tex, command, values, skip).out) ? 'm' : 'A';
      } else {
        values[place] = '$\\zzq$';
        if (listen(tex, command, values, skip).strings.slice(1).some(s => s.trim() === '\\zzq')) kind = 't';
      }
      return code[0] === 'o' ? '[' + kind : code[0] === 'u' ? 'u:' + code.slice(1) : kind;
    });
  };
  const example = signature => signature.map(code =>
    ({ m: '{1}', A: '{1}', t: '{1}', s: '{1}', d: '(', D: '(', g: '{(}', n: '1em ' })[code]
      || (code.startsWith('u:') ? `1${code.slice(2)} ` : '')).join('');

  const names = kind => {
    const found = new Set();
    for (const { item } of handlers.get(kind)._configuration.items)
      for (const name of item.map ? item.map.keys() : [])
        // The maps of delimiters are asked with the backslash: a bare ( is no command.
        if (kind !== 'macro' || !/delimiter/i.test(item.name)) found.add(name);
        else if (name.startsWith('\\') && name.length > 1) found.add(name.slice(1));
    return [...found].filter(name => !/\s/.test(name)).sort();
  };
  const double = /^(Double exponent|Prime causes)/;
  const command = {};
  for (const name of names('macro')) {
    const called = '\\' + name + ' ';
    if (defining.test(name)) {
      command[name] = ['', /^[{}]$/.test(name) ? '' : 'special'];
      continue;
    }
    let signature = own.test(name) ? ['s'] : label.test(name) ? ['*', 't'] : argumentsOf('x' + called, '\\' + name, 0);
    if (signature.length > 8) signature = [];
    if (!signature.length && faultOf('x' + called) && !faultOf(`x${called}{a&b}`)) signature = ['A'];
    const whole = called + example(signature), marks = [];
    if (faultOf(whole + ' 1')) marks.push('special');
    else {
      if (!faultOf(whole + '\\limits')) marks.push('op');
      if (double.test(faultOf(`${whole}^1`))) marks.push('full');
      else if (double.test(faultOf(`x^1${whole}^1`))) marks.push('same');
      if (faultOf(`x^${whole} 1`)) marks.push('noscript');
      if (/^Ambiguous/.test(faultOf(`a${whole}b${whole}c`))) marks.push('over');
    }
    command[name] = [signature.join(' '), marks.join(' ')];
  }
  const environment = {};
  for (const name of names('environment')) {
    const begin = `\\begin{${name}}`, end = `\\end{${name}}`;
    const signature = argumentsOf(`${begin} x${end}`, '\\begin', 1);
    const start = begin + example(signature), marks = [];
    if (faultOf(`${start} 1${end}`)) marks.push('special');
    if (!faultOf(`${start} 1 & 1 \\\\ 1${end}`)) marks.push('amp');
    if (faultOf(`\\begin{align}${start} 1${end}\\end{align}`)) marks.push('outer');
    if (!faultOf(`x^${start} 1${end}`)) marks.push('script');
    environment[name] = [signature.join(' '), marks.join(' ')];
  }
  return { version: MathJax.version, command, environment, delimiter: names('delimiter') };
}
