// The comparison page. It works as plain HTML; this adds drafts while one works, keys, undo,
// the summary of what is missing, phone tabs, the pinned prompt and the clock.
(() => {
  "use strict";
  const $ = (s, root = document) => root.querySelector(s);
  const $$ = (s, root = document) => [...root.querySelectorAll(s)];
  const clockText = t => `${Math.floor(t / 60)}:${String(t % 60).padStart(2, "0")}`;
  const store = {
    get: k => { try { return JSON.parse(localStorage.getItem(k)); } catch { return null; } },
    set: (k, v) => { try { localStorage.setItem(k, JSON.stringify(v)); } catch { /* storage is off */ } },
    drop: k => { try { localStorage.removeItem(k); } catch { /* storage is off */ } },
    dropOthers: (start, k) => {
      try { Object.keys(localStorage).filter(o => o.startsWith(start) && o !== k).forEach(o => localStorage.removeItem(o)); } catch { /* storage is off */ }
    },
  };

  const form = $("#judgment");
  if (!form) return;

  // Questions ---------------------------------------------------------------
  // A stop is one place the keyboard visits: a radio group, one flag column, one source, a text box.
  const stops = [];
  const addStop = (el, inputs, group = el) => inputs.length && stops.push({ el, inputs, group, name: el.dataset.q });
  for (const q of $$(".q, .rate-col", form)) {
    if ($(".rate-col", q)) continue;
    if (q.classList.contains("cites")) $$("select", q).forEach(s => addStop(s.closest(".cite-row"), [s], q));
    else addStop(q, $$("input, textarea", q));
  }
  const flags = $(".flags", form);
  for (const side of ["a", "b"]) {
    const inputs = $$(`[data-side="${side}"]`, flags);
    stops.push({ el: flags, inputs, group: inputs[0], name: gettext("Flags, answer %(side)s", { side: side.toUpperCase() }) });
  }
  stops.sort((x, y) => x.inputs[0].compareDocumentPosition(y.inputs[0]) & 4 ? -1 : 1);

  const current = () => stops.find(s => s.inputs.includes(document.activeElement));
  const isAnswered = s =>
    s.least ? s.inputs.filter(i => i.value !== "not_checked").length >= s.least : s.inputs.some(i => i.checked);
  // Any of the sources will do, so they are asked as one; the keyboard visits each.
  const sources = $$(".cites select", form), wanted = Number($("#cites-help")?.dataset.wanted || 0);
  const needed = stops.filter(s => s.name), overallStop = stops.find(s => s.el.id === "q-overall");
  if (wanted)
    needed.push({ el: sources[0].closest(".cites"), inputs: sources, group: sources[0], name: gettext("Sources"), least: wanted });
  const cannotStop = stops.find(s => s.el.id === "q-cannot-judge");
  cannotStop.name = cannotStop.el.dataset.whenCannot;
  const isRouted = s => s.inputs.some(i => i.checked && "routes" in i.dataset);
  // What is still asked: nothing more once a triage answer sends the pair back, only the reason
  // once it cannot be judged. Criteria with a condition are for the server to ask.
  function due() {
    if (stops.some(isRouted)) return needed.filter(isRouted);
    if (new FormData(form).get("overall") === "cannot_judge")
      return [overallStop, cannotStop];
    return needed.filter(s => !("conditional" in s.el.dataset));
  }
  let lastStop = null;

  function go(stop, block = "nearest") {
    if (!stop) return;
    const closed = stop.el.closest("details:not([open])");
    if (closed) closed.open = true;
    (stop.inputs.find(i => i.checked) || stop.inputs[0]).focus({ preventScroll: true });
    (stop.el === flags ? stop.inputs[0].closest(".flag") : stop.el).scrollIntoView({ block });
  }
  function step(direction, from = current()) {
    const open = stops.filter(s => s === from || s.el.checkVisibility());
    if (!from) return go(open.find(s => s.name && !isAnswered(s)) || open[0]);
    let i = open.indexOf(from);
    do i += direction; while (open[i] && open[i].group === from.group);
    if (direction < 0) while (open[i] && open[i - 1]?.group === open[i].group) i--;
    go(open[i]);
  }
  // Number keys: the n-th option; 0 is the way out ("none", "n/a", "cannot judge").
  function choose(stop, n) {
    const out = i => ["none", "na", "cannot_judge"].includes(i.value);
    if (stop.inputs[0].tagName === "SELECT") {
      if (n > stop.inputs[0].length) return;
      stop.inputs[0].selectedIndex = Math.max(0, n - 1);
      stop.inputs[0].dispatchEvent(new Event("change", { bubbles: true }));
      return go(stops[stops.indexOf(stop) + 1]);
    }
    const input = n ? stop.inputs.filter(i => !out(i))[n - 1] : stop.inputs.find(out);
    if (!input) return;
    input.click();
    if (input.type === "checkbox" && n) input.focus();
    else step(1, stop);
  }

  // Rules that follow from the answers so far ---------------------------------
  const why = $("#why"), whyHelp = $("#why-help"), whyDefault = whyHelp.textContent, vetoNote = $("#veto-note");
  const least = Number(why.dataset.min), asksFor = rule => rule in why.dataset;
  function refresh() {
    const data = new FormData(form), overall = data.get("overall");
    const vetoed = side => $$(`[data-veto] [data-side="${side}"]`, flags).some(i => i.checked);
    const a = vetoed("a"), b = vetoed("b"), loser = a ? "A" : "B";
    // Setting a veto aside is preferring the flagged answer, or calling the two even.
    const even = ["0", "both_good"].includes(overall);
    const override = a && b ? overall === "both_good" : a !== b && (even || (a ? overall < 0 : overall > 0));
    const flagged = ["a", "b"].some(s => data.getAll(`flags.${s}`).some(v => v !== "none"));
    const quoted = asksFor("span") && $$(".quote input", flags).some(i => i.value.trim() && i.checkVisibility());
    vetoNote.hidden = !(a || b);
    vetoNote.textContent = a && b ? gettext("Both answers carry a veto flag. The pair is kept as “both unacceptable”; your preference is still asked.")
      : override ? gettext("Answer %(side)s carries a veto flag and you set it aside. Give the reason below; a reviewer will read it.", { side: loser })
      : gettext("Answer %(side)s carries a veto flag. Preferring it is possible and needs a reason.", { side: loser });
    const clear = asksFor("overall") && Math.abs(overall) >= Number(why.dataset.overall);
    const needsWords = (override && asksFor("override")) || (!quoted && (clear || (flagged && asksFor("flags"))));
    why.required = needsWords && overall !== "cannot_judge" && !stops.some(isRouted);
    whyHelp.textContent = !why.required ? whyDefault
      : override ? gettext("Needed (%(least)s characters or more), because you set a veto aside.", { least })
      : clear ? gettext("Needed (%(least)s characters or more), because the preference is clear.", { least })
      : gettext("Needed (%(least)s characters or more), because you flagged an answer.", { least });
    const asked = due();
    $("#answered").textContent = gettext("%(n)s of %(all)s answered", { n: asked.filter(isAnswered).length, all: asked.length });
    for (const link of $$(".steps a")) {
      const own = needed.filter(s => $(link.hash).contains(s.el));
      link.toggleAttribute("data-done", own.length > 0 && own.every(isAnswered));
    }
  }

  // Draft and undo ------------------------------------------------------------
  // The local copy is of one revision: one left from before a judgment must not fill the form over it.
  const ofTask = `draft:${form.elements.task_token.value}:`, draftKey = ofTask + form.elements.revision.value;
  store.dropOthers(ofTask, draftKey);
  const saved = $("#saved"), history = [], undoButton = $("#undo-change"), choice = $("#choice"), differing = $("#differing"), base = form.elements.draft;
  const ownFields = ["csrf_token", "task_token", "revision", "draft", "active_seconds", "rubric_language", "skip_reason"];
  const snapshot = () => [...new FormData(form)].filter(([k]) => !ownFields.includes(k));
  const textOf = pairs => JSON.stringify(pairs);
  const keepHere = () => store.set(draftKey, { base: base.value, fields: snapshot() });
  let last = snapshot(), timer;
  const rowsOf = n => $(`[name="marks.${n}.words"]`, form);
  // A row for each mark that this device kept, since the page has one empty row only.
  function addRows(pairs) {
    for (const n of new Set(pairs.map(([k]) => /^marks\.(\d+)\.words$/.exec(k)?.[1]).filter(Boolean))) {
      const empty = $(".mark-new", form);
      if (rowsOf(n) || !empty) continue;
      const row = empty.cloneNode(true);
      row.value = n;
      for (const i of $$("[name]", row)) i.name = i.name.replace(/\d+/, n);
      empty.after(row);
    }
  }
  function restore(pairs) {
    const has = (n, v) => pairs.some(([k, w]) => k === n && w === v);
    for (const i of form.elements) {
      if (!i.name || i.tagName === "BUTTON" || (i.type === "hidden" && !i.name.startsWith("marks."))) continue;
      if (i.type === "radio" || i.type === "checkbox") i.checked = has(i.name, i.value);
      else i.value = pairs.find(([k]) => k === i.name)?.[1] ?? (i.tagName === "SELECT" ? i.options[0].value : "");
    }
    last = snapshot();
    refresh();
  }
  function say(text, local = false) {
    if (saved.textContent !== text) saved.textContent = text;
    saved.classList.toggle("is-local", local);
  }
  // What needs a decision stands above the bar until it is taken: a word in the bar is overwritten by the next.
  function offer(text, ...ways) {
    const words = document.createElement("span");
    words.textContent = text;
    differing.replaceChildren();
    choice.replaceChildren(words, ...ways.map(([label, way]) => {
      const isLink = typeof way === "string";
      const made = Object.assign(document.createElement(isLink ? "a" : "button"), { className: "btn", textContent: label });
      if (isLink) made.href = way;
      else { made.type = "button"; made.addEventListener("click", () => { choice.hidden = true; way(); }); }
      return made;
    }));
    choice.hidden = false;
  }
  const here = form.getAttribute("action"), clock = moment => `${moment.toISOString().slice(11, 16)} UTC`;
  const loadAgain = () => { store.drop(draftKey); location.replace(here); };
  // One save at a time: of two on their way the older could arrive last and be the one kept.
  // Without a change nothing is sent: a tab that only woke up has nothing to say.
  let saving = false, again = false, ended = false, held = false, savedText = textOf(last);
  const unanswered = new Set();
  async function save() {
    if (ended || held || textOf(snapshot()) === savedText) return;
    if (saving) { again = true; return; }
    saving = true;
    const sent = textOf(snapshot());
    try {
      const reply = await fetch(form.dataset.draftUrl, {
        method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)), keepalive: true,
      });
      unanswered.delete(sent);
      take(reply.status, await reply.json(), sent);
    } catch {
      // It may have arrived all the same; then the next save meets this page's own draft.
      unanswered.add(sent);
      keepHere();
      say(gettext("Kept on this device %(at)s", { at: clock(new Date()) }), true);
      // A server that was started anew tells nobody that it is back, so it is asked.
      clearTimeout(timer);
      timer = setTimeout(save, 5000);
    }
    saving = false;
    if (again) { again = false; save(); }
  }
  function take(status, answer, sent) {
    if (status === 200) return wasSaved(answer, sent);
    keepHere();
    if (status === 401) {
      say(gettext("Kept on this device"), true);
      return offer(gettext("You are signed out. Sign in; your text is kept on this device."), [gettext("Sign in"), `/sign-in?next=${encodeURIComponent(here)}`]);
    }
    if (status === 409) return answer.error.kind === "stale_draft" ? wasOvertaken(answer) : wasEnded();
    say(gettext("Kept on this device"), true);
    if (status === 400) offer(gettext("This page is from before you signed in again. Your text is kept on this device."), [gettext("Reload"), () => location.replace(here)]);
  }
  function wasSaved(answer, sent) {
    base.value = answer.draft;
    savedText = sent;
    store.drop(draftKey);
    if (marksChanged) redraw();
    say(gettext("Draft saved %(at)s", { at: clock(new Date()) }));
    if (answer.words) offer(answer.words, [gettext("Go to your work"), "/work"]);
    else choice.hidden = true;
  }
  // Judged or given back in another tab or on another device: no draft of this page counts any more.
  function wasEnded() {
    ended = true;
    say(gettext("Not saved"), true);
    offer(gettext("Not saved: judged or given back elsewhere."), [gettext("See what is in force"), () => location.replace(`${here}?form=judgment`)]);
  }
  // Nothing is overwritten by itself: the person chooses which of the two drafts to go on with.
  function wasOvertaken(answer) {
    const keepThis = () => { held = false; base.value = answer.draft; savedText = null; save(); };
    if (unanswered.delete(textOf(answer.fields))) { base.value = answer.draft; again = true; return; }
    held = true;
    say(gettext("Not saved"), true);
    offer(gettext("A newer draft was saved in another tab or on another device at %(at)s.", { at: clock(new Date(answer.saved_at)) }),
      [gettext("Load it"), loadAgain], [gettext("Keep this one"), keepThis]);
    sideBySide(answer.differences);
  }
  // What differs stands beside the choice, so that nobody chooses between two drafts unseen.
  function sideBySide(rows) {
    const cell = (kind, text) => Object.assign(document.createElement(kind), { textContent: text || "–", dir: "auto" });
    const line = (kind, texts) => { const tr = document.createElement("tr"); tr.append(...texts.map(t => cell(kind, t))); return tr; };
    if (!rows.length) return;
    const table = Object.assign(document.createElement("table"), { className: "data conflict" });
    table.append(line("th", [gettext("Question"), gettext("On this page"), gettext("Saved elsewhere")]), ...rows.map(r => line("td", r)));
    differing.replaceChildren(table);
  }
  function queueSave() { clearTimeout(timer); timer = setTimeout(save, 800); }
  form.addEventListener("focusin", () => { lastStop = current() || lastStop; });
  form.addEventListener("change", e => {
    const i = e.target;
    if (i.name.startsWith("marks.")) marksChanged = true;
    lastStop = stops.find(s => s.inputs.includes(i)) || lastStop;
    if (i.name.startsWith("flags.") && i.type === "checkbox" && i.checked) {
      for (const other of $$(`[data-side="${i.dataset.side}"]`, flags))
        if (other !== i && (i.value === "none" || other.value === "none")) other.checked = false;
      const quote = $(`[name="${i.name}.${i.value}.quote"]`, form);
      if (quote && !quote.value && marked.side === i.dataset.side) quote.value = marked.text;
    }
    history.push(last);
    undoButton.disabled = false;
    last = snapshot();
    const missed = i.closest(".q-missing");
    missed?.classList.remove("q-missing");
    missed?.removeAttribute("aria-invalid");
    refresh();
    queueSave();
  });
  why.addEventListener("input", queueSave);
  form.addEventListener("input", e => { if (e.target.closest(".quote, .mark-row")) { refresh(); queueSave(); } });
  addEventListener("online", save);
  // What was typed last does not wait when the person turns to something else.
  form.addEventListener("focusout", e => { if (e.target.matches("textarea, input[type=text]")) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  function undo() {
    if (!history.length) return;
    restore(history.pop());
    undoButton.disabled = !history.length;
    say(gettext("Change undone"));
    queueSave();
  }
  undoButton.addEventListener("click", undo);
  // What this device kept fills the form only where it is the same draft gone on with: over another,
  // or beside a judgment that was asked for, it would put itself in the place of what is shown.
  const kept = store.get(draftKey);
  function useKept() {
    held = false;
    addRows(kept.fields);
    restore(kept.fields);
    say(gettext("Draft restored from this device"), true);
    queueSave();
  }
  if (kept?.fields && textOf(kept.fields) !== textOf(last)) {
    if (kept.base === base.value && !("asJudged" in form.dataset)) useKept();
    else {
      held = true;
      offer(gettext("This device kept other answers than those shown here."),
        [gettext("Use those"), useKept], [gettext("Keep what is shown"), () => { held = false; store.drop(draftKey); queueSave(); }]);
    }
  } else if (!("unkept" in form.dataset)) store.drop(draftKey);

  // Submit: one summary with links instead of the browser's one-at-a-time bubbles --
  const errors = $("#errors");
  form.noValidate = true;
  form.addEventListener("submit", e => {
    if (e.submitter?.formNoValidate) return;
    const missing = due().filter(s => !isAnswered(s)).map(s => [s, s.name]);
    if (why.required && why.value.trim().replace(/\s+/g, " ").length < least) missing.push([stops.find(s => s.inputs[0] === why), gettext("Why: at least %(least)s characters", { least })]);
    if (!missing.length) {
      // Until an answer comes the copy here is the only one that is sure; the next page drops it.
      clearTimeout(timer);
      return keepHere();
    }
    e.preventDefault();
    $$(".q-missing").forEach(q => q.classList.remove("q-missing"));
    const list = document.createElement("ul");
    for (const [stop, text] of missing) {
      stop.el.classList.add("q-missing");
      if (stop.el.getAttribute("role") === "radiogroup") stop.el.setAttribute("aria-invalid", "true");
      const link = Object.assign(document.createElement("a"), { href: `#${stop.el.id || stop.el.closest("[id]").id}`, textContent: text });
      link.addEventListener("click", ev => { ev.preventDefault(); go(stop); });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    const title = Object.assign(document.createElement("h3"), { textContent: ngettext("One answer is missing", "%(num)s answers are missing", missing.length) });
    errors.replaceChildren(title, list);
    errors.hidden = false;
    errors.focus({ preventScroll: true });
    errors.scrollIntoView({ block: "start" });
  });

  // Marked words: what was last selected in an answer ---------------------------
  const marked = { side: "", text: "" };
  document.addEventListener("selectionchange", () => {
    const sel = getSelection(), text = String(sel).trim().replace(/\s+/g, " ");
    const answer = text && sel.anchorNode?.parentElement?.closest(".answer");
    if (answer) Object.assign(marked, { side: answer.id.slice(-1), text: text.slice(0, 400) });
  });
  $("#use-selection").addEventListener("click", () => {
    if (!marked.text) return say(gettext("Mark words in an answer first"));
    why.setRangeText(`${why.value && !/\s$/.test(why.value) ? " " : ""}${marked.side.toUpperCase()}: “${marked.text}”`, why.value.length, why.value.length, "end");
    why.dispatchEvent(new Event("change", { bubbles: true }));
    why.focus();
  });

  // Marks and differences are drawn on the server: the page is asked for again, and what it shows of
  // the answers takes the place of what stands here. The form stays as it is, but for its marks.
  let marksChanged = false;
  function redraw(show = $("#differences").tagName === "A") {
    const request = new XMLHttpRequest(), address = new URL(location.href);
    show ? address.searchParams.set("show", "differences") : address.searchParams.delete("show");
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => {
      const page = request.response;
      if (request.status !== 200 || !page?.querySelector("#judgment")) return;
      // Typed on meanwhile: what came back is older than the form, and must not take its place.
      if (marksChanged && textOf(snapshot()) !== savedText) return save();
      const focused = document.activeElement?.name, opened = $("#q-marks").open;
      for (const side of ["a", "b"]) $(`#answer-${side} .prose`).replaceChildren(...page.querySelector(`#answer-${side} .prose`).childNodes);
      for (const part of ["#differences", ".view-key"]) $(part)?.remove();
      $(".view-options").append(...page.querySelectorAll("#differences, .view-key"));
      if (marksChanged) {
        $("#q-marks").replaceWith(page.querySelector("#q-marks"));
        $("#q-marks").open ||= opened;
        if (focused?.startsWith("marks.")) form.elements[focused]?.focus?.({ preventScroll: true });
        last = snapshot();
        savedText = textOf(last);
        marksChanged = false;
      }
      window.history.replaceState(null, "", address);
    };
    request.send();
  }
  $(".view-options").addEventListener("click", e => {
    const button = e.target.closest("#differences");
    if (!button) return;
    e.preventDefault();
    redraw(button.tagName !== "A");
  });
  // The page shows words without their Markdown, so it says which of their occurrences is meant.
  function turnOf(range, prose, words) {
    const before = document.createRange();
    before.setStart(prose, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const flat = text => text.replace(/\s+/g, " ");
    const count = text => flat(text).split(words).length - 1;
    const n = count(prose.textContent), nth = count(String(before)) + 1;
    return n > 1 && nth <= n ? `#${nth}/${n}` : "";
  }
  function markWords() {
    const sel = getSelection(), prose = sel.rangeCount && !sel.isCollapsed && sel.anchorNode?.parentElement?.closest(".answer .prose");
    const row = $(".mark-new", form), words = String(sel).trim().replace(/\s+/g, " ");
    $("#q-marks").open = true;
    if (!row) return say(gettext("No more marks can be added"));
    const part = name => $(`[name$=".${name}"]`, row);
    if (!prose || !words) { part("side").focus(); return say(gettext("Select words in an answer first, or type them")); }
    part("side").value = prose.closest(".answer").id.slice(-1);
    part("words").value = words.slice(0, 400);
    part("at").value = turnOf(sel.getRangeAt(0), prose, words);
    part("flag").focus();
    part("words").dispatchEvent(new Event("change", { bubbles: true }));
    row.scrollIntoView({ block: "nearest" });
  }
  $("#mark-words").addEventListener("click", markWords);

  // Linked scrolling: both answers at the same share between the same headings, or of the whole.
  const panes = $$(".answer .prose"), linked = $("#scroll-together");
  const stopsOf = pane => [0, ...$$("h3, h4, h5, h6", pane).map(h => h.offsetTop - pane.offsetTop), Math.max(1, pane.scrollHeight - pane.clientHeight)];
  let led = null;
  function follow(pane, other) {
    let from = stopsOf(pane), to = stopsOf(other);
    if (from.length !== to.length) [from, to] = [from, to].map(s => [s[0], s.at(-1)]);
    const at = pane.scrollTop, i = Math.max(0, from.findLastIndex((y, k) => k < from.length - 1 && y <= at));
    const share = Math.min(1, (at - from[i]) / Math.max(1, from[i + 1] - from[i]));
    led = other;
    other.scrollTop = to[i] + share * (to[i + 1] - to[i]);
  }
  panes.forEach((pane, n) => pane.addEventListener("scroll", () => {
    // The pane that was moved tells of it, too; answering would make the two chase each other.
    if (led === pane) { led = null; return; }
    if (linked.checked && $("#scroll-apart").checked) follow(pane, panes[1 - n]);
  }, { passive: true }));

  // Reading: on narrow screens one answer shows at a time; every answer keeps its place ---
  const answers = $(".answers"), strip = $(".pin"), narrow = matchMedia("(max-width: 68.74em)"), place = {};
  const tabs = $$(".pin-tab"), sideOf = link => link.hash.slice(-1);
  const top = () => answers.getBoundingClientRect().top + scrollY - strip.offsetHeight;
  const shown = () => narrow.matches ? answers.dataset.show : "both";
  const reading = () => scrollY > top() - innerHeight / 3 && scrollY < top() + answers.offsetHeight - innerHeight / 3;
  addEventListener("scroll", () => { if (reading()) place[shown()] = Math.max(0, scrollY - top()); }, { passive: true });
  function show(side) {
    answers.dataset.show = side;
    tabs.forEach(t => sideOf(t) === side ? t.setAttribute("aria-current", "true") : t.removeAttribute("aria-current"));
  }
  function read(side) {
    const stay = reading() && !narrow.matches;
    if (narrow.matches) show(side);
    $(`#answer-${side}`).focus({ preventScroll: true });
    // An answer that was not opened yet starts at its start, not as far down as the other was read.
    if (!stay) scrollTo({ top: top() + (place[shown()] ?? 0), behavior: "instant" });
  }
  // Back to the question last worked on, under the strip; the first time to the head of the form,
  // which names the rubric, with the focus on its first open question.
  function judge() {
    if (lastStop) return go(lastStop, "start");
    step(1, null);
    form.scrollIntoView({ block: "start" });
  }
  show("a");
  $$("a[href='#answer-a'], a[href='#answer-b']").forEach(a => a.addEventListener("click", e => { e.preventDefault(); read(sideOf(a)); }));
  $(".pin-judge").addEventListener("click", e => { e.preventDefault(); judge(); });
  $("#scroll-apart").addEventListener("change", e => $$(".answer .prose").forEach(p => e.target.checked ? p.tabIndex = 0 : p.removeAttribute("tabindex")));

  // The prompt can be pinned over the answers -----------------------------------
  const prompt = $("#prompt"), slot = $(".prompt-slot"), pinLink = $(".pin-prompt");
  const inView = () => slot.getBoundingClientRect().bottom > 80;
  function pin(on) {
    if (on) prompt.open = true;
    slot.style.minHeight = on ? `${slot.offsetHeight}px` : "";
    prompt.style.width = on ? `${slot.offsetWidth + 32}px` : "";
    prompt.classList.toggle("is-pinned", on);
    pinLink.setAttribute("aria-expanded", on);
    const text = $(".prompt-scroll");
    if (!on) return text.removeAttribute("tabindex");
    text.tabIndex = 0;
    text.focus({ preventScroll: true });
  }
  function togglePrompt() {
    if (prompt.classList.contains("is-pinned")) { pin(false); pinLink.focus({ preventScroll: true }); }
    else if (inView()) { prompt.open = !prompt.open; $("summary", prompt).focus(); }
    else pin(true);
  }
  pinLink.setAttribute("aria-expanded", "false");
  pinLink.addEventListener("click", e => { e.preventDefault(); togglePrompt(); });
  addEventListener("scroll", () => { if (prompt.classList.contains("is-pinned") && inView()) pin(false); }, { passive: true });
  addEventListener("resize", () => { if (prompt.classList.contains("is-pinned")) pin(false); });

  // Clock: stops when nothing happens for three minutes, and says so --------
  const clocks = $$("[data-clock]"), wasReading = $("#was-reading");
  let seconds = Number(clocks[0].dataset.clock), quiet = 0;
  clocks.forEach(c => { c.textContent = clockText(seconds); });
  form.addEventListener("formdata", e => e.formData.set("active_seconds", seconds));
  const active = () => { if (wasReading.hidden) quiet = 0; };
  ["keydown", "pointerdown", "pointermove", "scroll"].forEach(t => addEventListener(t, active, { passive: true }));
  // A sitting goes on from comparison to comparison; five quiet minutes end it.
  const sitting = { most: 45 * 60, gap: 5 * 60 * 1000, key: "sitting" };
  function sit() {
    if (document.hidden) return;
    const before = store.get(sitting.key), moment = Date.now();
    const worked = before && moment - before.at < sitting.gap ? before.seconds + 1 : 1;
    store.set(sitting.key, { seconds: worked, at: moment });
    if (worked < sitting.most || !choice.hidden) return;
    store.set(sitting.key, { seconds: 0, at: moment });
    offer(gettext("You have worked for 45 minutes. Your draft is kept, and a break costs nothing."),
      [gettext("Take a break"), "/work"], [gettext("Go on"), () => {}]);
  }
  wasReading.addEventListener("click", () => { seconds += Math.min(quiet - 180, 900); wasReading.hidden = true; quiet = 0; });
  setInterval(() => {
    quiet += 1;
    if (quiet > 180) wasReading.hidden = false;
    else { sit(); seconds += 1; clocks.forEach(c => { c.textContent = clockText(seconds); }); }
  }, 1000);

  // Keys -------------------------------------------------------------------------
  const singleKeys = $("#single-keys");
  singleKeys.checked = store.get("single-keys") !== false;
  const applyKeys = () => document.documentElement.classList.toggle("keys-on", singleKeys.checked);
  singleKeys.addEventListener("change", () => { store.set("single-keys", singleKeys.checked); applyKeys(); });
  applyKeys();
  // A modal dialog takes the focus, keeps Tab inside and gives the focus back when it closes.
  const openSheet = id => { const sheet = $(`#${id}`); if (sheet && !sheet.open) sheet.showModal(); };
  $$("[data-opens]").forEach(b => b.addEventListener("click", () => openSheet(b.dataset.opens)));
  $$("[data-closes]").forEach(b => b.addEventListener("click", () => b.closest("dialog").close()));
  const byId = id => stops.find(s => s.inputs[0].id === id);
  const actions = {
    next: () => step(1), previous: () => step(-1), flags: () => go(stops.find(s => s.el === flags)), overall: () => go(overallStop),
    why: () => go(byId("why")), undo, prompt: togglePrompt, a: () => read("a"), b: () => read("b"), skip: () => openSheet("skip"), mark: markWords,
  };
  // The keys are the person's: any single character but a digit and "?" may stand for any action.
  const keyBoxes = $$("[data-action]"), keyNote = $("#key-note");
  let keys = {};
  function setKeys(own) {
    keys = Object.fromEntries(keyBoxes.map(b => [own[b.dataset.action] ?? b.dataset.key, b.dataset.action]).filter(([k]) => k));
    keyBoxes.forEach(b => { b.value = (own[b.dataset.action] ?? b.dataset.key).toUpperCase(); });
  }
  setKeys(store.get("keys") ?? {});
  keyBoxes.forEach(box => box.addEventListener("change", () => {
    const own = store.get("keys") ?? {}, key = box.value.trim().toLowerCase(), taken = keys[key];
    if (/[0-9?]/.test(key) || (taken && taken !== box.dataset.action)) keyNote.textContent = gettext("“%(key)s” has another meaning already.", { key: key.toUpperCase() });
    else {
      own[box.dataset.action] = key;
      store.set("keys", own);
      keyNote.textContent = key ? gettext("“%(key)s” is kept on this device.", { key: key.toUpperCase() }) : gettext("That key is switched off on this device.");
    }
    setKeys(own);
  }));
  $("#first-keys").addEventListener("click", () => { store.drop("keys"); setKeys({}); });
  document.addEventListener("keydown", e => {
    const typing = e.target.matches("textarea, input[type=text], .key"), stop = current();
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); return form.requestSubmit((e.shiftKey && $("#stop")) || $("#submit")); }
    if (e.key === "Enter" && e.target.matches("input") && e.target.form === form) return e.preventDefault();
    if ($("dialog[open]") && e.key !== "?") return;
    // Out of the text box, so that the single keys are keys again.
    if (e.key === "Escape" && typing) { e.preventDefault(); return form.focus({ preventScroll: true }); }
    if (e.key === "Escape" && prompt.classList.contains("is-pinned")) return togglePrompt();
    if (stop?.el === flags && /^Arrow/.test(e.key)) {
      const row = stop.inputs.indexOf(e.target), other = stops.find(s => s.el === flags && s !== stop);
      const to = e.key === "ArrowDown" ? stop.inputs[row + 1] : e.key === "ArrowUp" ? stop.inputs[row - 1] : other.inputs[row];
      if (to) { e.preventDefault(); to.focus(); }
      return;
    }
    if (typing || e.ctrlKey || e.metaKey || e.altKey || !singleKeys.checked) return;
    if ($("dialog[open]")) { e.preventDefault(); return $("dialog[open]").close(); }
    if (/^[0-9]$/.test(e.key)) {
      if (stop) { e.preventDefault(); choose(stop, Number(e.key)); }
      else if (e.key >= "1" && e.key <= "7" && !e.target.matches("a, button, input")) choose(overallStop, Number(e.key));
    } else if (e.key === "?") {
      e.preventDefault();
      openSheet("keys");
    } else if (Object.hasOwn(keys, e.key.toLowerCase()) && !(e.target.tagName === "SELECT" && /[a-z]/i.test(e.key) && !/[jk]/i.test(e.key))) {
      e.preventDefault();
      actions[keys[e.key.toLowerCase()]]();
    }
  });

  refresh();
})();
