// The page of many cells: models compared, and a table of fits that sorts, filters and links.
'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent), fits = data.fits;
  const SHOWN = 500; // rows at once: a page of 100,000 stays usable
  const element = (parent, name, attributes = {}, text) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    if (text !== undefined) e.textContent = text;
    if (parent) parent.append(e);
    return e;
  };
  const number = (x, digits = 3) => x === null || x === undefined ? '' : Number.isInteger(x) && Math.abs(x) > 1 ? String(x)
    : x === 0 ? '0' : Math.abs(x) >= 1e-3 && Math.abs(x) < 1000 ? x.toPrecision(digits) : String(+x.toPrecision(digits));
  const title = c => (c.part ? c.part + ' ' : '') + c.name.replace(/_/g, c.part ? ' ' : '_') + (c.unit ? ' (' + c.unit + ')' : '');
  const models = [...new Set(fits.map(f => f.model))];
  const score = data.columns.findIndex(c => c.part === 'test' && c.name === data.measure);
  const heldOut = f => score < 0 || !f.x[score] || f.status !== 'done' ? null : f.x[score][0];

  // ---- models compared ----

  const median = v => {
    const s = [...v].sort((a, b) => a - b), n = s.length;
    return n ? (s[(n - 1) >> 1] + s[n >> 1]) / 2 : null;
  };
  // One line for each model, a dot for each cell; dots that would cover each other go up and down.
  function strips(parent, rows) {
    const NS = 'http://www.w3.org/2000/svg', wide = parent.clientWidth || 600, left = 8, line = 46;
    const low = Math.min(0, ...rows.flatMap(r => r.values.map(v => v.x))), high = 1;
    const x = v => left + (v - low) / (high - low) * (wide - 2 * left);
    const make = (p, name, a, text) => {
      const e = document.createElementNS(NS, name);
      for (const [k, v] of Object.entries(a)) e.setAttribute(k, v);
      if (text !== undefined) e.textContent = text;
      p.append(e);
      return e;
    };
    const height = rows.length * line + 24;
    const svg = make(parent, 'svg', { width: wide, height, role: 'img', 'aria-label': 'held-out score of each cell, by model' });
    for (let v = Math.ceil(low * 4) / 4; v <= 1; v += 0.25) {
      make(make(svg, 'g', { class: 'grid' }), 'line', { x1: x(v), x2: x(v), y1: 0, y2: height - 20 });
      make(svg, 'text', { x: x(v), y: height - 5, class: 'muted', 'text-anchor': v === 1 ? 'end' : v === low ? 'start' : 'middle' }, v);
    }
    rows.forEach((r, i) => {
      const y = i * line + 30, taken = new Map();
      make(svg, 'text', { x: left, y: y - 15 }, r.model);
      for (const v of r.values) {
        const slot = Math.round(x(v.x) / 5), k = taken.get(slot) || 0;
        taken.set(slot, k + 1);
        const link = make(svg, 'a', v.href ? { href: v.href } : {});
        const dot = make(link, 'circle', { cx: x(v.x), cy: y + (k % 2 ? -1 : 1) * Math.ceil(k / 2) * 3, r: 3.5, class: 'recorded-fill', 'fill-opacity': 0.55 });
        make(dot, 'title', {}, `${v.cell}: ${number(v.x)}`);
      }
    });
  }

  const href = f => f.page ? encodeURI(f.folder + '/' + f.page) : '';
  function compare() {
    const section = document.getElementById('models');
    const rows = models.map(model => {
      const own = fits.filter(f => f.model === model && heldOut(f) !== null);
      const values = own.map(heldOut);
      return {
        model, n: own.length, best: own.filter(f => f.rank === 1).length, median: median(values),
        mean: values.length ? values.reduce((a, b) => a + b, 0) / values.length : null,
        values: own.map(f => ({ x: heldOut(f), cell: f.cell, href: href(f) })),
      };
    }).filter(r => r.n).sort((a, b) => b.mean - a.mean);
    if (!rows.length) return;
    section.hidden = false;
    if (models.length === 1) section.querySelector('h2').textContent = 'Cells on held-out data';
    if (models.length > 1) {
      const table = element(element(section, 'div', { class: 'scroll' }), 'table');
      const head = element(element(table, 'thead'), 'tr');
      for (const t of ['model', 'cells', 'best of its cell', 'mean', 'median'])
        element(head, 'th', t === 'model' ? {} : { class: 'number' }, t);
      const body = element(table, 'tbody');
      for (const r of rows) {
        const tr = element(body, 'tr');
        element(tr, 'td', {}, r.model);
        for (const v of [String(r.n), String(r.best), number(r.mean), number(r.median)]) element(tr, 'td', { class: 'number' }, v);
      }
    }
    const figure = element(section, 'figure'), plot = element(figure, 'div', { class: 'plot' });
    element(figure, 'p', { class: 'note' }, data.measure.replace(/_/g, ' ') +
      ' on data that the search did not see; a dot is a cell, 1 is best.');
    const draw = () => { plot.replaceChildren(); strips(plot, rows); };
    page.redraw = draw;
    draw();
  }

  // ---- the table ----

  const columns = [
    { name: 'cell', value: f => f.cell, fill: (td, f) => href(f) ? element(td, 'a', { href: href(f) }, f.cell) : td.append(f.cell) },
    { name: 'model', value: f => f.model },
    { name: 'status', value: f => f.status, fill: (td, f) => { td.append(f.status); if (f.reason) element(td, 'div', { class: 'note' }, f.reason); } },
    { name: 'loss', number: true, value: f => f.loss },
    { name: 'test', number: true, value: heldOut, title: data.measure.replace(/_/g, ' ') + ' on held-out data' },
    { name: '95 %', number: true, value: f => score < 0 || !f.x[score] ? null : f.x[score][1],
      fill: (td, f) => { const s = score < 0 ? null : f.x[score]; if (s && s[1] !== null) td.append(number(s[1], 2) + ' .. ' + number(s[2], 2)); } },
    { name: 'repeats', number: true, value: f => score < 0 || !f.x[score] ? null : f.x[score][3], title: 'what the recorded repeats reach among themselves' },
    { name: 'rank', number: true, value: f => f.rank || null, fill: (td, f) => td.append(f.rank || ''), title: 'of the model among those of its cell' },
    { name: 'time (s)', number: true, value: f => f.status === 'failed' ? null : f.seconds },
  ].filter(c => (c.name !== 'rank' && c.name !== 'model') || models.length > 1)
    .filter(c => c.name !== 'repeats' || fits.some(f => c.value(f) !== null));
  let extra = null, sorted = { column: columns[0], down: false }, text = '', status = '', model = '', shown = SHOWN;

  const all = () => extra ? [...columns, extra] : columns;
  function order(a, b) {
    const x = sorted.column.value(a), y = sorted.column.value(b);
    if (x === y) return 0;
    if (x === null || x === undefined) return 1; // what is not known stands last either way
    if (y === null || y === undefined) return -1;
    const by = sorted.column.number ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
    return sorted.down ? -by : by;
  }
  function chosen() {
    const words = text.toLowerCase().split(/\s+/).filter(w => w);
    return fits.filter(f => (!status || f.status === status) && (!model || f.model === model) &&
      words.every(w => (f.cell + ' ' + f.model + ' ' + (f.reason || '')).toLowerCase().includes(w))).sort(order);
  }

  const section = document.getElementById('fits');
  const controls = element(section, 'div', { class: 'controls' });
  const label = (words, child) => { const l = element(controls, 'label', {}, words + ' '); l.append(child); return child; };
  const choice = (options, change) => {
    const s = element(null, 'select');
    for (const [value, words] of options) element(s, 'option', { value }, words);
    s.addEventListener('change', () => { change(s.value); shown = SHOWN; draw(); });
    return s;
  };
  const search = label('Find', element(null, 'input', { type: 'search', id: 'find', placeholder: 'cell, model, reason' }));
  search.addEventListener('input', () => { text = search.value; shown = SHOWN; draw(); });
  label('Status', choice([['', 'all'], ...[...new Set(fits.map(f => f.status))].map(s => [s, s])], v => { status = v; }));
  if (models.length > 1) label('Model', choice([['', 'all'], ...models.map(m => [m, m])], v => { model = v; }));
  if (data.columns.length)
    label('Also show', choice([['', 'nothing more'], ...data.columns.map((c, i) => [i, title(c)])], v => {
      const i = +v;
      extra = v === '' ? null : { name: title(data.columns[i]), number: true, value: f => f.x[i] ? f.x[i][0] : null };
      if (!all().includes(sorted.column)) sorted = { column: extra || columns[0], down: false };
    }));
  const save = element(controls, 'button', { type: 'button' }, 'Save CSV');
  save.addEventListener('click', () => {
    const rows = chosen();
    page.download('fits.csv', 'text/csv', page.csvText(all().map(c => [c.name, rows.map(c.value)])));
  });
  const count = element(section, 'p', { class: 'note', 'aria-live': 'polite' });
  const table = element(element(section, 'div', { class: 'scroll' }), 'table', { id: 'table' });
  const more = element(section, 'button', { type: 'button', hidden: '' }, 'Show more');
  more.addEventListener('click', () => { shown += SHOWN; draw(); });

  function draw() {
    const rows = chosen();
    table.replaceChildren();
    const head = element(element(table, 'thead'), 'tr');
    for (const c of all()) {
      const th = element(head, 'th', { ...(c.number ? { class: 'number' } : {}), 'aria-sort': c === sorted.column ? sorted.down ? 'descending' : 'ascending' : 'none' });
      const button = element(th, 'button', { type: 'button', class: 'sort', ...(c.title ? { title: c.title } : {}) },
        c.name + (c === sorted.column ? sorted.down ? ' ▾' : ' ▴' : ''));
      button.addEventListener('click', () => {
        sorted = { column: c, down: c === sorted.column ? !sorted.down : Boolean(c.number) && c.name !== 'rank' && c.name !== 'loss' };
        draw();
        table.querySelectorAll('th')[all().indexOf(c)].firstChild.focus();
      });
    }
    const body = element(table, 'tbody');
    for (const f of rows.slice(0, shown)) {
      const tr = element(body, 'tr', { class: 'status-' + f.status });
      for (const c of all()) {
        const td = element(tr, 'td', c.number ? { class: 'number' } : {});
        if (c.fill) c.fill(td, f);
        else td.append(c.number ? number(c.value(f)) : c.value(f));
      }
    }
    more.hidden = rows.length <= shown;
    count.textContent = rows.length === fits.length ? `${fits.length} fits` : `${rows.length} of ${fits.length} fits`;
  }

  compare();
  draw();
  document.documentElement.dataset.ready = 'true';
})();
