// SPDX-License-Identifier: EUPL-1.2
// The recipient picker: a search line whose answers (options from the server) become tokens with hidden fields.
// Without this file the page offers an ordinary list of bodies.

function options(box) {
  return [...box.querySelectorAll(".opts [role=option]:not([aria-disabled])")];
}

function mark(box, option) {
  for (const other of options(box)) other.setAttribute("aria-selected", String(other === option));
  const line = box.querySelector("[data-token-find]");
  if (option) line.setAttribute("aria-activedescendant", option.id);
  else line.removeAttribute("aria-activedescendant");
}

// What the line says, and how often its list was shut: an answer to a question from before that is shown no more.
const shutTimes = new WeakMap();
const asked = new WeakMap();
const question = (box) => `${shutTimes.get(box) ?? 0} ${box.querySelector("[data-token-find]").value}`;
const boxOf = ({ detail }) => detail.target.closest?.("[data-tokens]");

function shut(box) {
  shutTimes.set(box, (shutTimes.get(box) ?? 0) + 1);
  const line = box.querySelector("[data-token-find]");
  box.querySelector(".opts").replaceChildren();
  line.setAttribute("aria-expanded", "false");
  line.removeAttribute("aria-activedescendant");
}

function clear(box) {
  box.querySelector("[data-token-find]").value = "";
  shut(box);
}

function changed(box) {
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function put(box, line, { value, label, paper }) {
  const token = box.querySelector("template").content.firstElementChild.cloneNode(true);
  token.querySelector("bdi").textContent = label;
  const input = token.querySelector("input");
  input.name = box.dataset.tokens;
  input.value = value;
  const remove = token.querySelector("button");
  remove.setAttribute("aria-label", `${remove.getAttribute("aria-label")} ${label}`);
  for (const way of token.querySelectorAll("[data-way]")) way.hidden = (way.dataset.way === "paper") === (paper === undefined);
  line.before(token);
}

// An option that stands for several puts in each of them, so that any one can be taken out again.
function add(box, option) {
  const line = box.querySelector("[data-token-find]");
  const members = [...option.querySelectorAll("[data-member]")];
  const already = new Set([...box.querySelectorAll("input[type=hidden]")].map((input) => input.value));
  for (const { dataset } of members.length ? members : [option]) {
    if (!already.has(dataset.value)) put(box, line, dataset);
  }
  clear(box);
  line.focus();
  changed(box);
}

document.addEventListener("click", (event) => {
  const option = event.target.closest("[data-tokens] [role=option]:not([aria-disabled])");
  if (option) {
    add(option.closest("[data-tokens]"), option);
    return;
  }
  const remove = event.target.closest("[data-tokens] .tok button");
  if (remove) {
    const box = remove.closest("[data-tokens]");
    remove.closest(".tok").remove();
    box.querySelector("[data-token-find]").focus();
    changed(box);
  } else {
    for (const box of document.querySelectorAll("[data-tokens]")) {
      if (!box.contains(event.target)) clear(box);
    }
  }
});

document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.("[data-token-find]");
  if (!line || event.isComposing) return;
  const box = line.closest("[data-tokens]");
  const all = options(box);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    if (!all.length) return;
    event.preventDefault();
    const step = event.code === "ArrowDown" ? 1 : -1;
    mark(box, all[(at + step + all.length) % all.length]);
  } else if (event.code === "Enter") {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (all.length) add(box, all[Math.max(at, 0)]);
  } else if (event.code === "Escape" && all.length) {
    event.stopPropagation();
    event.preventDefault();
    clear(box);
  } else if (event.code === "Backspace" && !line.value) {
    const last = [...box.querySelectorAll(".tok")].at(-1);
    if (!last) return;
    last.remove();
    changed(box);
  }
});

// Whoever goes on by Tab leaves no list lying over the fields below; the mouse picks without taking the focus away.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-tokens] .opts")) event.preventDefault();
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const box = target.closest?.("[data-tokens]");
  if (box && relatedTarget && !box.contains(relatedTarget)) shut(box);
});

document.addEventListener("htmx:beforeSend", (event) => {
  const box = boxOf(event);
  if (box) asked.set(event.detail.xhr, question(box));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const box = boxOf(event);
  if (box && asked.get(event.detail.xhr) !== question(box)) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const box = event.target.closest?.("[data-tokens]");
  if (!box) return;
  if (!box.contains(document.activeElement)) {
    shut(box); // the answer came after the reader had gone on
    return;
  }
  const all = options(box);
  box.querySelector("[data-token-find]").setAttribute("aria-expanded", String(all.length > 0));
  // Nobody picks many by one key too many: what stands for several is never the first to be taken.
  mark(box, all.find((option) => !option.querySelector("[data-member]")) ?? all[0]);
});
