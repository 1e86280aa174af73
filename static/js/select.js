// Selects that search on the server. The library is fetched only where such a select stands on the page.
(() => {
  const { script, style } = document.currentScript.dataset;
  const words = document.getElementById("words").dataset;
  const SEARCH_AFTER_MS = 150;
  let library = null;

  function load() {
    library ??= new Promise((loaded, failed) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
      document.querySelector('link[href*="css/tefter"]').before(sheet);
      document.head.append(Object.assign(document.createElement("script"), { src: script, onload: loaded, onerror: failed }));
    });
    return library;
  }

  // The other fields of the form that narrow the search.
  const narrowing = (select) => (select.dataset.selectWith ?? "").split(" ").filter(Boolean);

  async function search(select, query, show) {
    const url = new URL(select.dataset.selectUrl, location.href);
    url.searchParams.set("q", query);
    for (const name of narrowing(select)) {
      const value = select.form?.elements[name]?.value;
      if (value) url.searchParams.set(name, value);
    }
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      show(answer.ok ? (await answer.json()).items : []);
    } catch {
      show([]);
    }
  }

  const line = (item, escape) => `<div>${escape(item.text)}${item.hint ? `<span class="cell-hint">${escape(item.hint)}</span>` : ""}</div>`;

  // The select that last asked for a new record; what is made in the panel belongs to it alone.
  let asking = null;

  document.addEventListener("tefter:created", ({ detail }) => {
    asking?.addOption(detail);
    asking?.setValue(detail.value);
    asking = null;
  });

  function addInPanel(select, control) {
    return (text, done) => {
      const url = new URL(select.dataset.selectCreate, location.href);
      url.searchParams.set("name", text);
      done();
      asking = control();
      window.tefterPanel.open(url.pathname + url.search, select);
    };
  }

  function furnish(select) {
    if (select.labels[0]) select.setAttribute("aria-label", select.labels[0].textContent.trim());
    const control = () => select.tomselect;

    // What was found for fewer letters goes at the first key, so that a quick Enter never chooses somebody else.
    let asked = 0;
    function askLater(query, show) {
      const ticket = ++asked;
      const answer = (items) => show(ticket === asked ? items : []);
      setTimeout(() => (ticket === asked ? search(select, query, answer) : show([])), query ? SEARCH_AFTER_MS : 0);
    }

    const made = new TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: [],
      preload: "focus",
      maxOptions: 50,
      placeholder: select.dataset.placeholder || "",
      allowEmptyOption: false,
      refreshThrottle: 0,
      loadThrottle: null,
      load: (query, show) => { control()?.clearOptions((option) => control().items.includes(option.value)); askLater(query, show); },
      createFilter: () => !control()?.loading,
      create: select.dataset.selectCreate ? addInPanel(select, control) : false,
      render: {
        option: line,
        item: (item, escape) => `<div>${escape(item.text)}</div>`,
        no_results: () => `<div class="no-results">${words.nothingFound}</div>`,
        option_create: (typed, escape) => `<div class="create">${words.add} „${escape(typed.input)}“</div>`,
        loading: () => '<div class="skeleton"><span></span></div>',
      },
    });
    for (const name of narrowing(select)) select.form?.elements[name]?.addEventListener("change", () => made.load(""));
    made.on("type", (text) => made.wrapper.classList.toggle("is-typing", text !== ""));
    made.on("blur", () => made.wrapper.classList.remove("is-typing"));
    made.on("item_add", () => made.wrapper.classList.remove("is-typing"));
  }

  async function furnishAll(part) {
    const found = [...part.querySelectorAll("select[data-select-url]")].filter((select) => !select.tomselect);
    if (!found.length) return;
    await load();
    found.filter((select) => !select.tomselect).forEach(furnish);
  }

  document.addEventListener("htmx:load", (event) => furnishAll(event.detail.elt));
  document.addEventListener("tefter:line-added", (event) => furnishAll(event.target));
  furnishAll(document);
})();
