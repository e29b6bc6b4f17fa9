// SPDX-License-Identifier: EUPL-1.2
// Shortcuts by physical key, menus, messages, the line to the server. Every page works without this file.

const TYPING = "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]";
const GO_WAIT = 1500;
const TOAST_LIFE = 10_000;
let goUntil = 0;

const visible = (element) => element.getClientRects().length > 0;
const firstVisible = (selector) => [...document.querySelectorAll(selector)].find(visible);
const openDialog = () => document.querySelector("dialog[open]");
const shortcutsOn = () => document.body.dataset.shortcuts !== "off";

// Modules do not import one another (hashed names would load a module twice); they ask for speech by an event.
function say(text) {
  const line = document.getElementById("say");
  if (line) line.textContent = text;
}
document.addEventListener("mukatabat:say", (event) => say(event.detail));

function press(selector, scope = document) {
  const element = [...scope.querySelectorAll(selector)].find((one) => visible(one) && !one.closest("[data-stale]"));
  if (!element) return false;
  element.click();
  return true;
}

function withControl(event) {
  if (event.code !== "Enter" && event.code !== "NumpadEnter") return false;
  const scope = openDialog() ?? document;
  return event.shiftKey ? press("[data-key-sign]", scope) : press("[data-key-send]", scope);
}

async function copyReference() {
  const element = firstVisible("[data-copy]");
  if (!element) return false;
  await navigator.clipboard.writeText(element.dataset.copy);
  say(element.dataset.copied ?? element.dataset.copy);
  return true;
}

// Which key does what stands in the sheet of shortcuts, the only place where it is written.
const TABLE = new Map();
for (const row of document.querySelectorAll("[data-does]")) {
  const does = row.dataset.does.split(" ");
  row.dataset.codes.split(" ").forEach((code, at) => TABLE.set(`${row.dataset.held ?? ""}${code}`, does[at] ?? does[0]));
}

const DOES = {
  press: (code) => press(`[data-key="${code}"]`),
  find: () => firstVisible("[data-find]")?.focus() ?? true,
  copy: () => copyReference(),
  tab: (code) => press(`[data-panel-tabs] a:nth-of-type(${code.slice(-1)})`),
};

function single(event) {
  const { code } = event;
  if (performance.now() < goUntil) {
    goUntil = 0;
    return press(`[data-go="${code}"]`);
  }
  if (code === "Slash" && event.shiftKey) return document.getElementById("shortcuts")?.showModal() ?? true;
  if (code === "KeyG") {
    goUntil = performance.now() + GO_WAIT;
    return true;
  }
  return DOES[TABLE.get(code)]?.(code);
}

// A key cap shows the letter of the layout: as the browser knows it, or as the first key press shows it.
const ARABIC_LETTER = /^[\u0621-\u064A]/;
let layout = "";
function cap() {
  for (const one of document.querySelectorAll("kbd[data-cap]")) {
    const letter = layout === "ar" ? one.dataset.ar : one.dataset.cap;
    if (one.textContent !== letter) one.textContent = letter;
  }
}
function learn(letter) {
  if (!letter) return;
  const found = ARABIC_LETTER.test(letter) ? "ar" : "latn";
  if (found !== layout) {
    layout = found;
    cap();
  }
}
navigator.keyboard?.getLayoutMap?.().then((map) => learn(map.get("KeyJ")), () => {});
document.addEventListener("htmx:afterSwap", cap);

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey) {
    if (TABLE.get(`Ctrl${event.code}`) === "palette" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("mukatabat:palette"));
    } else if (withControl(event)) event.preventDefault();
    return;
  }
  if (/^Key[A-Z]$/.test(event.code) && event.key.length <= 2) learn(event.key);
  if (event.altKey || !shortcutsOn()) return;
  if (event.code === "Escape") {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.target.matches(TYPING)) event.target.blur();
    else if (!openDialog()) press("[data-back]");
    return;
  }
  if (event.target.matches(TYPING) || openDialog()) return;
  if (single(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const print = event.target.closest("[data-print]");
  if (print) window.print();
  const shut = event.target.closest("[data-shut]");
  if (shut) shut.closest("dialog").close();
});

document.addEventListener("change", (event) => {
  event.target.closest("form[data-autosubmit]")?.requestSubmit();
});

// A form is sent once: the second click of a double click finds the button resting.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// An answer that is a file leaves its page standing: the page says that it came, as another one would have.
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (!form.dataset.saved || defaultPrevented) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = form.dataset.saved;
  setTimeout(() => {
    document.getElementById("toasts")?.append(toast);
    setTimeout(() => leave(toast), TOAST_LIFE);
  }, 600);
});

let unreachable = false;
function connection() {
  const away = !navigator.onLine || unreachable;
  const line = document.getElementById("offline");
  if (line) line.hidden = !away;
  for (const button of document.querySelectorAll("[data-needs-line]")) {
    button.disabled = away;
    if (away) button.setAttribute("aria-describedby", "offline");
    else button.removeAttribute("aria-describedby");
  }
}
document.addEventListener("htmx:sendError", () => {
  unreachable = true;
  connection();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.xhr?.status || !unreachable) return;
  unreachable = false;
  connection();
});
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();

// A message goes after ten seconds, but not while somebody is in it; that of an error stays until it is closed.
function leave(toast) {
  if (toast.matches(":hover,:focus-within")) setTimeout(() => leave(toast), 1000);
  else toast.remove();
}
for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(() => leave(toast), TOAST_LIFE);
document.addEventListener("click", (event) => event.target.closest("[data-toast-shut]")?.closest(".toast").remove());
document.querySelector("[data-focus]")?.focus();
