// Networks: rasters side by side, distributions over each other.
'use strict';
(function () {
  const data = report.data;

  for (const r of data.rasters) {
    const sides = [['recorded', r.recorded], ['model', r.model]].filter(s => s[1].length);
    const draw = (svg, width) => {
      const across = width >= 640 ? sides.length : 1, w = width / across, M = { left: 46, right: 26, top: 22 };
      const most = d3.max(sides, s => s[1].length), height = Math.max(80, Math.min(report.high(360, 220), most * 4));
      const panels = svg.selectAll('g.side').data(sides);
      const enter = panels.enter().append('g').attr('class', 'side');
      enter.append('path').attr('stroke-width', 1);
      enter.append('text').attr('class', 'name').attr('y', 13);
      enter.merge(panels).attr('transform', (s, i) => `translate(${across > 1 ? i * w : 0},${across > 1 ? 0 : i * (height + 70)})`).each(function (s) {
        const g = d3.select(this), x = d3.scaleLinear().domain([r.start, r.stop]).range([M.left, w - M.right]);
        const y = d3.scaleLinear().domain([0, s[1].length]).range([M.top, M.top + height]), tick = Math.max(1.5, height / s[1].length - 0.5);
        g.select('path').attr('class', s[0]).attr('d', s[1].map((t, i) => t.map(v => `M${x(v).toFixed(1)},${y(i).toFixed(1)}v${tick.toFixed(1)}`).join('')).join(''));
        g.select('.name').attr('x', M.left).text(s[0]);
        report.axis(g, d3.axisBottom(x).ticks(w / 90), `translate(0,${M.top + height + 3})`, 'x');
        report.axis(g, d3.axisLeft(y).ticks(5), `translate(${M.left - 3},0)`, 'y');
        report.label(g, 'x-label', (M.left + w) / 2, M.top + height + 38, 'time (ms)', 'middle');
      });
      return (height + 70) * (across > 1 ? 1 : sides.length);
    };
    report.figure('network', 'network-raster-' + (r.i + 1), r.title, draw, () => {
      const rows = sides.flatMap(([name, trains]) => trains.flatMap((t, i) => t.map(v => [name, i, v])));
      return [['side', rows.map(v => v[0])], ['neuron', rows.map(v => v[1])], ['t_ms', rows.map(v => v[2])]];
    });
  }

  for (const d of data.distributions) {
    const both = d.recorded.concat(d.model).filter(v => v !== null);
    if (!both.length) continue;
    const share = (bins, n) => bins.map(b => b.length / Math.max(1, n));
    const layout = width => {
      const x = d3.scaleLinear().domain(d3.extent(both)).nice(30).range([50, width - 30]);
      const bin = d3.histogram().domain(x.domain()).thresholds(x.ticks(30));
      return { x, edges: bin(both), recorded: share(bin(d.recorded), d.recorded.length), model: share(bin(d.model), d.model.length) };
    };
    const draw = (svg, width) => {
      const l = layout(width), top = 8, height = report.high(140, 90);
      const y = d3.scaleLinear().domain([0, d3.max(l.recorded.concat(l.model)) || 1]).nice().range([top + height, top]);
      const bars = svg.selectAll('rect.bar').data(l.recorded);
      bars.exit().remove();
      bars.enter().append('rect').attr('class', 'bar recorded-fill').attr('fill-opacity', .45).merge(bars)
        .attr('x', (v, i) => l.x(l.edges[i].x0)).attr('width', (v, i) => Math.max(0, l.x(l.edges[i].x1) - l.x(l.edges[i].x0) - 1))
        .attr('y', v => y(v)).attr('height', v => top + height - y(v));
      if (svg.select('path.model').empty()) svg.append('path').attr('class', 'model').attr('stroke-width', 2);
      svg.select('path.model').raise().attr('d', d.model.length ? `M${l.x(l.edges[0].x0)},${y(0)}`
        + l.model.map((v, i) => `V${y(v)}H${l.x(l.edges[i].x1)}`).join('') + `V${y(0)}` : null);
      report.axis(svg, d3.axisLeft(y).ticks(4, '%'), 'translate(50,0)', 'y');
      report.axis(svg, d3.axisBottom(l.x).ticks(width / 90), `translate(0,${top + height})`, 'x');
      report.label(svg, 'x-label', (50 + width - 30) / 2, top + height + 36, d.label, 'middle');
      return top + height + 44;
    };
    const f = report.figure('network', 'distribution-' + (d.i + 1), d.title, draw,
      () => [['recorded', d.recorded], ['model', d.model]].filter(c => c[1].length));
    report.legend(f.controls, [['recorded', 'recorded'], ['model', 'model']].filter(e => d[e[0]].length));
    f.halve();
    if (d.verdict) f.note(d.verdict);
  }

  // What is in view when the page opens has been drawn; say so to whoever waits for it.
  document.documentElement.dataset.ready = 'true';
})();
