// Voltage and stimulus over time, and the rows that share their time axis.
'use strict';
(function () {
  const sweeps = report.data.sweeps;
  if (!sweeps.length) return;

  // ---- what is looked at: one sweep, one stretch of time ----

  const extentOf = s => {
    const ends = [s.recorded.start, s.recorded.stop, s.model.start, s.model.stop];
    for (const t of [s.current, s.voltage, s.modelVoltage]) if (t) ends.push(t.start, t.start + t.n * t.dt);
    const used = ends.filter(Number.isFinite);
    return [Math.min(...used), Math.max(...used)];
  };
  const view = report.view = {
    sweep: Math.max(0, sweeps.findIndex(s => s.windows.some(w => w.test))),
    domain: [0, 1],
    listeners: [],
    get current() { return sweeps[view.sweep]; },
    get full() { return extentOf(view.current); },
    set(domain) {
      const [a, b] = view.full, span = Math.min(b - a, Math.max(2, domain[1] - domain[0]));
      const start = Math.min(Math.max(domain[0], a), b - span);
      view.domain = [start, start + span];
      for (const f of view.listeners) f.redraw();
    },
    choose(i) {
      view.sweep = i;
      view.set(view.full);
    },
    zoom(factor, at) {
      const [a, b] = view.domain, centre = at === undefined ? (a + b) / 2 : at;
      view.set([centre - (centre - a) / factor, centre + (b - centre) / factor]);
    },
    pan(part) {
      const [a, b] = view.domain, by = part * (b - a);
      view.set([a + by, b + by]);
    },
    spike(direction) {
      const middle = (view.domain[0] + view.domain[1]) / 2, t = view.current.recorded.t;
      const i = report.lowerBound(t, middle + (direction > 0 ? 1e-6 : 0));
      const next = direction > 0 ? t.find((v, k) => k >= i && v > middle + 0.5) : d3.max(t.filter(v => v < middle - 0.5));
      if (next !== undefined) view.set([next - 25, next + 25]);
    },
  };
  view.domain = view.full;
  // A running fit sends the traces of a few seconds only.
  const glimpse = view.current.modelVoltage;
  if (report.live && glimpse) view.domain = [glimpse.start, glimpse.start + glimpse.n * glimpse.dt];

  // ---- shared drawing ----

  const M = { left: 58, right: 30 };
  report.timeScale = width => d3.scaleLinear().domain(view.domain).range([M.left, width - M.right]);
  report.timeMargins = M;

  // Stretches that were held out, tinted; their name at the top.
  report.drawWindows = function (svg, x, top, height, named) {
    const [a, b] = view.domain;
    const seen = view.current.windows.filter(w => w.stop > a && w.start < b);
    const from = w => x(Math.max(w.start, a)), to = w => x(Math.min(w.stop, b));
    const tests = svg.selectAll('rect.test-window').data(seen.filter(w => w.test));
    tests.exit().remove();
    tests.enter().insert('rect', ':first-child').attr('class', 'test-window').merge(tests)
      .attr('x', from).attr('width', w => Math.max(0, to(w) - from(w))).attr('y', top).attr('height', height);
    const wide = named ? seen.filter(w => to(w) - from(w) > 60) : [];
    const names = svg.selectAll('text.window-name').data(wide);
    names.exit().remove();
    names.enter().append('text').attr('class', 'window-name muted').merge(names)
      .attr('x', w => from(w) + 4).attr('y', top + 11).text(w => w.test ? 'held out' : 'fitted');
  };

  // Drag to pan, pinch or Ctrl and wheel to zoom, double click to zoom in, keys.
  report.bindTime = function (svg, f, top, height) {
    let overlay = svg.select('rect.time-overlay');
    if (overlay.empty()) {
      overlay = svg.append('rect').attr('class', 'time-overlay').attr('tabindex', 0)
        .attr('aria-label', 'time axis: arrow keys move, plus and minus zoom');
      const node = overlay.node();
      const timeAt = px => report.timeScale(f.width).invert(px - node.ownerSVGElement.getBoundingClientRect().left);
      const fingers = new Map();
      node.addEventListener('wheel', e => {
        if (!e.ctrlKey && !e.metaKey && !e.shiftKey) return;
        e.preventDefault();
        view.zoom(Math.pow(1.002, -(e.deltaY || e.deltaX)), timeAt(e.clientX));
      }, { passive: false });
      node.addEventListener('pointerdown', e => {
        node.setPointerCapture(e.pointerId);
        fingers.set(e.pointerId, e.clientX);
      });
      node.addEventListener('pointermove', e => {
        if (!fingers.has(e.pointerId)) return;
        const before = [...fingers.values()];
        fingers.set(e.pointerId, e.clientX);
        const now = [...fingers.values()], span = view.domain[1] - view.domain[0];
        const perPixel = span / (f.width - M.left - M.right);
        if (now.length === 1) {
          view.set(view.domain.map(t => t - (now[0] - before[0]) * perPixel));
        } else if (now.length === 2) {
          const spread = v => Math.max(10, Math.abs(v[0] - v[1]));
          view.zoom(spread(now) / spread(before), timeAt((now[0] + now[1]) / 2));
        }
      });
      for (const end of ['pointerup', 'pointercancel']) node.addEventListener(end, e => fingers.delete(e.pointerId));
      node.addEventListener('dblclick', e => view.zoom(e.shiftKey ? 1 / 3 : 3, timeAt(e.clientX)));
      node.addEventListener('keydown', e => {
        const does = { ArrowLeft: () => view.pan(-0.2), ArrowRight: () => view.pan(0.2), '+': () => view.zoom(1.5),
          '=': () => view.zoom(1.5), '-': () => view.zoom(1 / 1.5), Home: () => view.set(view.full) }[e.key];
        if (does) { e.preventDefault(); does(); }
      });
    }
    overlay.attr('x', M.left).attr('y', top).attr('width', f.width - M.left - M.right).attr('height', height).raise();
  };

  // ---- the traces ----

  const shown = { voltage: true, modelVoltage: true };
  const loaded = {}; // by sweep index: { current, voltage, modelVoltage }
  function load(i) {
    if (!loaded[i]) {
      loaded[i] = {};
      const kinds = ['current', 'voltage', 'modelVoltage'];
      Promise.all(kinds.map(k => report.trace(sweeps[i][k]))).then(traces => {
        kinds.forEach((k, n) => { loaded[i][k] = traces[n]; });
        figure.redraw();
      });
    }
    return loaded[i];
  }
  // New traces take the place of the old ones when they are there.
  report.refreshers.push(async () => {
    const kinds = ['current', 'voltage', 'modelVoltage'];
    for (const i of Object.keys(loaded)) {
      const traces = await Promise.all(kinds.map(k => report.trace(sweeps[i][k])));
      kinds.forEach((k, n) => { loaded[i][k] = traces[n]; });
    }
  });

  const line = (x, y) => d3.line().defined(p => !Number.isNaN(p[1])).x(p => x(p[0])).y(p => y(p[1]));

  function drawPanel(svg, name, width, top, height, x, traces, label) {
    let g = svg.select('g.' + name);
    if (g.empty()) {
      g = svg.append('g').attr('class', name);
      g.append('clipPath').attr('id', 'clip-' + name).append('rect');
      g.append('g').attr('class', 'curves').attr('clip-path', `url(#clip-${name})`);
    }
    g.select('clipPath rect').attr('x', M.left).attr('y', top).attr('width', width - M.left - M.right).attr('height', height);
    const ends = traces.filter(t => t.trace).map(t => report.traceExtent(t.trace));
    const y = d3.scaleLinear().domain(ends.length ? [d3.min(ends, e => e[0]), d3.max(ends, e => e[1])] : [0, 1]).nice()
      .range([top + height, top]);
    report.axis(g, d3.axisLeft(y).ticks(height / 40), `translate(${M.left},0)`, name + '-y');
    report.label(g, name + '-label', 0, 0, label, 'middle')
      .attr('transform', `translate(13,${top + height / 2}) rotate(-90)`);
    const pixels = width - M.left - M.right;
    const paths = g.select('g.curves').selectAll('path').data(traces.filter(t => t.trace && t.show), t => t.cls);
    paths.exit().remove();
    paths.enter().append('path').attr('class', t => t.cls).attr('stroke-width', 1.2).merge(paths)
      .attr('d', t => (line(x, y)(report.tracePoints(t.trace, view.domain, pixels)) || '') + (t.spikes ? strokes(t, x, y) : ''));
  }

  // The spikes of a model that is reset before it could draw one: from its voltage to the recording's peak.
  function strokes(t, x, y) {
    const s = t.spikes, top = y(t.peak);
    let d = '';
    for (let i = report.lowerBound(s, view.domain[0]); i < s.length && s[i] < view.domain[1]; i++) {
      const at = t.trace.value(Math.max(0, Math.min(t.trace.n - 1, Math.ceil((s[i] - t.trace.start) / t.trace.dt) - 1)));
      if (!Number.isNaN(at)) d += `M${x(s[i]).toFixed(2)},${y(at).toFixed(1)}V${top.toFixed(1)}`;
    }
    return d;
  }

  // Two rows of ticks above the voltage.
  function drawTicks(svg, x, top) {
    const rows = [['recorded', view.current.recorded.t], ['model', view.current.model.t]];
    let g = svg.select('g.ticks');
    if (g.empty()) g = svg.append('g').attr('class', 'ticks');
    rows.forEach(([name, t], i) => {
      let path = g.select('path.' + name);
      if (path.empty()) path = g.append('path').attr('class', name).attr('stroke-width', 1.3);
      const y = top + i * 14, seen = t.slice(report.lowerBound(t, view.domain[0]), report.lowerBound(t, view.domain[1]));
      path.attr('d', seen.map(v => `M${x(v).toFixed(1)},${y}v11`).join(''));
      report.label(g, name + '-name', M.left - 6, y + 9, name, 'end').classed('muted', true);
    });
  }

  // The whole sweep in small, with the stretch above marked; drag it, or its edges.
  function drawOverview(svg, width, top) {
    let g = svg.select('g.overview');
    const height = 26, x = d3.scaleLinear().domain(view.full).range([M.left, width - M.right]);
    const clamp = v => Math.max(view.full[0], Math.min(view.full[1], v));
    if (g.empty()) {
      g = svg.append('g').attr('class', 'overview screen-only');
      g.append('rect').attr('class', 'panel-fill');
      g.append('path').attr('class', 'recorded').attr('stroke-width', .7);
      g.append('g').attr('class', 'brush');
    }
    g.select('rect.panel-fill').attr('x', M.left).attr('width', width - M.left - M.right).attr('y', top).attr('height', height);
    g.select('path').attr('d', view.current.recorded.t.map(t => `M${x(t).toFixed(1)},${top + 5}v${height - 10}`).join(''));
    report.label(g, 'overview-name', M.left - 6, top + 17, 'whole', 'end').classed('muted', true);
    const brush = d3.brushX().extent([[M.left, top], [width - M.right, top + height]]).on('brush end', () => {
      if (!d3.event.sourceEvent) return;
      if (!d3.event.selection) { view.set(view.full); return; }
      view.set(d3.event.selection.map(p => clamp(x.invert(p))));
    });
    const b = g.select('g.brush').call(brush);
    brush.move(b, view.domain.map(x));
    return height;
  }

  function draw(svg, width, f) {
    const s = view.current, traces = load(view.sweep), x = report.timeScale(width);
    const hasVoltage = s.voltage || s.modelVoltage, tall = report.high(width < 500 ? 190 : 260, 180), low = report.high(80, 60);
    let y = 6;
    drawTicks(svg, x, y);
    y += 34;
    const top = y;
    if (hasVoltage) {
      drawPanel(svg, 'voltage-panel', width, y, tall, x, [
        { cls: 'recorded', trace: traces.voltage, show: shown.voltage },
        { cls: 'model', trace: traces.modelVoltage, show: shown.modelVoltage, spikes: s.resets ? s.model.t : null,
          peak: traces.voltage ? report.traceExtent(traces.voltage)[1] : 0 }], 'voltage (mV)');
      y += tall + 16;
    }
    if (s.current) {
      drawPanel(svg, 'current-panel', width, y, low, x, [{ cls: 'muted-line', trace: traces.current, show: true }],
        'current (pA)');
      y += low;
    }
    report.drawWindows(svg, x, top, Math.max(10, y - top), true);
    if (f) report.bindTime(svg, f, 0, y);
    report.axis(svg, d3.axisBottom(x).ticks(width / 90), `translate(0,${y + 4})`, 'time');
    report.label(svg, 'time-label', (M.left + width - M.right) / 2, y + 38, 'time (ms)', 'middle');
    y += 50;
    const overview = drawOverview(svg, width, y) + 4; // not on paper
    return y + report.high(overview, -6);
  }

  function csv() {
    const traces = loaded[view.sweep], kinds = [['I_pA', 'current'], ['V_recorded_mV', 'voltage'], ['V_model_mV', 'modelVoltage']];
    const columns = [];
    const [a, b] = view.domain;
    for (const [name, kind] of kinds) {
      const t = traces[kind];
      if (!t) continue;
      const first = Math.max(0, Math.ceil((a - t.start) / t.dt)), last = Math.min(t.n - 1, Math.floor((b - t.start) / t.dt));
      const times = [], values = [];
      for (let i = first; i <= last; i++) {
        times.push(+(t.start + i * t.dt).toPrecision(12));
        values.push(+t.value(i).toPrecision(7));
      }
      const same = columns.find(c => c[0].startsWith('t_') && c[1].length === times.length && c[1][0] === times[0]);
      if (!same) columns.push([columns.length ? `t_${kind}_ms` : 't_ms', times]);
      columns.push([name, values]);
    }
    const inView = t => t.filter(v => v >= a && v <= b);
    columns.push(['spike_recorded_ms', inView(view.current.recorded.t)], ['spike_model_ms', inView(view.current.model.t)]);
    return columns;
  }

  const figure = { redraw() {} };
  const made = report.figure('traces', 'trace', 'Voltage and stimulus', draw, csv);
  figure.redraw = made.redraw;
  view.listeners.push(made);
  const c = made.controls;
  if (sweeps.length > 1) {
    const choice = report.select(c, 'Sweep', sweeps.map(s => s.name), view.choose);
    choice.value = view.sweep;
    choice.id = 'sweep';
  }
  const has = kind => sweeps.some(s => s[kind]);
  if (has('voltage')) report.checkbox(c, 'recorded', true, on => { shown.voltage = on; made.redraw(); }, 'recorded');
  if (has('modelVoltage')) report.checkbox(c, 'model', true, on => { shown.modelVoltage = on; made.redraw(); }, 'model');
  report.button(c, '+', 'Zoom in', () => view.zoom(2)).id = 'zoom-in';
  report.button(c, '−', 'Zoom out', () => view.zoom(0.5)).id = 'zoom-out';
  report.button(c, 'Whole sweep', 'Show the whole sweep', () => view.set(view.full)).id = 'zoom-all';
  report.button(c, '‹ spike', 'To the recorded spike before', () => view.spike(-1)).id = 'spike-before';
  report.button(c, 'spike ›', 'To the next recorded spike', () => view.spike(1)).id = 'spike-next';
  made.note('Drag to move, pinch or hold Ctrl and turn the wheel to zoom, double click to zoom in. '
    + 'The raster and the rate below follow.', 'screen-only');
  made.note('Tinted: held out, never seen by the search.');
})();
