// Scores, parameters, the search.
'use strict';
(function () {
  const data = report.data, fmt = report.format;

  function table(parent, head, rows, numeric) {
    const box = report.element(parent, 'div', { class: 'scroll' }), t = report.element(box, 'table');
    const tr = report.element(report.element(t, 'thead'), 'tr');
    head.forEach((h, i) => report.element(tr, 'th', { class: numeric[i] ? 'number' : '', scope: 'col' }, h));
    const body = report.element(t, 'tbody');
    for (const row of rows) {
      const r = report.element(body, 'tr');
      row.forEach((cell, i) => report.element(r, 'td', { class: numeric[i] ? 'number' : '' }, cell));
    }
    return t;
  }
  report.table = table;
  const interval = (low, high) => (low === null || high === null ? '–' : `${fmt(low)} to ${fmt(high)}`);

  // ---- scores ----

  (function () {
    const scores = data.scores;
    if (!scores.length) return;
    const section = document.getElementById('scores');
    // Bars for what is perfect at 1, held-out data first; everything is in the table.
    const plain = s => s.measure.replace(/_/g, ' ');
    const bars = scores.filter(s => !s.distance && s.value !== null && s.value >= -1)
      .sort((a, b) => (b.part === 'test') - (a.part === 'test'));
    const left = w => (w < 500 ? 10 : 230);
    function draw(svg, width) {
      const narrow = width < 500, pitch = narrow ? 44 : report.high(30, 24), top = 6, right = 60;
      const lo = Math.min(0, d3.min(bars, s => Math.min(s.value, s.low === null ? s.value : s.low)));
      const x = d3.scaleLinear().domain([lo, 1]).range([left(width) + 4, width - right]).clamp(true);
      const rows = svg.selectAll('g.score').data(bars);
      const enter = rows.enter().append('g').attr('class', 'score');
      enter.append('text').attr('class', 'name');
      enter.append('text').attr('class', 'value');
      enter.append('rect').attr('class', 'bar').attr('rx', 2);
      enter.append('path').attr('class', 'whisker').attr('stroke', 'currentColor').attr('fill', 'none').attr('stroke-width', 1.6);
      enter.append('path').attr('class', 'third reliability').attr('stroke-width', 3);
      const all = enter.merge(rows).attr('transform', (s, i) => `translate(0,${top + i * pitch})`);
      const y = narrow ? 17 : 4, h = 16;
      all.select('.name').attr('x', narrow ? left(width) + 4 : left(width) - 4).attr('text-anchor', narrow ? 'start' : 'end')
        .attr('y', narrow ? 12 : 16).text(s => `${plain(s)}, ${s.part}`);
      all.select('.bar').attr('class', s => 'bar ' + (s.part === 'test' ? 'recorded-fill' : 'muted-fill')).attr('fill-opacity', .55)
        .attr('x', s => Math.min(x(0), x(s.value))).attr('width', s => Math.abs(x(s.value) - x(0))).attr('y', y).attr('height', h);
      all.select('.whisker').attr('d', s => (s.low === null || s.high === null ? null
        : `M${x(s.low)},${y + 3}v${h - 6}M${x(s.low)},${y + h / 2}H${x(s.high)}M${x(s.high)},${y + 3}v${h - 6}`));
      all.select('.reliability').attr('d', s => (s.reliability === null ? null : `M${x(s.reliability)},${y - 2}v${h + 4}`));
      all.select('.value').attr('x', width - right + 10).attr('y', y + 12).text(s => d3.format('.3f')(s.value));
      const bottom = top + bars.length * pitch;
      report.axis(svg, d3.axisBottom(x).ticks(Math.max(3, width / 120)), `translate(0,${bottom})`, 'x');
      return bottom + 26;
    }
    if (bars.length) {
      const f = report.figure('scores', 'score', 'Scores (1 is perfect)', draw, () => [
        ['measure', scores.map(s => s.measure)], ['part', scores.map(s => s.part)], ['unit', scores.map(s => s.unit || '')],
        ['value', scores.map(s => s.value)], ['low', scores.map(s => s.low)], ['high', scores.map(s => s.high)],
        ['reliability', scores.map(s => s.reliability)]]);
      f.note('Bars: the score, on held-out data in colour. Whiskers: its confidence interval.'
        + (bars.some(s => s.reliability !== null) ? ' Green mark: how well the recorded repeats agree with each other.' : ''));
    }
    section.hidden = false;
    table(section, ['measure', 'data', 'score', 'confidence interval', 'reliability', 'score / reliability'], scores.map(s => [
      plain(s) + (s.unit ? ` (${s.unit})` : '') + (s.distance ? ', 0 is best' : ''), s.part, fmt(s.value), interval(s.low, s.high), fmt(s.reliability),
      s.distance || s.reliability === null || s.reliability < 0.2 ? '–' : d3.format('.2f')(s.value / s.reliability)]),
      [false, false, true, true, true, true]);
  })();

  // ---- parameters ----

  const parameters = data.parameters, fitted = parameters.filter(p => p.low !== null && p.high !== null);
  const place = p => (p.log ? d3.scaleLog() : d3.scaleLinear()).domain([p.low, p.high]);
  const unit = p => (p.unit && p.unit !== '1' ? p.unit : '');
  const withUnit = p => p.name + (unit(p) ? ` (${unit(p)})` : '');

  Object.assign(report, { fitted, withUnit });

  (function () {
    if (!parameters.length) return;
    const section = document.getElementById('parameters');
    section.hidden = false;
    function draw(svg, width) {
      const says = p => `${p.name} = ${fmt(p.value)} ${unit(p)}${p.bound ? ' (at its bound)' : ''}`;
      const narrow = width < 500, pitch = narrow ? 50 : report.high(34, 30), right = narrow ? 6 : 30;
      const left = narrow ? 6 : 24 + 7 * d3.max(fitted, p => says(p).length);
      const rows = svg.selectAll('g.parameter').data(fitted);
      const enter = rows.enter().append('g').attr('class', 'parameter');
      for (const c of ['name', 'low muted', 'high muted']) enter.append('text').attr('class', c);
      enter.append('rect').attr('class', 'line-fill');
      enter.append('rect').attr('class', 'sure third-fill').attr('fill-opacity', .5);
      enter.append('circle').attr('class', 'recorded-fill').attr('r', 5.5);
      const all = enter.merge(rows).attr('transform', (p, i) => `translate(0,${4 + i * pitch})`);
      const y = narrow ? 20 : 8, at = (p, v) => place(p).range([left, width - right]).clamp(true)(v);
      all.select('.name').attr('x', narrow ? left : left - 12).attr('y', narrow ? 12 : 12).attr('text-anchor', narrow ? 'start' : 'end')
        .text(says);
      all.select('.line-fill').attr('x', left).attr('width', width - right - left).attr('y', y - 2).attr('height', 4);
      all.select('.sure').attr('display', p => (p.sureLow === null ? 'none' : null)).attr('x', p => at(p, p.sureLow))
        .attr('width', p => Math.max(2, at(p, p.sureHigh) - at(p, p.sureLow))).attr('y', y - 6).attr('height', 12);
      all.select('circle').attr('cx', p => at(p, p.value)).attr('cy', y);
      all.select('.low').attr('x', left).attr('y', y + 18).text(p => fmt(p.low));
      all.select('.high').attr('x', width - right).attr('y', y + 18).attr('text-anchor', 'end')
        .text(p => fmt(p.high) + (p.log ? ', logarithmic' : ''));
      return 8 + fitted.length * pitch;
    }
    if (fitted.length) {
      const f = report.figure('parameters', 'bounds', 'Fitted parameters between their bounds', draw, () => [
        ['name', parameters.map(p => p.name)], ['unit', parameters.map(unit)], ['value', parameters.map(p => p.value)],
        ['low', parameters.map(p => p.low)], ['high', parameters.map(p => p.high)],
        ['sure_low', parameters.map(p => p.sureLow)], ['sure_high', parameters.map(p => p.sureHigh)]]);
      if (data.sureWords && fitted.some(p => p.sureLow !== null)) f.note(data.sureWords);
    }
    const profiled = fitted.filter(p => p.profileValue.length > 1);
    if (profiled.length) profiles(profiled);
    if (report.live) return; // a table would not follow
    const known = p => p.error !== undefined, errors = (...x) => (fitted.some(known) ? x : []); // of a bootstrap
    table(section, ['parameter', 'value', 'unit', 'bounds', data.sureTitle || 'nearly as good', ...errors('standard error', '95 % interval'), 'the data say', 'meaning'], parameters.map(p => [
      p.name, fmt(p.value), unit(p), p.low === null ? 'fixed' : interval(p.low, p.high) + (p.bound ? ', active' : ''),
      interval(p.sureLow, p.sureHigh), ...errors(known(p) ? fmt(p.error) : '', known(p) ? interval(p.errorLow, p.errorHigh) : ''),
      p.determined || '', (p.doc || '').replace(/ \[.*\]$/, '')]), [false, true, false, true, true, ...errors(true, true), false, false]);
    const told = fitted.filter(p => p.sentence);
    if (!told.length) return;
    const more = report.element(section, 'details');
    report.element(more, 'summary', {}, 'What the data say about each parameter');
    const list = report.element(more, 'ul');
    for (const p of told) report.element(list, 'li', {}, p.sentence);
  })();

  // The loss along each parameter, small panels side by side.
  function profiles(list) {
    const [lo, hi] = data.profileLimits, refitted = list.some(p => p.profileRefitted.length), limit = data.nearLimit;
    const curves = [['held', 'profileLoss', refitted ? 'muted-line' : 'recorded'], ['refitted', 'profileRefitted', 'recorded']];
    const stretch = p => data.profileStretch[parameters.indexOf(p)];
    function draw(svg, width) {
      const columns = Math.max(1, Math.floor(width / 210)), w = width / columns, h = report.high(134, 116);
      const panels = svg.selectAll('g.profile').data(list);
      const enter = panels.enter().append('g').attr('class', 'profile');
      enter.append('clipPath').attr('id', (p, i) => 'clip-profile-' + i).append('rect');
      enter.append('path').attr('class', 'model best').attr('stroke-width', 1.5);
      const inside = enter.append('g').attr('clip-path', (p, i) => `url(#clip-profile-${i})`);
      for (const [name, , cls] of curves) inside.append('path').attr('class', `${cls} ${name}`).attr('stroke-width', cls === 'recorded' ? 1.8 : 1.1);
      inside.append('path').attr('class', 'third limit').attr('stroke-width', 1.1).attr('stroke-dasharray', '5 3');
      enter.append('rect').attr('class', 'frame');
      enter.append('text').attr('class', 'name');
      enter.merge(panels).attr('transform', (p, i) => `translate(${i % columns * w},${Math.floor(i / columns) * h})`).each(function (p, i) {
        const g = d3.select(this), left = i % columns ? 14 : 44, top = 18, bottom = h - 44, right = w - 22;
        const x = place(p).domain(stretch(p)).range([left, right]), y = d3.scaleLinear().domain([lo, hi]).range([bottom, top]);
        for (const r of g.selectAll('.frame, clipPath rect').nodes()) {
          d3.select(r).attr('x', left).attr('y', top).attr('width', right - left).attr('height', bottom - top);
        }
        for (const [name, key] of curves) {
          g.select('.' + name).attr('d', d3.line().defined(k => p[key][k] !== null)
            .x(k => x(p.profileValue[k])).y(k => y(p[key][k]))(d3.range(p[key].length)));
        }
        g.select('.best').attr('d', `M${x(p.value)},${top}V${bottom}`);
        g.select('.limit').attr('d', limit > lo ? `M${left},${y(limit)}H${right}` : null);
        g.select('.name').attr('x', left).attr('y', 12).text(withUnit(p));
        report.axis(g, d3.axisBottom(x).tickValues(report.roomyTicks(x, p.log, false)).tickFormat(fmt), `translate(0,${bottom})`, 'x');
        if (i % columns === 0) report.axis(g, d3.axisLeft(y).ticks(3), `translate(${left},0)`, 'y');
        else g.select('g.axis.y').remove();
      });
      return Math.ceil(list.length / columns) * h;
    }
    const f = report.figure('parameters', 'profiles', 'Loss along each parameter, around the optimum', draw,
      () => list.flatMap(p => [[withUnit(p), p.profileValue], [p.name + '_loss_others_held', p.profileLoss],
        ...(refitted ? [[p.name + '_loss_others_refitted', p.profileRefitted]] : [])]));
    report.legend(f.controls, [['model', 'best value'], [refitted ? 'muted' : 'recorded', 'other parameters held'],
      ...(refitted ? [['recorded', 'other parameters refitted']] : []), ...(limit > 0 ? [['third', 'nearly as good below this']] : [])]);
    f.note('The flatter the curve, the less the recording says about the parameter. Where refitting the others keeps the loss low '
      + 'and holding them does not, they make up for each other.');
  }

  // ---- convergence ----

  const generations = data.generations;
  const marker = { generation: generations.length - 1, listeners: [] };
  report.refreshers.push(() => { marker.generation = Math.min(marker.generation, generations.length - 1); });

  if (generations.length > 1) (function () {
    const M = { left: 62, right: 30, top: 10 };
    const losses = () => generations.flatMap(g => [g.best, g.median]).filter(v => v !== null);
    let logAxis = losses().every(v => v > 0);
    const canLog = logAxis;
    let x, y, height;
    function draw(svg, width) {
      height = report.high(200, 130);
      x = d3.scaleLinear().domain([0, d3.max(generations, g => g.evaluations)]).range([M.left, width - M.right]);
      const [lo, hi] = d3.extent(losses()), room = logAxis ? Math.pow(hi / lo, 0.05) : (hi - lo) * 0.05;
      y = logAxis ? d3.scaleLog().domain([lo / room, hi * room]) : d3.scaleLinear().domain([lo - room, hi + room]);
      y.range([M.top + height, M.top]);
      // A restart begins a new line of medians.
      const runs = d3.nest().key(g => g.run).entries(generations.filter(g => g.median !== null)).map(r => r.values);
      const line = k => d3.line().defined(g => g[k] !== null).x(g => x(g.evaluations)).y(g => y(g[k]));
      const medians = svg.selectAll('path.median').data(runs);
      medians.exit().remove();
      medians.enter().append('path').attr('class', 'median model').attr('stroke-width', 1.2).attr('stroke-opacity', .8).merge(medians).attr('d', line('median'));
      for (const c of ['best recorded', 'now muted-line']) {
        const k = c.split(' ')[0];
        if (svg.select('path.' + k).empty()) svg.append('path').attr('class', c).attr('stroke-width', k === 'best' ? 2 : 1).attr('stroke-dasharray', k === 'now' ? '3 3' : null);
      }
      svg.select('path.best').attr('d', line('best')(generations));
      report.axis(svg, d3.axisLeft(y).ticks(5, '~g'), `translate(${M.left},0)`, 'y');
      report.axis(svg, d3.axisBottom(x).ticks(width / 110), `translate(0,${M.top + height})`, 'x');
      report.label(svg, 'x-label', (M.left + width - M.right) / 2, M.top + height + 36, 'evaluations', 'middle');
      report.label(svg, 'y-label', 0, 0, 'loss', 'middle').attr('transform', `translate(13,${M.top + height / 2}) rotate(-90)`);
      mark();
      return M.top + height + 44;
    }
    function mark() {
      const g = generations[marker.generation];
      f && f.svg.select('path.now').attr('d', data.population ? `M${x(g.evaluations)},${M.top}v${height}` : null);
    }
    let f = null;
    f = report.figure('search', 'convergence', 'Convergence', draw, () => [
      ['evaluations', generations.map(g => g.evaluations)], ['best_loss', generations.map(g => g.best)],
      ['median_loss', generations.map(g => g.median)], ['run', generations.map(g => g.run)]]);
    mark();
    marker.listeners.push(mark);
    if (canLog) {
      report.checkbox(f.controls, 'logarithmic', true, on => { logAxis = on; f.redraw(); }).id = 'convergence-log';
    }
    report.legend(f.controls, [['recorded', 'best so far'], ['model', 'median of the generation']]);
  })();

  // ---- the population ----

  function showPopulation(bytes) {
    const D = fitted.length;
    let all, start, colour;
    function take(packed) {
      all = new Float32Array(packed.buffer);
      start = [];
      let sum = 0;
      for (const g of generations) { start.push(sum); sum += g.n; }
      colour = d3.scaleSequential(d3.interpolateCividis).domain([data.lossLimits[1], data.lossLimits[0]]).clamp(true);
    }
    take(bytes);
    let kx = 0, ky = 1, timer = null;
    const M = { left: 66, right: 30, top: 10, bottom: 44 };

    function draw(svg, width) {
      const height = report.high(Math.min(430, Math.max(260, width * 0.6)), 280);
      const x = place(fitted[kx]).range([M.left, width - M.right]), y = place(fitted[ky]).range([height - M.bottom, M.top]);
      // Points come as parts of the way between the bounds, on the parameter's own scale.
      const px = u => M.left + u * (width - M.left - M.right), py = u => height - M.bottom - u * (height - M.top - M.bottom);
      const g = generations[marker.generation], first = start[marker.generation];
      if (svg.select('rect.frame').empty()) svg.append('rect').attr('class', 'frame');
      svg.select('rect.frame').attr('x', M.left).attr('y', M.top).attr('width', width - M.left - M.right).attr('height', height - M.top - M.bottom);
      const dots = svg.selectAll('circle.candidate').data(d3.range(g.n).map(i => (first + i) * (D + 1)));
      dots.exit().remove();
      dots.enter().append('circle').attr('class', 'candidate').attr('r', 4.5).attr('fill-opacity', .85).attr('stroke-width', .7).merge(dots)
        .attr('cx', o => px(all[o + kx])).attr('cy', o => py(all[o + ky]))
        .attr('fill', o => (Number.isFinite(all[o + D]) ? colour(all[o + D]) : 'none')).attr('stroke', 'gray');
      if (svg.select('path.best').empty()) svg.append('path').attr('class', 'best').attr('stroke', 'currentColor').attr('stroke-width', 2.2);
      svg.select('path.best').raise().attr('d', `M${x(fitted[kx].value) - 9},${y(fitted[ky].value)}h18m-9,-9v18`);
      const ticks = p => (p.log ? [5, '~g'] : [5]);
      report.axis(svg, d3.axisBottom(x).ticks(...ticks(fitted[kx])), `translate(0,${height - M.bottom})`, 'x');
      report.axis(svg, d3.axisLeft(y).ticks(...ticks(fitted[ky])), `translate(${M.left},0)`, 'y');
      report.label(svg, 'x-label', (M.left + width - M.right) / 2, height - 8, withUnit(fitted[kx]), 'middle');
      report.label(svg, 'y-label', 0, 0, withUnit(fitted[ky]), 'middle').attr('transform', `translate(13,${(height - M.bottom) / 2}) rotate(-90)`);
      return height;
    }
    const f = report.figure('search', 'population', 'The population, generation by generation', draw, () => {
      const rows = generations.flatMap((g, i) => d3.range(g.n).map(k => [i, (start[i] + k) * (D + 1)]));
      const value = (p, u) => (p.log ? p.low * Math.pow(p.high / p.low, u) : p.low + u * (p.high - p.low));
      return [['generation', rows.map(r => r[0])], ...fitted.map((p, k) => [withUnit(p), rows.map(r => +value(p, all[r[1] + k]).toPrecision(6))]),
        ['loss', rows.map(r => all[r[1] + D])]];
    });
    const names = fitted.map(p => p.name);
    report.select(f.controls, 'Across', names, i => { kx = i; f.redraw(); }).id = 'population-x';
    const up = report.select(f.controls, 'Up', names, i => { ky = i; f.redraw(); });
    up.value = ky;
    up.id = 'population-y';
    const play = report.button(f.controls, 'Play', 'Play the search from where the slider stands', () => (timer ? stop() : run()));
    play.id = 'population-play';
    const slider = report.element(f.controls, 'input', { type: 'range', min: 0, max: generations.length - 1, value: marker.generation,
      'aria-label': 'generation', id: 'population-slider' });
    const says = report.element(f.controls, 'span', { class: 'quiet', id: 'population-generation' });
    function show(i) {
      marker.generation = i;
      slider.value = i;
      const g = generations[i];
      says.textContent = `generation ${i + 1} of ${generations.length}, ${d3.format(',')(g.evaluations)} evaluations`;
      f.redraw();
      for (const l of marker.listeners) l();
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = 'Play';
    }
    function run() {
      if (marker.generation === generations.length - 1) show(0);
      play.textContent = 'Pause';
      // The whole search in about ten seconds.
      const stride = Math.max(1, Math.round(generations.length / 250)), delay = Math.max(40, 10000 / generations.length);
      timer = setInterval(() => {
        const next = Math.min(generations.length - 1, marker.generation + stride);
        show(next);
        if (next === generations.length - 1) stop();
      }, delay);
    }
    report.refreshers.push(async () => {
      const atEnd = +slider.value === +slider.max;
      take(await report.unpackBlock(data.population.block));
      slider.max = generations.length - 1;
      if (atEnd && !timer) show(generations.length - 1);
    });
    slider.addEventListener('input', () => { stop(); show(+slider.value); });
    f.note('Each dot is a candidate; dark ones are poor, bright ones good, empty ones failed. The cross is the best of all.');
    show(marker.generation);
  }

  // ---- failures ----

  function showFailures() {
    const list = data.failures;
    function draw(svg, width) {
      const total = data.evaluations, left = 150, pitch = report.high(26, 22), x = d3.scaleLinear().domain([0, d3.max(list, d => d.count / total) || 1]).nice().range([left, width - 160]);
      const rows = svg.selectAll('g.failure').data(list);
      const enter = rows.enter().append('g').attr('class', 'failure');
      enter.append('text').attr('class', 'name').attr('text-anchor', 'end');
      enter.append('rect').attr('class', 'model-fill').attr('fill-opacity', .6);
      enter.append('text').attr('class', 'count');
      const all = enter.merge(rows).attr('transform', (d, i) => `translate(0,${i * pitch})`);
      all.select('.name').attr('x', left - 8).attr('y', 16).text(d => d.label);
      all.select('rect').attr('x', left).attr('y', 5).attr('height', 15).attr('width', d => x(d.count / total) - left);
      all.select('.count').attr('x', d => x(d.count / total) + 6).attr('y', 16).text(d => `${d3.format(',')(d.count)} of ${d3.format(',')(total)} (${d3.format('.1%')(d.count / total)})`);
      return list.length * pitch + 6;
    }
    report.figure('search', 'failures', 'Failed candidates', draw,
      () => [['reason', list.map(d => d.label)], ['count', list.map(d => d.count)]])
      .note('A failed candidate is no error: it gets a graded cost and the search goes on.');
  }

  function showFailuresOverTime() {
    const at = data.failureEvaluations, classes = ['recorded', 'model', 'third', 'muted-line'];
    const curves = () => data.failurePercent.map((v, i) => ({ v, cls: classes[i % classes.length], label: data.failures[i].label }))
      .filter(c => c.v.some(p => p > 0));
    if (!curves().length) return;
    function draw(svg, width) {
      const M = { left: 62, right: 30, top: 10 }, height = report.high(130, 90);
      const shown = curves(), x = d3.scaleLinear().domain([0, at[at.length - 1]]).range([M.left, width - M.right]);
      const y = d3.scaleLinear().domain([0, d3.max(shown, c => d3.max(c.v))]).nice().range([M.top + height, M.top]);
      const paths = svg.selectAll('path.share').data(shown);
      paths.enter().append('path').attr('stroke-width', 1.8).merge(paths).attr('class', c => 'share ' + c.cls)
        .attr('stroke-dasharray', c => ({ model: '7 3', third: '2 2' }[c.cls] || null))
        .attr('d', c => d3.line().x((v, i) => x(at[i])).y(v => y(v))(c.v));
      report.axis(svg, d3.axisLeft(y).ticks(4), `translate(${M.left},0)`, 'y');
      report.axis(svg, d3.axisBottom(x).ticks(width / 110), `translate(0,${M.top + height})`, 'x');
      report.label(svg, 'x-label', (M.left + width - M.right) / 2, M.top + height + 36, 'evaluations', 'middle');
      report.label(svg, 'y-label', 0, 0, 'failed (%)', 'middle').attr('transform', `translate(13,${M.top + height / 2}) rotate(-90)`);
      return M.top + height + 44;
    }
    const f = report.figure('search', 'failures-over-time', 'When candidates failed', draw,
      () => [['evaluations', at], ...data.failurePercent.map((v, i) => [data.failures[i].label + '_percent', v])]);
    report.legend(f.controls, curves().map(c => [c.cls.replace('-line', ''), c.label]));
  }

  const hasPopulation = data.population && fitted.length > 1;
  Promise.resolve(hasPopulation ? report.unpackBlock(data.population.block).then(showPopulation) : null).then(() => {
    if (data.failures.length && data.evaluations) showFailures();
    if (data.failurePercent) showFailuresOverTime();
    document.documentElement.dataset.searchReady = 'true';
  });
})();
