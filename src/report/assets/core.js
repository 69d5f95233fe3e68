// Data, figures, and what they share. Loaded first; everything lives in the object `report`.
'use strict';
const report = {
  data: JSON.parse(document.getElementById('data').textContent),
  figures: [],
};

// ---- packed numbers ----

report.unpackBlock = async function (index) {
  const text = report.blocks ? report.blocks[index] : document.getElementById('p' + index).textContent;
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// Extremes of groups of samples, so that a view of millions draws from thousands.
const FACTOR = 16;
function buildLevels(codes) {
  const levels = [{ low: codes, high: codes, factor: 1 }];
  while (levels[levels.length - 1].low.length > 2048) {
    const below = levels[levels.length - 1], n = Math.ceil(below.low.length / FACTOR);
    const low = new Int16Array(n), high = new Int16Array(n);
    for (let i = 0; i < n; i++) {
      let lo = 32767, hi = -32768;
      const end = Math.min(below.low.length, (i + 1) * FACTOR);
      for (let k = i * FACTOR; k < end; k++) {
        if (below.low[k] !== -32768 && below.low[k] < lo) lo = below.low[k];
        if (below.high[k] > hi) hi = below.high[k];
      }
      low[i] = hi === -32768 ? -32768 : lo;
      high[i] = hi;
    }
    levels.push({ low, high, factor: below.factor * FACTOR });
  }
  return levels;
}

const traceCache = new Map();
report.trace = function (meta) {
  if (!meta) return Promise.resolve(null);
  const key = [meta.block, meta.offset, meta.step].join();
  if (!traceCache.has(key)) {
    traceCache.set(key, report.unpackBlock(meta.block).then(bytes => {
      const n = meta.n, codes = new Int16Array(n);
      let code = 0;
      for (let i = 0; i < n; i++) {
        code = (code + (bytes[i] | bytes[n + i] << 8)) << 16 >> 16;
        codes[i] = code;
      }
      return { codes, levels: buildLevels(codes) };
    }));
  }
  return traceCache.get(key).then(t => ({
    ...meta, ...t,
    value: i => t.codes[i] === -32768 ? NaN : meta.offset + t.codes[i] * meta.step,
  }));
};

// Points of a trace for so many pixels of a time domain: samples, or the extremes of each group.
report.tracePoints = function (trace, domain, pixels) {
  let first = Math.max(0, Math.floor((domain[0] - trace.start) / trace.dt) - 1);
  let last = Math.min(trace.n - 1, Math.ceil((domain[1] - trace.start) / trace.dt) + 1);
  let level = trace.levels[0];
  for (const l of trace.levels) if ((last - first) / l.factor > pixels) level = l;
  if (level.factor === 1 && (last - first) <= 4 * pixels) {
    const points = [];
    for (let i = first; i <= last; i++) points.push([trace.start + i * trace.dt, trace.value(i)]);
    return points;
  }
  const f = level.factor, points = [], volt = c => trace.offset + c * trace.step;
  for (let i = Math.floor(first / f); i <= Math.floor(last / f) && i < level.low.length; i++) {
    const t = trace.start + i * f * trace.dt;
    if (level.high[i] === -32768) points.push([t, NaN]);
    else points.push([t, volt(level.low[i])], [t, volt(level.high[i])]);
  }
  return points;
};

report.traceExtent = function (trace) {
  const top = trace.levels[trace.levels.length - 1];
  let lo = Infinity, hi = -Infinity;
  for (let i = 0; i < top.low.length; i++) {
    if (top.high[i] === -32768) continue;
    lo = Math.min(lo, top.low[i]);
    hi = Math.max(hi, top.high[i]);
  }
  return lo <= hi ? [trace.offset + lo * trace.step, trace.offset + hi * trace.step] : [0, 1];
};

// ---- small helpers ----

report.format = function (x) {
  if (x === null || x === undefined || Number.isNaN(x)) return '–';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  const size = Math.abs(x);
  return size !== 0 && (size >= 1e6 || size < 1e-4) ? d3.format('.3~e')(x) : d3.format('.4~r')(x);
};

report.element = function (parent, tag, attributes, text) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  if (parent) parent.appendChild(e);
  return e;
};

report.select = function (parent, label, options, onChange) {
  const box = report.element(parent, 'label', {}, label + ' ');
  const s = report.element(box, 'select');
  options.forEach((o, i) => report.element(s, 'option', { value: i }, o));
  s.addEventListener('change', () => onChange(+s.value));
  return s;
};

report.button = function (parent, label, title, onClick) {
  const b = report.element(parent, 'button', { type: 'button', title }, label);
  b.addEventListener('click', onClick);
  return b;
};

report.checkbox = function (parent, label, checked, onChange, colour) {
  const box = report.element(parent, 'label');
  const c = report.element(box, 'input', { type: 'checkbox' });
  c.checked = checked;
  if (colour) report.element(box, 'span', { class: 'swatch', style: 'background:var(--' + colour + ')' });
  report.element(box, 'span', {}, label);
  c.addEventListener('change', () => onChange(c.checked));
  return c;
};

// Words with a stroke of their colour.
report.legend = function (parent, entries) {
  for (const [colour, name] of entries) {
    const l = report.element(parent, 'span', { class: 'legend' });
    report.element(l, 'span', { class: 'swatch', style: `background:var(--${colour})` });
    report.element(l, 'span', {}, name);
  }
};

