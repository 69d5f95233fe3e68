// What every page has: light and dark, paper, saving. Loaded first; lives in the object `page`.
'use strict';
const page = { redraw() {}, paperWidth: 0 };

page.download = function (name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type })), a = document.createElement('a');
  a.href = url;
  a.download = name;
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};

// Columns: [name with unit, values].
page.csvText = function (columns) {
  const n = Math.max(0, ...columns.map(c => c[1].length));
  const quote = v => {
    if (v === undefined || v === null || Number.isNaN(v)) return '';
    const text = String(v);
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  const lines = [columns.map(c => quote(c[0])).join()];
  for (let i = 0; i < n; i++) lines.push(columns.map(c => quote(c[1][i])).join());
  return lines.join('\n') + '\n';
};

// ---- light and dark ----

page.setTheme = function (theme) {
  document.documentElement.dataset.theme = theme;
  page.redraw();
};

(function () {
  const root = document.documentElement, dark = matchMedia('(prefers-color-scheme: dark)');
  root.dataset.theme = dark.matches ? 'dark' : 'light';
  let chosen = false;
  dark.addEventListener('change', () => { if (!chosen) page.setTheme(dark.matches ? 'dark' : 'light'); });
  document.getElementById('theme').addEventListener('click', () => {
    chosen = true;
    page.setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark');
  });
  // Paper is white, and what is folded away on the screen is printed.
  let before;
  addEventListener('beforeprint', () => {
    page.paperWidth = 680; // of A4 and letter between margins, in CSS pixels
    before = root.dataset.theme;
    root.dataset.theme = 'light';
    document.querySelectorAll('details').forEach(d => { d.dataset.was = d.open; d.open = true; });
    page.redraw();
  });
  addEventListener('afterprint', () => {
    page.paperWidth = 0;
    root.dataset.theme = before;
    document.querySelectorAll('details').forEach(d => { d.open = d.dataset.was === 'true'; });
    page.redraw();
  });
  let width = innerWidth, pending;
  addEventListener('resize', () => {
    if (innerWidth === width) return; // a phone's address bar comes and goes
    width = innerWidth;
    clearTimeout(pending);
    pending = setTimeout(() => page.redraw(), 100);
  });
})();
