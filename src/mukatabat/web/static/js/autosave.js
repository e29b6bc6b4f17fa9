// SPDX-License-Identifier: EUPL-1.2
// A draft saves itself. The form carries data-autosave (the address), a hidden "version", and data-keep ("yes" only when
// the letter is not secret): then what could not be sent stays on this device until the server has it.
// The server answers JSON {version, saved_at} to a good save and 409 {message} when somebody else saved first.

const WAIT = 900;
const RETRY = 8000;
const form = document.querySelector("form[data-autosave]");
const line = document.querySelector("[data-saved]");
const shelf = form ? `mukatabat-draft-${form.dataset.autosave}` : "";
let timer;
let busy = false;
let dirty = false;
let stopped = false;

const mayKeep = () => form.dataset.keep === "yes" && !form.querySelector("[name=secrecy]:checked:not([value=normal])");

function text() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function keep() {
  if (!mayKeep()) return localStorage.removeItem(shelf);
  const pairs = [...text()].filter(([name]) => name !== "csrfmiddlewaretoken");
  return localStorage.setItem(shelf, JSON.stringify({ at: Date.now(), pairs }));
}

function show(state, time = "") {
  if (!line) return;
  line.dataset.state = state;
  for (const part of line.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  const clock = line.querySelector(`[data-when="${state}"] time`);
  if (clock && time) clock.textContent = time;
}

async function save() {
  if (busy || !dirty || stopped) return;
  busy = true;
  dirty = false;
  show("saving");
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST",
      body: text(),
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, Accept: "application/json", "X-Autosave": "1" },
      redirect: "manual",
    });
    if (response.status === 409) {
      stopped = true;
      keep();
      const { message } = await response.json();
      show("conflict");
      document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: message }));
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const { version, saved_at: savedAt } = await response.json();
    form.elements.version.value = version;
    localStorage.removeItem(shelf);
    show("saved", savedAt);
  } catch {
    dirty = true;
    keep();
    show(mayKeep() ? "kept" : "unsaved");
    timer = setTimeout(save, RETRY);
  } finally {
    busy = false;
    if (dirty && !stopped && line?.dataset.state === "saved") timer = setTimeout(save, WAIT);
  }
}

function touched(event) {
  if (event.target.form !== form && !form.contains(event.target)) return; // the text stands outside the form element
  if (event.target.type === "file" || event.target.matches("[data-token-find]")) return;
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

function restore() {
  const stored = JSON.parse(localStorage.getItem(shelf) ?? "null");
  const offer = document.querySelector("[data-restore]");
  if (!stored || !offer || !mayKeep()) return;
  offer.hidden = false;
  offer.querySelector("[data-restore-yes]").addEventListener("click", () => {
    for (const [name, value] of stored.pairs) {
      const field = form.elements[name];
      if (!field || name === "version") continue;
      if (field instanceof RadioNodeList || ["text", "textarea", "date", "select-one"].includes(field.type)) field.value = value;
    }
    offer.hidden = true;
    dirty = true;
    save();
  });
  offer.querySelector("[data-restore-no]").addEventListener("click", () => {
    localStorage.removeItem(shelf);
    offer.hidden = true;
  });
}

if (form) {
  document.addEventListener("input", touched);
  document.addEventListener("change", touched);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) {
      keep();
      save();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !stopped && !mayKeep()) event.preventDefault();
  });
  restore();
}
