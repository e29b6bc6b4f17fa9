// SPDX-License-Identifier: EUPL-1.2
// Lists walked by keyboard: roving focus, selection, preview. Rows carry data-row, their link data-open-row.

const TYPING = "input:not([type=checkbox]):not([type=radio]),textarea,select";
const PEEK_WAIT = 90;
let timer;

const visible = (element) => element.getClientRects().length > 0;
const say = (detail) => document.dispatchEvent(new CustomEvent("mukatabat:say", { detail }));
const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter(visible);
// The sheet of shortcuts says which key does what.
const does = (what, code) => {
  const row = document.querySelector(`[data-does~="${what}"]`);
  return row !== null && row.dataset.codes.split(" ")[row.dataset.does.split(" ").indexOf(what)] === code;
};
const current = () => document.querySelector("[data-list] [data-row][aria-current]");

// Until the preview of the row has come, what stands there belongs to another letter: no key may act on it (shell.js).
function peek(row) {
  document.getElementById("peek").dataset.stale = "";
  clearTimeout(timer);
  timer = setTimeout(() => window.htmx?.trigger(row, "peek"), PEEK_WAIT);
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "peek") return;
  const { elt } = detail.requestConfig;
  if (elt.matches("[data-row]") && elt !== current()) detail.shouldSwap = false; // an answer that was overtaken
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "peek") delete detail.target.dataset.stale;
});

function stand(row, focus = true) {
  const before = current();
  if (before !== row) {
    before?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    if (row.hasAttribute("hx-get") && document.getElementById("peek")?.getClientRects().length) peek(row);
  }
  for (const other of document.querySelectorAll('[data-list] [data-row][tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
  if (focus) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function move(step, extend) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (extend) {
    for (const row of [all[at], next]) check(row, true);
  }
  stand(next);
}

function check(row, value) {
  const box = row?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = value ?? !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

// On the signer's desk a mark says "I have read this": it takes the letter that is shown and no other, and goes on to the next.
function select(row) {
  if (!document.querySelector("[data-list][data-onward]")) return check(row);
  if (document.getElementById("peek").hasAttribute("data-stale")) return undefined;
  check(row);
  return row.querySelector("input:checked") ? move(1) : undefined;
}

function tally() {
  const line = document.querySelector("[data-selected]");
  if (!line) return;
  const count = document.querySelectorAll("[data-row] input:checked").length;
  const language = document.documentElement.lang;
  const shown = new Intl.NumberFormat(language, { numberingSystem: document.body.dataset.digits || "latn" }).format(count);
  const forms = JSON.parse(line.dataset.selected);
  line.textContent = (forms[new Intl.PluralRules(language).select(count)] ?? forms.other).replace("%(n)s", shown);
  if (count) say(line.textContent);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches(TYPING) || document.querySelector("dialog[open]")) return;
  const inList = event.target.closest("[data-list]");
  const single = document.body.dataset.shortcuts !== "off";
  const down = (event.code === "ArrowDown" && inList) || (does("next", event.code) && single);
  const up = (event.code === "ArrowUp" && inList) || (does("previous", event.code) && single);
  if (down || up) {
    event.preventDefault();
    move(down ? 1 : -1, event.shiftKey);
  } else if (does("select", event.code) && single && current()) {
    event.preventDefault();
    select(current());
  } else if (event.code === "Enter" && (event.target.matches("[data-row]") || event.target === document.body)) {
    const row = current();
    if (!row) return;
    event.preventDefault();
    row.querySelector("[data-open-row]")?.click();
  }
});

// What stands in the list, in its order and filter, so that a document can be left for its neighbour.
function remember() {
  const urls = rows().map((row) => row.querySelector("a[data-open-row]")?.pathname).filter(Boolean);
  const name = document.querySelector("main h1")?.textContent.trim();
  try {
    sessionStorage.setItem("mukatabat:list", JSON.stringify({ urls, name, at: location.pathname + location.search }));
  } catch {
    // Without storage the neighbours are simply not offered.
  }
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-list] a[data-open-row]")) remember();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-list] [data-row]");
  if (row) stand(row, false);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-row] input[type=checkbox]")) tally();
});
document.addEventListener("htmx:afterSwap", () => {
  if (current()) current().tabIndex = 0;
});

const first = current() ?? rows()[0];
if (first) first.tabIndex = 0;
