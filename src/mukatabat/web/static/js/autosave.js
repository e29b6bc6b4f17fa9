// SPDX-License-Identifier: EUPL-1.2
// A draft saves itself. The form carries data-autosave (the address), a hidden "version", and data-keep ("yes" only when
// the letter is not secret): then what could not be sent stays on this device until the server has it. Of a letter of
// سري or above nothing is kept here, and what was kept goes when it becomes one.
// What is kept goes by the draft, not by the address: that of a draft changes when it is saved for the first time. It is
// sealed with the key that the server gives this person for this draft (letters/device.py): whoever signs in here next
// reads nothing of it. Where the browser has no cryptography, as without an encrypted line, nothing is kept.
// The server answers JSON {version, saved_at, standing} to a good save and 409 {message} when somebody else saved first.

const WAIT = 900;
const RETRY = 8000;
const KEEP_WAIT = 250;
const REFUSED = [400, 404, 413, 415, 422];
const form = document.querySelector("form[data-autosave]");
const line = document.querySelector("[data-saved]");
const SHELVES = "mukatabat-draft-";
const KEPT_FOR = 30 * 24 * 3600 * 1000;
const shelf = `${SHELVES}${form?.dataset.autosave.match(/[0-9a-f-]{36}(?=\/autosave)/)?.[0] ?? ""}`;
const seal = form?.dataset.seal ? Uint8Array.from(atob(form.dataset.seal), (one) => one.charCodeAt(0)) : null;
const key = seal && crypto.subtle?.importKey("raw", seal, "AES-GCM", false, ["encrypt", "decrypt"]);
const NONCE = 12;
let timer;
let keeping;
let busy = false;
let dirty = false;
let stopped = false;

const mayKeep = () => key && form.dataset.keep === "yes" && !form.querySelector("[name=secrecy]:checked:not([value=normal])");

function text() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

// The server says by this word, in the address, that it took what this page sent whole.
const page = window.isSecureContext ? crypto.randomUUID() : `00000000-0000-4000-8000-${String(Date.now()).slice(-12)}`;

let round = 0;
async function keep(where = localStorage) {
  if (!mayKeep()) return where.removeItem(shelf);
  const mine = (round += 1);
  const pairs = [...text()].filter(([name]) => name !== "csrfmiddlewaretoken");
  const plain = new TextEncoder().encode(JSON.stringify({ page, pairs }));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key, plain));
  const whole = Array.from([...nonce, ...sealed], (one) => String.fromCharCode(one)).join("");
  return mine === round ? where.setItem(shelf, `${Date.now()}.${btoa(whole)}`) : undefined; // sent or sealed anew meanwhile
}

// What nobody came back for goes, and so does what an earlier version kept unsealed.
function sweep() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(SHELVES))) {
    if (!(Number.parseInt(localStorage.getItem(name), 10) > Date.now() - KEPT_FOR)) localStorage.removeItem(name);
  }
}

async function kept() {
  const found = localStorage.getItem(shelf) ?? sessionStorage.getItem(shelf);
  if (!found || !key) return null;
  try {
    const whole = Uint8Array.from(atob(found.split(".")[1]), (one) => one.charCodeAt(0));
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, NONCE) }, await key, whole.slice(NONCE));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null; // another person's, who may come back for it, or not whole
  }
}

function forget() {
  round += 1;
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

const written = (one) => [...one.childNodes].map((node) => node.outerHTML ?? node.textContent).join("").trim();

// What follows from the text that was saved: addressee and signer on the sheet, readiness, number, preview.
function refresh(markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  for (const part of fresh.querySelectorAll("[data-standing]")) {
    const here = document.querySelector(`[data-standing="${part.dataset.standing}"]`);
    if (here && written(here) !== written(part)) here.replaceChildren(...part.childNodes);
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
    await keep();
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
  clearTimeout(keeping);
  keeping = setTimeout(() => dirty && keep(), KEEP_WAIT); // a tab that is closed waits for no cryptography
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

async function restore() {
  const stored = await kept();
  const offer = document.querySelector("[data-restore]");
  if (!stored || !offer || !mayKeep()) return;
  if (stands(stored)) {
    forget();
    return;
  }
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
  sweep();
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
