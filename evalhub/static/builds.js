// Keep the bar of a running build fresh; when its state or its stage changes, load the page anew for the rest of it.
(() => {
  const page = document.querySelector("[data-build-url]");
  if (!page) return;
  const EVERY_MS = 2000;
  const SLOWEST_MS = 30000;
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  let wait = EVERY_MS;

  const refresh = async () => {
    try {
      const answer = await fetch(page.dataset.buildUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const build = await answer.json();
      const bar = page.querySelector("[data-bar]");
      if (build.state !== page.dataset.build || (build.n_wanted > 0 && !bar && page.querySelector("progress"))) {
        location.reload();
        return;
      }
      for (const place of page.querySelectorAll("[data-count]")) {
        place.textContent = number.format(build[place.dataset.count]);
      }
      if (bar) bar.value = build.n_done;
      wait = EVERY_MS;
    } catch {
      wait = Math.min(wait * 2, SLOWEST_MS);
    }
    setTimeout(refresh, wait);
  };
  setTimeout(refresh, wait);
})();
