// Several objectives: the best compromises, and how the parameters change along them.
'use strict';
(function () {
  const front = report.data.front, fmt = report.format, fitted = report.fitted;
  if (!front) return;
  const rows = d3.range(front.loss.length), names = front.names, K = names.length;
  const pairs = d3.range(K).flatMap(i => d3.range(i + 1, K).map(j => [i, j]));
  let shown = front.picked, logAxis = false, along = 0;
  const canLog = front.loss.every(l => l.every(v => v > 0));
  const listeners = [];

  const kind = i => (i === front.picked ? 'picked' : i === front.knee ? 'knee' : '');
  function describe(i) {
    const losses = names.map((n, k) => `${n} ${fmt(front.loss[i][k])}`).join(', ');
    const values = fitted.map((p, k) => `${p.name} ${fmt(front.value[i][k])}${p.unit ? ' ' + p.unit : ''}`).join(', ');
    const what = i === front.picked ? ` (the run's, ${front.pick})` : i === front.knee ? ' (the knee)' : '';
    return [`Row ${i + 1} of ${rows.length}${what}. Losses: ${losses}.`, `Parameters: ${values}.`];
  }

  // One panel of dots: all rows at (x, y), the run's ringed, the knee in green, the one that is pointed at large.
  function panel(g, box, x, y, at) {
    const dots = g.selectAll('circle.row').data(rows);
    dots.exit().remove();
    dots.enter().append('circle').attr('class', 'row').merge(dots)
      .attr('class', i => 'row ' + ({ picked: 'model-fill', knee: 'third-fill' }[kind(i)] || 'recorded-fill'))
      .attr('cx', i => x(at(i)[0])).attr('cy', i => y(at(i)[1])).attr('r', i => (kind(i) ? 6 : 3.8))
      .attr('fill-opacity', i => (kind(i) ? 1 : .6));
    g.selectAll('circle.row').filter(i => kind(i) !== '').raise();
    let ring = g.select('circle.shown');
    if (ring.empty()) ring = g.append('circle').attr('class', 'shown screen-only').attr('r', 9.5).attr('fill', 'none').attr('stroke', 'currentColor').attr('stroke-width', 1.6);
    ring.raise().attr('cx', x(at(shown)[0])).attr('cy', y(at(shown)[1]));
    let over = g.select('rect.catch');
    if (over.empty()) over = g.append('rect').attr('class', 'catch screen-only').attr('fill', 'none').attr('pointer-events', 'all').attr('tabindex', 0)
      .attr('aria-label', 'rows of the front: arrow keys go through them');
    over.raise().attr('x', box[0]).attr('y', box[1]).attr('width', box[2] - box[0]).attr('height', box[3] - box[1]);
    const near = function () {
      const [px, py] = d3.mouse(this);
      show(d3.scan(rows, (a, b) => Math.hypot(x(at(a)[0]) - px, y(at(a)[1]) - py) - Math.hypot(x(at(b)[0]) - px, y(at(b)[1]) - py)));
    };
    over.on('mousemove', near).on('click', near).on('keydown', () => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[d3.event.key];
      if (!by) return;
      d3.event.preventDefault();
      show(Math.max(0, Math.min(rows.length - 1, shown + by)));
    });
  }

  function axisScale(values, log, range) {
    const [lo, hi] = d3.extent(values), room = log ? Math.pow(hi / lo, .07) : (hi - lo) * .07;
    const ends = hi > lo ? (log ? [lo / room, hi * room] : [lo - room, hi + room]) : [lo - .5, hi + .5];
    return (log ? d3.scaleLog() : d3.scaleLinear()).domain(ends).range(range);
  }
  function axes(g, x, y, logUp, left, bottom) {
    report.axis(g, d3.axisBottom(x).tickValues(report.roomyTicks(x, logAxis, false)).tickFormat(fmt), `translate(0,${bottom})`, 'x');
    report.axis(g, d3.axisLeft(y).tickValues(report.roomyTicks(y, logUp, true)).tickFormat(fmt), `translate(${left},0)`, 'y');
  }

  // ---- losses against each other ----

  function drawFront(svg, width) {
    const columns = pairs.length === 1 ? 1 : Math.max(1, Math.min(pairs.length, Math.floor(width / 220)));
    const w = width / columns, h = pairs.length === 1 ? report.high(Math.min(400, Math.max(260, width * .55)), 280) : report.high(250, 220);
    const panels = svg.selectAll('g.pair').data(pairs);
    panels.enter().append('g').attr('class', 'pair').merge(panels)
      .attr('transform', (p, n) => `translate(${n % columns * w},${Math.floor(n / columns) * h})`).each(function ([i, j]) {
        const g = d3.select(this), left = 62, right = w - 18, top = 8, bottom = h - 48;
        const x = axisScale(front.loss.map(l => l[i]), logAxis, [left, right]), y = axisScale(front.loss.map(l => l[j]), logAxis, [bottom, top]);
        // Of two objectives nothing lies below and left of the steps.
        let step = g.select('path.steps');
        if (step.empty()) step = g.append('path').attr('class', 'steps muted-line').attr('stroke-dasharray', '3 3');
        const order = [...rows].sort((a, b) => front.loss[a][0] - front.loss[b][0]);
        step.attr('d', K === 2 ? order.map((r, n) => (n ? `H${x(front.loss[r][0])}V${y(front.loss[r][1])}` : `M${x(front.loss[r][0])},${y(front.loss[r][1])}`)).join('') : null);
        axes(g, x, y, logAxis, left, bottom);
        report.label(g, 'x-label', (left + right) / 2, bottom + 36, names[i] + ' (loss)', 'middle');
        report.label(g, 'y-label', 0, 0, names[j] + ' (loss)', 'middle').attr('transform', `translate(13,${(top + bottom) / 2}) rotate(-90)`);
        panel(g, [left, top, right, bottom], x, y, r => [front.loss[r][i], front.loss[r][j]]);
      });
    return Math.ceil(pairs.length / columns) * h;
  }
  const columnsOf = () => [['row', rows.map(i => i + 1)], ...names.map((n, k) => [n + '_loss', front.loss.map(l => l[k])]),
    ...fitted.map((p, k) => [report.withUnit(p), front.value.map(v => v[k])]), ['chosen', rows.map(i => (i === front.picked ? 1 : 0))]];
  const f = report.figure('front', 'front-losses', 'Best compromises (Pareto front)', drawFront, columnsOf);
  if (canLog) report.checkbox(f.controls, 'logarithmic', false, on => { logAxis = on; f.svg.selectAll('g.axis').remove(); report.redrawAll(); }).id = 'front-log';
  report.legend(f.controls, [['model', `the run's: row ${front.picked + 1}, ${front.pick}`],
    ...(front.knee !== front.picked ? [['third', `knee: row ${front.knee + 1}`]] : []), ['recorded', 'other rows']]);
  const told = [0, 1].map(() => report.element(f.figure, 'p', { class: 'readout', 'aria-live': 'polite' }));
  told[0].id = 'front-row';
  f.note('No row is better than another in every objective; left and down is better. The knee loses little for what it gains.');
  f.note('Point at a dot, or use the arrow keys, to read a row. `spikefit front RUN --pick ROW` makes it the run’s.', 'screen-only');

  // ---- parameters along it ----

  function drawParameters(svg, width) {
    const columns = Math.max(1, Math.floor(width / 220)), w = width / columns, h = report.high(150, 122);
    const panels = svg.selectAll('g.parameter').data(fitted);
    const enter = panels.enter().append('g').attr('class', 'parameter');
    enter.append('rect').attr('class', 'frame');
    enter.append('text').attr('class', 'name');
    enter.merge(panels).attr('transform', (p, n) => `translate(${n % columns * w},${Math.floor(n / columns) * h})`).each(function (p, n) {
      const g = d3.select(this), left = 52, right = w - 14, top = 20, bottom = h - 28;
      const x = axisScale(front.loss.map(l => l[along]), logAxis, [left, right]), y = axisScale(front.value.map(v => v[n]), p.log, [bottom, top]);
      g.select('.frame').attr('x', left).attr('y', top).attr('width', right - left).attr('height', bottom - top);
      g.select('.name').attr('x', left).attr('y', 13).text(report.withUnit(p));
      axes(g, x, y, p.log, left, bottom);
      panel(g, [left, top, right, bottom], x, y, r => [front.loss[r][along], front.value[r][n]]);
    });
    return Math.ceil(fitted.length / columns) * h;
  }
  if (fitted.length) {
    const b = report.figure('front', 'front-parameters', 'Parameters along the front', drawParameters, columnsOf);
    const choice = report.select(b.controls, 'Across: the loss of', names, i => { along = i; b.svg.selectAll('g.axis').remove(); b.redraw(); });
    choice.id = 'front-along';
    b.note('A parameter that changes steadily along the front is what trades one objective for another; where the dots scatter, it matters little to either.');
    listeners.push(b);
  }

  listeners.push(f);
  function show(i, quiet) {
    if (i === shown && !quiet) return;
    shown = i;
    describe(i).forEach((t, k) => { told[k].textContent = t; });
    if (!quiet) for (const l of listeners) l.redraw();
  }
  show(shown, true);
})();
