// Bars and lines drawn from the table that stands behind the toggle: one source for eyes and for readers. The library is fetched only where needed.
(() => {
  const { script } = document.currentScript.dataset;
  const language = document.documentElement.lang;
  const drawn = new Map();
  let library = null;

  function load() {
    library ??= new Promise((loaded, failed) => {
      document.head.append(Object.assign(document.createElement("script"), { src: script, onload: loaded, onerror: failed }));
    });
    return library;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const look = {
    bar: () => ({ backgroundColor: colour("accent"), borderRadius: 4, maxBarThickness: 36 }),
    line: () => ({ borderColor: colour("accent"), backgroundColor: colour("accent"), borderWidth: 2, pointRadius: 3, pointHoverRadius: 5, pointHitRadius: 12, tension: 0 }),
  };

  function rowsOf(figure) {
    return [...figure.querySelectorAll("tbody tr")].map((row) => ({
      label: row.querySelector("th").dataset.short || row.querySelector("th").textContent.trim(),
      amount: Number(row.querySelector("[data-value]").dataset.value),
      text: row.querySelector("[data-value]").textContent.trim(),
    }));
  }

  function options(figure, rows) {
    const money = figure.dataset.currency ? { style: "currency", currency: figure.dataset.currency } : {};
    const short = new Intl.NumberFormat(language, { notation: "compact", ...money });
    const grid = { color: colour("line"), drawTicks: false };
    const ticks = { color: colour("ink-soft"), padding: 8 };
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      plugins: { legend: { display: false }, tooltip: { displayColors: false, callbacks: { label: (bar) => rows[bar.dataIndex].text } } },
      scales: {
        x: { grid: { display: false }, border: { color: colour("line-strong") }, ticks },
        y: { beginAtZero: true, grid, border: { display: false }, ticks: { ...ticks, maxTicksLimit: 5, precision: 0, callback: (value) => short.format(value) } },
      },
    };
  }

  function draw(figure) {
    drawn.get(figure)?.destroy();
    const rows = rowsOf(figure);
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn.set(figure, new Chart(figure.querySelector("canvas"), {
      type: figure.dataset.chart,
      data: {
        labels: rows.map((row) => row.label),
        datasets: [{ data: rows.map((row) => row.amount), ...look[figure.dataset.chart]() }],
      },
      options: options(figure, rows),
    }));
  }

  async function drawAll(part) {
    const figures = [...part.querySelectorAll("[data-chart]")];
    if (!figures.length) return;
    await load();
    await document.fonts.ready;
    figures.forEach(draw);
  }

  document.documentElement.addEventListener("tefter:theme", () => [...drawn.keys()].filter((figure) => figure.isConnected).forEach(draw));
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.elt));
  drawAll(document);
})();
