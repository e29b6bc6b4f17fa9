// SPDX-License-Identifier: EUPL-1.2
// The signer's desk: a letter is marked as read once its end was in view for a while, or by the word "Seen".

const LOOKED_AT = 1500; // milliseconds that the end of a letter stays in view before the letter counts as read
let timer;
let entering = false;

const say = (detail) => document.dispatchEvent(new CustomEvent("mukatabat:say", { detail }));
const box = (id) => document.getElementById(`read-${id}`);

function mark(id) {
  const tick = box(id);
  if (!tick || tick.checked) return;
  tick.checked = true;
  tick.dispatchEvent(new Event("change", { bubbles: true }));
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    clearTimeout(timer);
    if (entry.isIntersecting) timer = setTimeout(() => mark(entry.target.dataset.readEnd), LOOKED_AT);
  }
});

function watch() {
  watcher.disconnect();
  clearTimeout(timer);
  const end = document.querySelector("[data-read-end]");
  if (end) watcher.observe(end);
}

function tally() {
  const line = document.querySelector("[data-ready]");
  if (!line) return;
  const count = document.querySelectorAll("input[name=letter]:checked").length;
  line.dataset.first ??= line.textContent;
  if (!count) {
    line.textContent = line.dataset.first;
    return;
  }
  const language = document.documentElement.lang;
  const forms = JSON.parse(line.dataset.ready);
  const shown = new Intl.NumberFormat(language, { numberingSystem: document.body.dataset.digits || "latn" }).format(count);
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  line.textContent = form.replace("%(n)s", shown);
  say(line.textContent);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[name=letter]")) tally();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark-read]");
  if (button) mark(button.dataset.markRead);
});

// Enter on a row goes into its text, whose end is reached by the arrow keys or by End; Escape comes back to the row, and
// is heard before the script of every page, for which it means the page before.
function inLetter(event) {
  const inList = event.target === document.body || event.target.matches("[data-row]");
  if (event.key === "Enter" && inList) {
    entering = true;
    document.querySelector("[data-stage]")?.focus();
  } else if (event.key === "Escape" && event.target.matches("[data-stage]")) {
    event.preventDefault();
    document.querySelector("[data-row][aria-current]")?.focus();
  }
}
document.addEventListener("keydown", inLetter, true);
document.addEventListener("htmx:afterSwap", () => {
  watch();
  if (entering) document.querySelector("[data-stage]")?.focus();
  entering = false;
});
window.addEventListener("pageshow", tally);
watch();