// First of the values that is at least x.
report.lowerBound = d3.bisector(v => v).left;

// ---- figures ----

// A figure in a section: a caption with buttons to save it, controls, and a plot that is drawn anew when its
// width changes. draw(svg, width) returns the height; csv() returns [[column name, values], ...].
report.figure = function (sectionId, id, title, draw, csv) {
  const section = document.getElementById(sectionId);
  const figure = report.element(section, 'figure', { id });
  const caption = report.element(figure, 'figcaption');
  report.element(caption, 'h3', {}, title);
  report.element(caption, 'span', { class: 'spacer' });
  const controls = report.element(figure, 'div', { class: 'controls' });
  const plot = report.element(figure, 'div', { class: 'plot' });
  const svg = d3.select(plot).append('svg').attr('role', 'img').attr('aria-label', title);
  const f = {
    figure, controls, plot, svg, title, csv,
    width: 0,
    // On paper two of these stand beside each other.
    halve() {
      f.half = true;
      figure.classList.add('half');
    },
    note: (text, cls) => { report.element(figure, 'p', { class: 'note ' + (cls || '') }, text); },
    redraw() {
      const paper = f.half ? (page.paperWidth - 20) / 2 : page.paperWidth;
      const width = page.paperWidth ? paper : Math.max(280, Math.floor(plot.getBoundingClientRect().width));
      f.width = width;
      const height = draw(svg, width, f);
      if (height) svg.attr('width', width).attr('height', height).attr('viewBox', `0 0 ${width} ${height}`);
    },
  };
  const save = report.element(caption, 'span', { class: 'save' });
  report.button(save, 'SVG', 'Save this figure as SVG', () => report.saveSvg(f, id));
  report.button(save, 'CSV', 'Save the data of this figure as CSV', () => report.saveCsv(csv(), id));
  section.hidden = false;
  report.figures.push(f);
  f.redraw();
  return f;
};

// A height on the screen, and on paper, where lower figures leave fewer pages half empty.
report.high = (screen, paper) => (page.paperWidth ? paper : screen);

report.redrawAll = function () { for (const f of report.figures) f.redraw(); };

report.axis = function (parent, axis, transform, cls) {
  let g = parent.select('g.axis.' + cls);
  if (g.empty()) g = parent.append('g').attr('class', 'axis ' + cls);
  g.attr('transform', transform).call(axis);
  g.attr('font-size', null).attr('font-family', null);
  return g;
};

// Round values with room between their labels, on a linear or logarithmic scale; on a short logarithmic one as on
// a linear one. upright: the axis stands, and labels need their height alone.
report.roomyTicks = function (scale, log, upright) {
  const [lo, hi] = scale.domain(), span = Math.abs(scale(hi) - scale(lo));
  let all = d3.ticks(lo, hi, Math.max(2, span / (upright ? 40 : 55)));
  if (log && hi / lo >= 20) {
    const decades = d3.scaleLog().domain([lo, hi]).ticks(20).filter(t => Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-9);
    all = decades.length > 1 ? decades : [lo, hi];
  }
  const kept = [];
  for (const t of all) {
    const before = kept[kept.length - 1];
    const room = upright ? 20 : 10 + 3.6 * (report.format(t).length + (kept.length ? report.format(before).length : 0));
    if (!kept.length || Math.abs(scale(t) - scale(before)) >= room) kept.push(t);
  }
  return kept;
};

report.label = function (parent, cls, x, y, text, anchor) {
  let t = parent.select('text.' + cls);
  if (t.empty()) t = parent.append('text').attr('class', cls);
  return t.attr('x', x).attr('y', y).attr('text-anchor', anchor || 'start').text(text);
};

// ---- new data for figures that are there (a running fit) ----

report.live = document.getElementById('live') !== null;
report.refreshers = []; // called, and waited for, before figures are drawn again

// Changes `into` where it stands, for the figures hold its parts.
function merge(into, from) {
  for (const k of Object.keys(from)) {
    const a = into[k], b = from[k];
    const alike = a && b && typeof a === 'object' && typeof b === 'object' && Array.isArray(a) === Array.isArray(b);
    if (alike) merge(a, b);
    else into[k] = b;
  }
  if (Array.isArray(into)) into.length = from.length;
}

report.refresh = async function (data, blocks) {
  report.blocks = blocks;
  merge(report.data, data);
  traceCache.clear();
  for (const f of report.refreshers) await f();
  report.redrawAll();
};

// ---- saving ----

const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'opacity',
  'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'];

// The figure as it is, in light colours, with the styles written into it.
report.svgText = function (f) {
  const root = document.documentElement, theme = root.dataset.theme;
  root.dataset.theme = 'light';
  const source = f.svg.node(), copy = source.cloneNode(true);
  const from = [source, ...source.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((e, i) => {
    const style = getComputedStyle(e);
    for (const s of STYLES) to[i].style[s] = style.getPropertyValue(s);
  });
  root.dataset.theme = theme;
  copy.querySelectorAll('.time-overlay, .screen-only').forEach(e => e.remove());
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy) + '\n';
};

report.saveSvg = function (f, id) { page.download(id + '.svg', 'image/svg+xml', report.svgText(f)); };

report.csvText = page.csvText;

report.saveCsv = function (columns, id) { page.download(id + '.csv', 'text/csv', report.csvText(columns)); };

page.redraw = () => report.redrawAll();
