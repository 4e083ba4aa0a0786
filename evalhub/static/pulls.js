// Keep the figures of a running pull fresh; when it ends or nobody asks any more, load the page anew for the rest of it.
(() => {
  const page = document.querySelector("[data-pull-url]");
  if (!page) return;
  const EVERY_MS = 2000;
  const SLOWEST_MS = 30000;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  let wait = EVERY_MS;

  const show = (root, counts, whole) => {
    for (const place of root.querySelectorAll("[data-count]")) {
      const value = counts[place.dataset.count] ?? counts.n_by_status[place.dataset.count];
      if (whole === isWhole(place) && value !== undefined) place.textContent = number.format(value);
    }
    for (const bar of root.querySelectorAll("[data-bar]")) {
      if (whole !== isWhole(bar)) continue;
      bar.max = counts.n_wanted;
      bar.value = counts.n_settled;
    }
  };
  const isWhole = (place) => !place.closest("[data-share]");

  const refresh = async () => {
    try {
      const answer = await fetch(page.dataset.pullUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const counts = await answer.json();
      if (counts.status !== page.dataset.pull || counts.advice !== page.dataset.advice) {
        location.reload();
        return;
      }
      show(page, counts, true);
      const last = page.querySelector("[data-last]");
      if (last && counts.last_response) last.textContent = counts.last_response;
      for (const row of page.querySelectorAll("[data-share]")) {
        show(row, counts.endpoints[row.dataset.share], false);
      }
      wait = EVERY_MS;
    } catch {
      wait = Math.min(wait * 2, SLOWEST_MS);
    }
    setTimeout(refresh, wait);
  };
  setTimeout(refresh, wait);
})();
