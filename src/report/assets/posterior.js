// A posterior: what each parameter may be, which go together, whether to believe it.
'use strict';
(function () {
  const post = report.data.posterior, fmt = report.format, fitted = report.fitted;
  if (!post) return;
  const D = fitted.length, section = document.getElementById('posterior');
  report.element(section, 'p', {}, post.words);

  const pText = p => (p < .001 ? '< 0.001' : d3.format('.3f')(p));

  // Panels beside each other, in rows as even as they can be.
  const columnsOf = width => Math.ceil(D / Math.ceil(D / Math.max(1, Math.floor(width / 220))));

  // ---- marginals ----

  const scale = (p, ends) => (p.log ? d3.scaleLog() : d3.scaleLinear()).domain(ends);
  function drawMarginals(svg, width) {
    const columns = columnsOf(width), w = width / columns, h = report.high(156, 128);
    const panels = svg.selectAll('g.marginal').data(fitted);
    const enter = panels.enter().append('g').attr('class', 'marginal');
    enter.append('path').attr('class', 'bars recorded-fill').attr('fill-opacity', .5);
    enter.append('path').attr('class', 'prior muted-line').attr('stroke-width', 1.6).attr('stroke-dasharray', '5 3');
    enter.append('path').attr('class', 'range third').attr('stroke-width', 4);
    enter.append('path').attr('class', 'median model').attr('stroke-width', 1.6);
    enter.append('text').attr('class', 'name');
    enter.append('text').attr('class', 'says muted');
    enter.merge(panels).attr('transform', (p, j) => `translate(${j % columns * w},${Math.floor(j / columns) * h})`).each(function (p, j) {
      const g = d3.select(this), m = post.marginals[j], left = 12, right = w - 24, top = 40, bottom = h - 30, n = m.density.length;
      const ends = [m.edges[0], m.edges[n]], x = scale(p, ends).range([left, right]).clamp(true);
      const y = d3.scaleLinear().domain([0, m.top || 1]).range([bottom, top]);
      const steps = v => `M${left},${bottom}` + v.map((d, k) => `V${y(d).toFixed(1)}H${x(m.edges[k + 1]).toFixed(1)}`).join('') + `V${bottom}`;
      g.select('.bars').attr('d', steps(m.density));
      g.select('.prior').attr('d', d3.line().defined(k => m.prior[k] !== null).x(k => (x(m.edges[k]) + x(m.edges[k + 1])) / 2).y(k => y(m.prior[k]))(d3.range(n)));
      g.select('.range').attr('d', `M${x(post.low[j])},${bottom - 3}H${x(post.high[j])}`);
      g.select('.median').attr('d', `M${x(post.median[j])},${top}V${bottom}`);
      g.select('.name').attr('x', left).attr('y', 13).text(report.withUnit(p));
      g.select('.says').attr('x', left).attr('y', 30).text(`${fmt(post.median[j])}; 95 %: ${fmt(post.low[j])} to ${fmt(post.high[j])}`);
      report.axis(g, d3.axisBottom(x).tickValues(report.roomyTicks(x, p.log, false)).tickFormat(fmt), `translate(0,${bottom})`, 'x');
    });
    return Math.ceil(D / columns) * h;
  }
  const f = report.figure('posterior', 'marginals', 'What each parameter may be', drawMarginals,
    () => fitted.flatMap((p, j) => [[report.withUnit(p) + ' from', post.marginals[j].edges.slice(0, -1)], [p.name + ' to', post.marginals[j].edges.slice(1)],
      [p.name + '_density', post.marginals[j].density], [p.name + '_prior', post.marginals[j].prior]]));
  report.legend(f.controls, [['recorded', 'posterior'], ['muted', 'prior'], ['third', '95 % of the posterior'], ['model', 'median']]);
  f.note('Height: probability density. Where the posterior is no narrower than the prior, the recording says nothing about the parameter. '
    + 'An axis reaches a little beyond the posterior, not from bound to bound.');

  // ---- pairs ----

  let kx = 0, ky = Math.min(1, D - 1);
  for (let i = 0; i < D; i++) for (let j = 0; j < i; j++) if (Math.abs(post.correlation[i][j]) > Math.abs(post.correlation[ky][kx]) || kx === ky) [kx, ky] = [j, i];
  let pairs = null;
  const colour = r => d3.interpolateRgb(r < 0 ? '#c04f00' : '#0072b2', '#ffffff')(1 - Math.abs(r));

  function drawCorrelations(svg, width) {
    const names = fitted.map(p => p.name), left = Math.min(110, 14 + 7.5 * d3.max(names, n => n.length));
    const cell = Math.max(20, Math.min(56, (width - left - 40) / Math.max(1, D - 1))), top = 6;
    const list = d3.range(1, D).flatMap(i => d3.range(i).map(j => [i, j]));
    const rows = svg.selectAll('text.down').data(names.slice(1));
    rows.enter().append('text').attr('class', 'down').attr('text-anchor', 'end').merge(rows)
      .attr('x', left - 6).attr('y', (n, i) => top + (i + .5) * cell + 4).text(n => n);
    const heads = svg.selectAll('text.across').data(names.slice(0, -1));
    heads.enter().append('text').attr('class', 'across').attr('text-anchor', 'end').merge(heads)
      .attr('transform', (n, j) => `translate(${left + (j + .5) * cell + 4},${top + (D - 1) * cell + 8}) rotate(-60)`).text(n => n);
    const cells = svg.selectAll('g.cell').data(list);
    const enter = cells.enter().append('g').attr('class', 'cell');
    enter.append('rect').attr('rx', 2);
    enter.append('text').attr('text-anchor', 'middle');
    enter.append('title').text(([i, j]) => `${names[i]} and ${names[j]}: ${post.correlation[i][j].toFixed(2)}`);
    enter.on('click', ([i, j]) => { if (pairs) pairs.choose(j, i); });
    const all = enter.merge(cells).attr('transform', ([i, j]) => `translate(${left + j * cell},${top + (i - 1) * cell})`);
    all.select('rect').attr('width', cell - 2).attr('height', cell - 2).attr('fill', ([i, j]) => colour(post.correlation[i][j]))
      .attr('stroke', ([i, j]) => (i === ky && j === kx ? 'currentColor' : 'gray')).attr('stroke-width', ([i, j]) => (i === ky && j === kx ? 2.2 : .5));
    all.select('text').attr('x', cell / 2 - 1).attr('y', cell / 2 + 4).attr('display', cell < 34 ? 'none' : null)
      .style('fill', ([i, j]) => (Math.abs(post.correlation[i][j]) > .6 ? '#ffffff' : '#1b1e22'))
      .text(([i, j]) => post.correlation[i][j].toFixed(2).replace('-', '−'));
    return top + (D - 1) * cell + 12 + .9 * Math.max(20, 7.5 * d3.max(names, n => n.length));
  }

  function drawPairs(svg, width) {
    const M = { left: 66, right: 30, top: 10, bottom: 44 }, height = report.high(Math.min(420, Math.max(260, width * .6)), 270);
    const ends = j => [post.marginals[j].edges[0], post.marginals[j].edges[post.marginals[j].edges.length - 1]];
    const x = scale(fitted[kx], ends(kx)).range([M.left, width - M.right]), y = scale(fitted[ky], ends(ky)).range([height - M.bottom, M.top]);
    if (svg.select('rect.frame').empty()) svg.append('rect').attr('class', 'frame');
    svg.select('rect.frame').attr('x', M.left).attr('y', M.top).attr('width', width - M.left - M.right).attr('height', height - M.top - M.bottom);
    const dots = svg.selectAll('circle.particle').data(pairs.drawn);
    dots.enter().append('circle').attr('class', 'particle recorded-fill').attr('r', 3.4).merge(dots)
      .attr('cx', o => x(pairs.all[o + kx])).attr('cy', o => y(pairs.all[o + ky])).attr('fill-opacity', o => .12 + .78 * pairs.all[o + D] / pairs.heaviest);
    if (svg.select('path.median').empty()) svg.append('path').attr('class', 'median model').attr('stroke-width', 2);
    svg.select('path.median').raise().attr('d', `M${x(post.median[kx]) - 9},${y(post.median[ky])}h18m-9,-9v18`);
    report.axis(svg, d3.axisBottom(x).tickValues(report.roomyTicks(x, fitted[kx].log, false)).tickFormat(fmt), `translate(0,${height - M.bottom})`, 'x');
    report.axis(svg, d3.axisLeft(y).tickValues(report.roomyTicks(y, fitted[ky].log, true)).tickFormat(fmt), `translate(${M.left},0)`, 'y');
    report.label(svg, 'x-label', (M.left + width - M.right) / 2, height - 8, report.withUnit(fitted[kx]), 'middle');
    report.label(svg, 'y-label', 0, 0, report.withUnit(fitted[ky]), 'middle').attr('transform', `translate(13,${(height - M.bottom) / 2}) rotate(-90)`);
    return height;
  }

  function showPairs(bytes) {
    const all = new Float32Array(bytes.buffer), n = post.n, every = Math.ceil(n / 3000);
    pairs = { all, drawn: d3.range(0, n, every).map(i => i * (D + 1)), heaviest: d3.max(d3.range(n), i => all[i * (D + 1) + D]) || 1 };
    const grid = report.figure('posterior', 'correlations', 'Which parameters go together', drawCorrelations, () => [
      ['parameter', fitted.map(p => p.name)], ...fitted.map((p, j) => [p.name, post.correlation.map(r => r[j])])]);
    grid.halve();
    grid.note('Correlations over the posterior: blue, both rise together; orange, one rises as the other falls. '
      + 'Where they are strong the data know a combination of the two, not each.');
    grid.note('A cell chosen is the pair below.', 'screen-only');
    const f2 = report.figure('posterior', 'pairs', 'Two parameters against each other', drawPairs, () => [
      ...fitted.map((p, j) => [report.withUnit(p), d3.range(n).map(i => +all[i * (D + 1) + j].toPrecision(6))]),
      ['weight', d3.range(n).map(i => all[i * (D + 1) + D])]]);
    f2.halve();
    const names = fitted.map(p => p.name);
    const selects = [report.select(f2.controls, 'Across', names, i => pairs.choose(i, ky)), report.select(f2.controls, 'Up', names, i => pairs.choose(kx, i))];
    selects[0].id = 'pairs-x';
    selects[1].id = 'pairs-y';
    pairs.choose = (i, j) => {
      kx = i;
      ky = j;
      selects[0].value = i;
      selects[1].value = j;
      f2.redraw();
      grid.redraw();
    };
    selects[0].value = kx;
    selects[1].value = ky;
    f2.note(`A dot is a parameter set; the stronger its colour, the more it weighs. The cross is at the medians.${every > 1 ? ` Of ${n} sets every ${every}th is drawn.` : ''}`);
  }

  // ---- what it simulates ----

  function drawChecks(svg, width) {
    const narrow = width < 560, left = narrow ? 8 : 230, right = narrow ? 88 : 150, pitch = narrow ? 50 : report.high(32, 27);
    const rows = svg.selectAll('g.check').data(post.checks);
    const enter = rows.enter().append('g').attr('class', 'check');
    for (const c of ['name', 'p muted']) enter.append('text').attr('class', c);
    enter.append('path').attr('class', 'line muted-line');
    enter.append('rect').attr('class', 'model-fill').attr('fill-opacity', .45).attr('rx', 2);
    enter.append('path').attr('class', 'mean model').attr('stroke-width', 2);
    enter.append('circle').attr('class', 'recorded-fill').attr('r', 5.5);
    enter.merge(rows).attr('transform', (k, i) => `translate(0,${4 + i * pitch})`).each(function (k) {
      const g = d3.select(this), y = narrow ? 30 : 12, known = [k.low, k.high, k.observed, k.mean].filter(v => v !== null);
      const [lo, hi] = d3.extent(known), room = (hi - lo) * .08 || .5;
      const x = d3.scaleLinear().domain([lo - room, hi + room]).range([left, width - right]);
      g.select('.name').attr('x', narrow ? left : left - 12).attr('y', narrow ? 14 : 16).attr('text-anchor', narrow ? 'start' : 'end').text(k.name);
      g.select('.line').attr('d', `M${left},${y}H${width - right}`).attr('stroke-opacity', .4);
      g.select('rect').attr('x', x(k.low)).attr('width', Math.max(2, x(k.high) - x(k.low))).attr('y', y - 7).attr('height', 14);
      g.select('.mean').attr('d', `M${x(k.mean)},${y - 9}v18`);
      g.select('circle').attr('cx', x(k.observed)).attr('cy', y);
      g.select('.p').attr('x', width - right + 10).attr('y', y + 4)
        .text(`p ${pText(k.p)}` + (k.p < .05 && !narrow ? ', unlike' : k.p < .05 ? ' *' : ''));
    });
    return 8 + post.checks.length * pitch;
  }
  function showChecks() {
    const list = post.checks, odd = list.filter(k => k.p < .05);
    const c = report.figure('posterior', 'predictive', 'Does the posterior simulate such data?', drawChecks, () => [
      ['statistic', list.map(k => k.name)], ['data', list.map(k => k.observed)], ['mean', list.map(k => k.mean)],
      ['low_95', list.map(k => k.low)], ['high_95', list.map(k => k.high)], ['p', list.map(k => k.p)]]);
    report.legend(c.controls, [['recorded', 'recorded'], ['model', 'simulated from the posterior: mean and 95 %']]);
    c.note((odd.length ? `Rarely simulated: ${odd.map(k => k.name).join(', ')}. The model, or the loss, misses what makes them. `
      : 'Nothing recorded lies outside what is simulated. ') + 'Each row has an axis of its own; p is how rarely a simulation lies as far out as the recording.');
    report.table(section, ['statistic', 'recorded', 'simulated', '95 % of simulations', 'p'],
      list.map(k => [k.name, fmt(k.observed), fmt(k.mean), `${fmt(k.low)} to ${fmt(k.high)}`, pText(k.p)]), [false, true, true, true, true]);
  }

  // ---- calibration ----

  function showRanks() {
    const n = post.ranks.length, bins = Math.max(2, Math.min(20, Math.floor(n / 5))), expected = n / bins;
    // Of 95 in 100 such histograms' bars, each by itself (normal approximation).
    const room = 1.96 * Math.sqrt(expected * (1 - 1 / bins));
    const counts = fitted.map((p, j) => {
      const c = new Array(bins).fill(0);
      for (const r of post.ranks) c[Math.min(bins - 1, Math.floor(r[j] * bins))]++;
      return c;
    });
    function draw(svg, width) {
      const columns = columnsOf(width), w = width / columns, h = report.high(140, 116);
      const high = Math.max(expected + room, d3.max(counts, c => d3.max(c))) * 1.05;
      const panels = svg.selectAll('g.rank').data(fitted);
      const enter = panels.enter().append('g').attr('class', 'rank');
      enter.append('rect').attr('class', 'line-fill');
      enter.append('path').attr('class', 'recorded-fill').attr('fill-opacity', .55);
      enter.append('path').attr('class', 'muted-line');
      enter.append('text').attr('class', 'name');
      enter.append('text').attr('class', 'says muted');
      enter.merge(panels).attr('transform', (p, j) => `translate(${j % columns * w},${Math.floor(j / columns) * h})`).each(function (p, j) {
        const g = d3.select(this), left = 34, right = w - 18, top = 36, bottom = h - 28;
        const x = d3.scaleLinear().domain([0, 1]).range([left, right]), y = d3.scaleLinear().domain([0, high]).range([bottom, top]);
        g.select('.line-fill').attr('x', left).attr('width', right - left).attr('y', y(expected + room)).attr('height', y(Math.max(0, expected - room)) - y(expected + room));
        g.select('.recorded-fill').attr('d', counts[j].map((c, k) => `M${x(k / bins) + 1},${bottom}V${y(c)}H${x((k + 1) / bins) - 1}V${bottom}Z`).join(''));
        g.select('.muted-line').attr('d', `M${left},${y(expected)}H${right}`);
        g.select('.name').attr('x', left).attr('y', 13).text(p.name);
        g.select('.says').attr('x', left).attr('y', 29).text((post.rankP[j] === null ? '' : `p ${pText(post.rankP[j])}, `) + post.rankWords[j].replace(/:.*/, ''));
        report.axis(g, d3.axisBottom(x).ticks(3), `translate(0,${bottom})`, 'x');
        report.axis(g, d3.axisLeft(y).ticks(3), `translate(${left},0)`, 'y');
      });
      return Math.ceil(D / columns) * h;
    }
    report.figure('posterior', 'calibration', 'Calibration: is the posterior as wide as it should be?', draw,
      () => fitted.map((p, j) => [p.name + '_rank', post.ranks.map(r => r[j])]))
      .note(`Rank of the true value in ${n} posteriors of simulated data. Flat within the grey band (95 % for each bar) is right; a hump in the middle `
        + 'means too wide, high ends too narrow, a slope too high or too low.');
  }

  function showRounds() {
    const more = report.element(section, 'details');
    report.element(more, 'summary', {}, 'The sampler, generation by generation');
    report.table(more, ['generation', 'data sets so far', 'tolerance', 'accepted', 'worth'], post.rounds.map((r, i) => [
      String(i + 1), d3.format(',')(r[0]), r[1] === null ? 'none' : fmt(r[1]), d3.format('.1%')(r[2]), d3.format('.0f')(r[3])]), [true, true, true, true, true]);
  }

  Promise.resolve(D > 1 ? report.unpackBlock(post.particles.block).then(showPairs) : null).then(() => {
    if (post.checks.length) showChecks();
    if (post.ranks.length) showRanks();
    showRounds();
    document.documentElement.dataset.posteriorReady = 'true';
  });
})();
