/* global uPlot, document, getComputedStyle, matchMedia, ResizeObserver, devicePixelRatio */
// What a page of Orrery can do beyond being read: plots that zoom, a map that tells, tables that sort.
(() => {
  'use strict';

  const island = (id) => {
    const element = document.getElementById(id);
    return element === null ? undefined : JSON.parse(element.textContent);
  };
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Simulated seconds as people say them; `step` is how far neighbours are apart.
  const moment = (seconds, step) => {
    if (seconds < 0) return '';
    if (step < 1) return `${Number(seconds.toFixed(step < 0.001 ? 6 : 3))}s`;
    const whole = Math.round(seconds);
    const [d, h, m, s] = [
      Math.floor(whole / 86400),
      Math.floor(whole / 3600) % 24,
      Math.floor(whole / 60) % 60,
      whole % 60,
    ];
    const two = (value) => String(value).padStart(2, '0');
    const rest = step < 60 || s > 0 ? `${two(s)}s` : '';
    if (d > 0) return `${d}d${two(h)}h${m > 0 || rest ? `${two(m)}m` : ''}${rest}`;
    if (h > 0) return `${h}h${m > 0 || rest ? `${two(m)}m` : ''}${rest}`;
    if (m > 0) return `${m}m${s > 0 ? `${two(s)}s` : ''}`;
    return `${s}s`;
  };
  const STEPS = [
    ...[1e-6, 2e-6, 5e-6, 1e-5, 1e-4, 1e-3, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
    ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * 60),
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * 86400),
  ];
  const short = (value) =>
    value >= 1e6
      ? `${Number((value / 1e6).toFixed(3))}M`
      : value >= 1e4
        ? `${Number((value / 1e3).toFixed(3))}k`
        : String(Number(value.toFixed(3)));

  const series = island('series');
  const plots = [];

  const drawPlots = () => {
    for (const { plot } of plots.splice(0)) plot.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = '12px system-ui, sans-serif';
    const end = series.end / 1e6;
    for (const { id, label, unit, times, lines } of series.charts) {
      const still = document.getElementById(id);
      const figure = still.closest('figure');
      const width = figure.clientWidth - parseFloat(getComputedStyle(figure).paddingLeft) * 2;
      // A value holds until the next one, the last until the end.
      const x = times.map((at) => at / 1e6);
      const last = x[x.length - 1] < end;
      if (last) x.push(end);
      const data = [x, ...lines.map(({ values }) => (last ? [...values, values[values.length - 1]] : values))];
      const axis = {
        stroke: colour('--soft'),
        font,
        grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false },
      };
      const plot = new uPlot(
        {
          width,
          height: 230,
          scales: {
            x: { time: false, range: (_, low, high) => (low === null ? [0, end] : [low, high]) },
            y: { range: (_, __, high) => [0, Math.max(high * 1.05, 1)] },
          },
          cursor: { sync: { key: 'run', setSeries: false }, drag: { x: true, y: false } },
          legend: { live: true, markers: { width: 0, fill: (_, i) => colour(`--c${lines[i - 1]?.colour}`) } },
          axes: [
            {
              ...axis,
              size: 30,
              incrs: STEPS,
              space: 70,
              values: (_, marks, __, ___, step) => marks.map((mark) => moment(mark, step)),
            },
            { ...axis, size: 52, values: (_, marks) => marks.map((mark) => short(mark) + unit) },
          ],
          series: [
            { label: 'time', value: (_, value) => (value === null ? '–' : moment(value, 0.1)) },
            ...lines.map(({ name, colour: index, isDashed }) => ({
              label: name,
              stroke: colour(`--c${index}`),
              width: 1.75,
              ...(isDashed ? { dash: [7, 4] } : {}),
              points: { show: false },
              paths: uPlot.paths.stepped({ align: 1 }),
              value: (_, value) => (value === null || value === undefined ? '–' : short(value) + unit),
            })),
          ],
          hooks: {
            drawAxes: [markMoments],
            setScale: [
              (self, key) => {
                if (key === 'x') showEverywhere(self.scales.x.min, self.scales.x.max);
              },
            ],
          },
        },
        data,
        figure,
      );
      plot.root.setAttribute('role', 'img');
      plot.root.setAttribute('aria-label', label);
      figure.classList.add('live');
      plots.push({ plot, figure });
    }
  };

  // What was done to the cluster: a line each, and a shade until it ended.
  const markMoments = ({ ctx, bbox, scales, valToPos }) => {
    // Whole pixels, filled: what lies between two, and dashes, are not the same at every drawing.
    const dot = Math.max(1, Math.round(devicePixelRatio));
    const place = (micros) => Math.round(valToPos(micros / 1e6, 'x', true));
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const { at, until } of series.moments) {
      if (at / 1e6 > scales.x.max || (until ?? at) / 1e6 < scales.x.min) continue;
      if (until !== undefined) {
        ctx.globalAlpha = 0.08;
        ctx.fillStyle = colour('--c4');
        ctx.fillRect(place(at), bbox.top, place(until) - place(at), bbox.height);
        ctx.globalAlpha = 1;
      }
      ctx.fillStyle = colour('--soft');
      for (let y = bbox.top; y < bbox.top + bbox.height; y += 6 * dot) ctx.fillRect(place(at), y, dot, 3 * dot);
    }
    ctx.restore();
  };

  // All plots show the same stretch of time.
  let spreading = false;
  const showEverywhere = (min, max) => {
    if (spreading) return;
    spreading = true;
    for (const { plot } of plots) {
      if (plot.scales.x.min !== min || plot.scales.x.max !== max) plot.setScale('x', { min, max });
    }
    spreading = false;
  };
  const zoomBy = (factor, shift) => {
    const { min, max } = plots[0].plot.scales.x;
    const end = series.end / 1e6;
    const width = Math.min(end, Math.max((max - min) * factor, 1e-5));
    const middle = (min + max) / 2 + shift * (max - min);
    const from = Math.min(Math.max(0, middle - width / 2), end - width);
    showEverywhere(from, from + width);
  };

  if (series !== undefined && typeof uPlot === 'function') {
    const button = (text, title, onclick) => make('button', { type: 'button', title, onclick }, text);
    const bar = make(
      'div',
      { className: 'zoom' },
      button('+', 'Zoom in', () => zoomBy(0.5, 0)),
      button('−', 'Zoom out', () => zoomBy(2, 0)),
      button('←', 'Earlier', () => zoomBy(1, -0.5)),
      button('→', 'Later', () => zoomBy(1, 0.5)),
      button('Whole run', 'Show the whole run', () => zoomBy(Infinity, 0)),
      make('span', { className: 'note' }, 'or drag across a plot'),
    );
    for (const one of bar.querySelectorAll('button')) one.setAttribute('aria-label', one.title);
    document.querySelector('#over-time h2').after(bar);
    drawPlots();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawPlots);
    let known = document.documentElement.clientWidth;
    new ResizeObserver(() => {
      if (document.documentElement.clientWidth === known) return;
      known = document.documentElement.clientWidth;
      for (const { plot, figure } of plots) {
        const width = figure.clientWidth - parseFloat(getComputedStyle(figure).paddingLeft) * 2;
        plot.setSize({ width, height: 230 });
      }
    }).observe(document.documentElement);
  }

  const cells = island('cells');
  if (cells !== undefined) {
    const map = document.querySelector('#map svg');
    const told = make('span', { className: 'cell' });
    document.querySelector('#map').parentElement.querySelector('.key').append(told);
    map.addEventListener('pointermove', (event) => {
      const box = map.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * cells.percent.length);
      const line = cells.percent[row];
      if (line === undefined) return;
      const column = Math.floor(((event.clientX - box.left) / box.width) * line.length);
      if (line[column] === undefined) return;
      const bin = cells.binMicros / 1e6;
      told.textContent = `${cells.names[row]}, from ${moment(column * bin, bin)}: ${line[column]} %`;
    });
    map.addEventListener('pointerleave', () => (told.textContent = ''));
  }

  for (const table of document.querySelectorAll('table.sorts')) {
    const body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const isNumber = head.classList.contains('n');
      const key = (row) => (isNumber ? Number(row.cells[column].dataset.v) : row.cells[column].textContent);
      const button = make('button', { type: 'button' }, ...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const was = head.getAttribute('aria-sort');
        const isUp = was === null ? !isNumber : was === 'descending';
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
        const sign = isUp ? 1 : -1;
        const sorted = [...body.rows]
          .map((row) => ({ row, by: key(row) }))
          .sort((a, b) => sign * (a.by < b.by ? -1 : a.by > b.by ? 1 : 0));
        body.append(...sorted.map(({ row }) => row));
      });
    });
  }
})();
