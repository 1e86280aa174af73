// Runs before the first paint: the reader's theme and the width of the navigation, so that nothing flashes or jumps.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  function apply() {
    const choice = remembered("theme") || "auto";
    const dark = choice === "dark" || (choice === "auto" && device.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    root.dataset.themeChoice = choice;
    root.dispatchEvent(new CustomEvent("tefter:theme"));
  }

  device.addEventListener("change", apply);
  window.tefterTheme = {
    choose(choice) { try { localStorage.setItem("theme", choice); } catch { /* private window */ } apply(); },
    narrow(on) { root.dataset.nav = on ? "rail" : "wide"; try { localStorage.setItem("nav", root.dataset.nav); } catch { /* private window */ } },
  };
  root.dataset.nav = remembered("nav") || "wide";
  apply();
})();
