// SPDX-License-Identifier: EUPL-1.2
// Remarks in the margin: each beside the words that it quotes, which are marked on the sheet without touching the text.
// A remark is resolved where it stands, so that a page that is being written is not loaded anew. On a review page, words
// that are selected on the sheet go with the remark. Where there is no room beside the sheet the remarks are a list.

const sheet = document.querySelector(".paper .l-body");
const notes = [...document.querySelectorAll(".cmt[data-quote]")];
const mark = window.Highlight && CSS.highlights ? new Highlight() : null;
if (mark) CSS.highlights.set("remark", mark);
const GAP = 10;

const text = (node) => !node.parentElement.closest("textarea,.label,.cites");

/** The sheet's text as one string, with the place of each text node in it. */
function read() {
  const walker = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT);
  const parts = [];
  let whole = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!text(node)) continue;
    parts.push({ node, start: whole.length });
    whole += node.data;
  }
  return { whole, parts };
}

const spread = (quote) => new RegExp(quote.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s*"), "gu");

/** Where a quotation stands now: of all its places the one nearest to where it stood. */
function find({ whole, parts }, quote, position) {
  let best = null;
  for (const found of whole.matchAll(spread(quote))) {
    if (!found[0]) break;
    if (!best || Math.abs(found.index - position) < Math.abs(best.index - position)) best = found;
  }
  if (!best) return null;
  const at = (place) => {
    const part = parts.findLast((one) => one.start <= place);
    return [part.node, Math.min(place - part.start, part.node.length)];
  };
  const range = new Range();
  range.setStart(...at(best.index));
  range.setEnd(...at(best.index + best[0].length - 1));
  range.setEnd(range.endContainer, Math.min(range.endOffset + 1, range.endContainer.length));
  return range;
}

function place() {
  if (!sheet) return;
  mark?.clear();
  const said = read();
  const list = document.querySelector(".cmts");
  const beside = list && getComputedStyle(list).getPropertyValue("--beside").trim() === "yes";
  const top = list?.getBoundingClientRect().top ?? 0;
  let free = 0;
  const placed = notes.map((note) => {
    const range = note.dataset.quote ? find(said, note.dataset.quote, Number(note.dataset.position || 0)) : null;
    if (range && !note.classList.contains("done")) mark?.add(range);
    return { note, range, start: range ? range.getBoundingClientRect().top - top : 0 };
  });
  for (const { note, start } of placed.sort((one, other) => one.start - other.start)) {
    const where = Math.max(free, start);
    note.style.insetBlockStart = beside ? `${where}px` : "";
    free = where + note.offsetHeight + GAP;
  }
  if (list) list.style.minBlockSize = beside ? `${free}px` : "";
}

let waiting;
const soon = () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(place);
};

document.addEventListener("click", (event) => {
  const note = event.target.closest(".cmt[data-quote]");
  if (!note || event.target.closest("button,a")) return;
  const range = note.dataset.quote && find(read(), note.dataset.quote, Number(note.dataset.position || 0));
  range?.startContainer.parentElement.scrollIntoView({ block: "center" });
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-resolve]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  const note = form.closest(".cmt");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    note.classList.add("done");
    const next = [...document.querySelectorAll("form[data-resolve] button")].find((button) => !note.contains(button));
    form.replaceWith(note.parentElement.querySelector("template").content.cloneNode(true));
    (next ?? document.getElementById("id_body"))?.focus();
    document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: note.querySelector(".st-ok").textContent.trim() }));
    for (const count of document.querySelectorAll("[data-remarks-open]")) count.textContent = document.querySelectorAll(".cmt:not(.done)").length;
  } catch {
    form.removeAttribute("data-resolve");
    form.requestSubmit(); // the page that comes says what went wrong
  }
  soon();
}, true);

// ── a remark on selected words ──────────────────────────────────────────────────────────────────────────────────────

const field = document.querySelector("[data-remark-quote]");
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (!field || !sheet || !selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (!sheet.contains(range.commonAncestorContainer)) return;
  const quote = selection.toString().replace(/\s+/g, " ").trim().slice(0, 300);
  if (!quote) return;
  const { parts } = read();
  const first = parts.find(({ node }) => range.intersectsNode(node));
  const into = first?.node === range.startContainer ? range.startOffset : 0;
  field.elements.quote.value = quote;
  field.elements.position.value = (first?.start ?? 0) + into;
  const shown = field.querySelector("[data-quoted]");
  shown.hidden = false;
  shown.querySelector("bdi").textContent = quote;
});
field?.querySelector("[data-unquote]")?.addEventListener("click", () => {
  field.elements.quote.value = "";
  field.querySelector("[data-quoted]").hidden = true;
});

if (notes.length) {
  place();
  document.fonts?.ready.then(soon);
  document.addEventListener("input", soon);
  document.addEventListener("mukatabat:editor", soon);
  new ResizeObserver(soon).observe(document.querySelector(".stage"));
}
