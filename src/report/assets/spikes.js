// Spikes: raster of repeats and model, rate over time, intervals.
'use strict';
(function () {
  const sweeps = report.data.sweeps, view = report.view;
  if (!sweeps.length) return;

  // Sweeps with the stimulus of the one that is looked at, and the distinct trains of the model.
  const repeats = () => sweeps.filter(s => s.stimulus === view.current.stimulus);
  function modelRows() {
    const rows = [];
    for (const s of repeats()) {
      const key = s.model.t.join();
      if (rows.some(r => r.key === key)) continue;
      rows.push({ key, t: s.model.t, name: s.name });
      for (const t of s.trials) rows.push({ key: null, t, name: s.name });
    }
    return rows;
  }
  const anyModel = sweeps.some(s => s.model.t.length);

  // ---- raster ----

  function rasterRows() {
    const recorded = repeats().map(s => ({ cls: 'recorded', name: s.name, t: s.recorded.t }));
    const model = modelRows();
    const trials = view.current.trials.length;
    const named = (m, i) => (trials ? 'model ' + (i + 1) : model.length > 1 ? 'model, ' + m.name : 'model');
    return recorded.concat(model.map((m, i) => ({ cls: 'model', name: named(m, i), t: m.t })));
  }

  function drawRaster(svg, width, f) {
    const rows = rasterRows(), x = report.timeScale(width), M = report.timeMargins;
    const pitch = rows.length > 30 ? 9 : report.high(16, 13), height = rows.length * pitch + 8;
    const [a, b] = view.domain;
    const groups = svg.selectAll('g.row').data(rows);
    groups.exit().remove();
    const entered = groups.enter().append('g').attr('class', 'row');
    entered.append('path').attr('stroke-width', 1.3);
    entered.append('text').attr('class', 'muted').attr('x', M.left - 6).attr('text-anchor', 'end');
    const all = entered.merge(groups);
    const top = (d, i) => 4 + i * pitch + (d.cls === 'model' ? 8 : 0);
    all.select('path').attr('class', d => d.cls).attr('d', function (d, i) {
      const seen = d.t.slice(report.lowerBound(d.t, a), report.lowerBound(d.t, b)), y = top(d, i);
      return seen.map(v => `M${x(v).toFixed(1)},${y}v${pitch - 4}`).join('');
    });
    all.select('text').attr('y', (d, i) => top(d, i) + pitch / 2 + 2)
      .text(d => pitch < 12 ? '' : d.name.length > 8 ? '…' + d.name.slice(-6) : d.name) // names of repeats differ at the end
      .append('title').text(d => d.name);
    report.drawWindows(svg, x, 0, height + 8, false);
    report.bindTime(svg, f, 0, height + 8);
    report.axis(svg, d3.axisBottom(x).ticks(width / 90), `translate(0,${height + 12})`, 'time');
    report.label(svg, 'time-label', (M.left + width - M.right) / 2, height + 46, 'time (ms)', 'middle');
    return height + 54;
  }

  const raster = report.figure('spikes', 'raster', 'Raster', drawRaster, () => {
    const rows = rasterRows();
    return [['train', rows.flatMap(r => r.t.map(() => (r.cls === 'model' && r.name === 'model' ? '' : r.cls + ' ') + r.name))],
      ['t_ms', rows.flatMap(r => r.t)]];
  });
  view.listeners.push(raster);
  report.legend(raster.controls, [['recorded', 'recorded, a row for each repeat'],
    ['model', sweeps.some(s => s.trials.length) ? 'model, a row for each simulated trial' : 'model']]);
  if (sweeps.some(s => s.trials.length)) raster.note('The model is noisy: each row is a trial under noise of its own. The voltage above is that of the first.');

  // ---- rate over time ----

  const WIDTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  let binWidth = Math.min(1000, report.data.rateBin);

  // Mean rate in Hz of so many trains, in bins of binWidth from the sweep's start.
  function rate(trains) {
    const [a, b] = view.full, n = Math.max(1, Math.ceil((b - a) / binWidth)), count = new Float64Array(n);
    for (const t of trains) for (const v of t) if (v >= a && v < b) count[Math.floor((v - a) / binWidth)]++;
    return count.map(c => c / trains.length / binWidth * 1000);
  }

  function steps(values, x, y) {
    const [a, b] = view.domain, start = view.full[0];
    const first = Math.max(0, Math.floor((a - start) / binWidth)), last = Math.min(values.length - 1, Math.ceil((b - start) / binWidth));
    let d = `M${x(start + first * binWidth).toFixed(1)},${y(0)}`;
    for (let i = first; i <= last; i++) d += `V${y(values[i]).toFixed(1)}H${x(start + (i + 1) * binWidth).toFixed(1)}`;
    return d + `V${y(0)}`;
  }

  function drawRate(svg, width, f) {
    const x = report.timeScale(width), M = report.timeMargins, height = report.high(150, 100), top = 8;
    const curves = [['recorded', rate(repeats().map(s => s.recorded.t))], ['model', rate(modelRows().map(m => m.t))]];
    const y = d3.scaleLinear().domain([0, d3.max(curves, c => d3.max(c[1])) || 1]).nice().range([top + height, top]);
    if (svg.select('clipPath').empty()) {
      svg.append('clipPath').attr('id', 'clip-rate').append('rect');
      svg.append('g').attr('class', 'curves').attr('clip-path', 'url(#clip-rate)');
    }
    svg.select('clipPath rect').attr('x', M.left).attr('y', 0).attr('width', width - M.left - M.right).attr('height', top + height + 1);
    const paths = svg.select('g.curves').selectAll('path').data(curves);
    paths.enter().append('path').attr('stroke-width', 1.6).attr('fill-opacity', .45).merge(paths)
      .attr('class', c => (c[0] === 'recorded' ? 'recorded-fill' : 'model')).attr('d', c => steps(c[1], x, y));
    report.axis(svg, d3.axisLeft(y).ticks(4), `translate(${M.left},0)`, 'rate-y');
    report.label(svg, 'rate-label', 0, 0, 'rate (Hz)', 'middle').attr('transform', `translate(13,${top + height / 2}) rotate(-90)`);
    report.drawWindows(svg, x, top, height, false);
    report.bindTime(svg, f, top, height);
    report.axis(svg, d3.axisBottom(x).ticks(width / 90), `translate(0,${top + height})`, 'time');
    report.label(svg, 'time-label', (M.left + width - M.right) / 2, top + height + 34, 'time (ms)', 'middle');
    return top + height + 42;
  }

  const psth = report.figure('spikes', 'psth', 'Rate over time (PSTH, mean over repeats)', drawRate, () => {
    const r = rate(repeats().map(s => s.recorded.t)), m = rate(modelRows().map(t => t.t));
    return [['t_ms', [...r].map((v, i) => view.full[0] + i * binWidth)], ['recorded_Hz', [...r]], ['model_Hz', [...m]]];
  });
  view.listeners.push(psth);
  const chosen = report.select(psth.controls, 'Bins', WIDTHS.map(w => w + ' ms'), i => { binWidth = WIDTHS[i]; psth.redraw(); });
  chosen.value = WIDTHS.indexOf(binWidth);
  chosen.id = 'psth-bins';

  // ---- intervals ----

  const intervals = report.data.intervals;
  if (!intervals) return;
  let logAxis = intervals.logBetter;
  const chosenBins = () => (logAxis ? intervals.log : intervals.linear);

  function drawIntervals(svg, width) {
    const M = { left: 58, right: 30 }, height = report.high(170, 110), top = 8, bins = chosenBins();
    const x = (logAxis ? d3.scaleLog() : d3.scaleLinear()).domain([bins.edges[0], bins.edges[bins.edges.length - 1]])
      .range([M.left, width - M.right]);
    const y = d3.scaleLinear().domain([0, d3.max([...bins.recorded, ...bins.model]) || 1]).nice().range([top + height, top]);
    const bars = svg.selectAll('rect.bar').data(bins.recorded);
    bars.exit().remove();
    bars.enter().append('rect').attr('class', 'bar recorded-fill').attr('fill-opacity', .45).merge(bars)
      .attr('x', (d, i) => x(bins.edges[i]) + .5).attr('width', (d, i) => Math.max(.5, x(bins.edges[i + 1]) - x(bins.edges[i]) - 1))
      .attr('y', d => y(d)).attr('height', d => top + height - y(d));
    let outline = svg.select('path.model');
    if (outline.empty()) outline = svg.append('path').attr('class', 'model').attr('stroke-width', 2);
    outline.raise().attr('d', `M${x(bins.edges[0])},${y(0)}` + bins.model.map((v, i) => `V${y(v)}H${x(bins.edges[i + 1])}`).join('') + `V${y(0)}`);
    report.axis(svg, d3.axisLeft(y).ticks(4, '%'), `translate(${M.left},0)`, 'y');
    report.axis(svg, logAxis ? d3.axisBottom(x).ticks(width / 120, '~r') : d3.axisBottom(x).ticks(width / 90), `translate(0,${top + height})`, 'x');
    report.label(svg, 'x-label', (M.left + width - M.right) / 2, top + height + 36, 'interval between spikes (ms)', 'middle');
    report.label(svg, 'y-label', 0, 0, 'share of intervals', 'middle').attr('transform', `translate(13,${top + height / 2}) rotate(-90)`);
    return top + height + 44;
  }

  const isi = report.figure('spikes', 'intervals', 'Intervals between spikes (all sweeps)', drawIntervals, () => {
    const bins = chosenBins();
    return [['from_ms', bins.edges.slice(0, -1)], ['to_ms', bins.edges.slice(1)],
      ['recorded_share', bins.recorded], ['model_share', bins.model]];
  });
  const box = report.checkbox(isi.controls, 'logarithmic', logAxis, on => {
    logAxis = on;
    isi.svg.selectAll('g.axis').remove();
    isi.redraw();
  });
  box.id = 'isi-log';
  report.legend(isi.controls, report.live ? [['recorded', 'recorded'], ['model', 'model']]
    : [['recorded', `recorded (${intervals.nRecorded})`], ['model', `model (${intervals.nModel})`]]);
  if (!anyModel) isi.note('The model fired no spike.');
})();
