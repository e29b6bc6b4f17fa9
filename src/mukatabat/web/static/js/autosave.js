// SPDX-License-Identifier: EUPL-1.2
// A draft saves itself. The form carries data-autosave (the address), a hidden "version", and data-keep ("yes" only when
// the letter is not secret): then what could not be sent stays on this device until the server has it. Of a letter of
// سري or above nothing is kept here, and what was kept goes when it becomes one.
// What is kept goes by the draft, not by the address: that of a draft changes when it is saved for the first time.
// The server answers JSON {version, saved_at, standing} to a good save and 409 {message} when somebody else saved first.

const WAIT = 900;
const RETRY = 8000;
const REFUSED = [400, 404, 413, 415, 422];
const form = document.querySelector("form[data-autosave]");
const line = document.querySelector("[data-saved]");
const shelf = `mukatabat-draft-${form?.dataset.autosave.match(/[0-9a-f-]{36}(?=\/autosave)/)?.[0] ?? ""}`;
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

// The server says by this word, in the address, that it took what this page sent whole.
const page = window.isSecureContext ? crypto.randomUUID() : `00000000-0000-4000-8000-${String(Date.now()).slice(-12)}`;

function keep(where = localStorage) {
  if (!mayKeep()) return where.removeItem(shelf);
  const pairs = [...text()].filter(([name]) => name !== "csrfmiddlewaretoken");
  return where.setItem(shelf, JSON.stringify({ at: Date.now(), page, pairs }));
}

function forget() {
  localStorage.removeItem(shelf);
  sessionStorage.removeItem(shelf);
}

function stands({ page: from, pairs }) {
  if (from && from === new URLSearchParams(window.location.search).get("took")) return true;
  const plain = (value) => value.replaceAll("\r\n", "\n").trim();
  return ["subject", "body", "content"].every((name) => {
    const kept = pairs.find(([key]) => key === name);
    return !kept || !form.elements[name] || plain(kept[1]) === plain(form.elements[name].value);
  });
}

function show(state, time = "") {
  if (!line) return;
  line.dataset.state = state;
  for (const part of line.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  const clock = line.querySelector(`[data-when="${state}"] time`);
  if (clock && time) clock.textContent = time;
}

// What the server says about a save that it did not take: signed out, or text that it refuses.
function tell(message) {
  const place = document.querySelector("[data-trouble]");
  if (!place) return;
  place.hidden = !message;
  place.querySelector("span").textContent = message;
}

// What follows from the text that was saved: addressee and signer on the sheet, readiness, number, preview.
function refresh(markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  for (const part of fresh.querySelectorAll("[data-standing]")) {
    const here = document.querySelector(`[data-standing="${part.dataset.standing}"]`);
    if (here && here.innerHTML.trim() !== part.innerHTML.trim()) here.replaceChildren(...part.childNodes);
  }
}

async function told(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return "";
  const { message } = await response.json();
  return message ?? "";
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
    if (!response.ok) {
      tell(await told(response));
      if (REFUSED.includes(response.status)) {
        // The same text would be refused again; the next touch tries anew.
        keep();
        show("unsaved");
        return;
      }
      throw new Error(String(response.status));
    }
    tell("");
    const { version, saved_at: savedAt, standing } = await response.json();
    form.elements.version.value = version;
    refresh(standing);
    forget();
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
  if (event.target.name === "secrecy" && !mayKeep()) forget();
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

function restore() {
  const stored = JSON.parse(localStorage.getItem(shelf) ?? sessionStorage.getItem(shelf) ?? "null");
  const offer = document.querySelector("[data-restore]");
  if (!stored || !offer || !mayKeep()) return;
  if (stands(stored)) return forget();
  offer.hidden = false;
  offer.querySelector("[data-restore-yes]").addEventListener("click", () => {
    for (const [name, value] of stored.pairs) {
      const field = form.elements[name];
      if (!field || name === "version" || name === "page") continue;
      if (name === "content") document.dispatchEvent(new CustomEvent("mukatabat:restore", { detail: value }));
      if (field instanceof RadioNodeList || ["text", "textarea", "date", "select-one"].includes(field.type)) field.value = value;
    }
    offer.hidden = true;
    dirty = true;
    save();
  });
  offer.querySelector("[data-restore-no]").addEventListener("click", () => {
    forget();
    offer.hidden = true;
  });
}

if (form) {
  document.addEventListener("input", touched);
  document.addEventListener("change", touched);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    if (!mayKeep()) forget();
    keep(sessionStorage); // the session may have ended: after signing in again this tab still has the text
  });
  const sent = document.createElement("input");
  Object.assign(sent, { type: "hidden", name: "page", value: page });
  form.append(sent);
  restore();
  // The form's own address leads back to this draft even before its first save; «new» would begin another one.
  history.replaceState(history.state, "", form.action);
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
}
