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
  const element = [...scope.querySelectorAll(selector)].find(visible);
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

function single(event) {
  const { code } = event;
  if (performance.now() < goUntil) {
    goUntil = 0;
    return press(`[data-go="${code}"]`);
  }
  if (code === "Slash" && event.shiftKey) return document.getElementById("shortcuts")?.showModal() ?? true;
  if (code === "Slash") return firstVisible("[data-find]")?.focus() ?? true;
  if (code === "KeyG") {
    goUntil = performance.now() + GO_WAIT;
    return true;
  }
  if (code === "KeyY") return copyReference();
  if (/^Digit[1-5]$/.test(code)) {
    return press(`[data-panel-tabs] a:nth-of-type(${code.slice(-1)})`);
  }
  return press(`[data-key="${code}"]`);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey) {
    if (withControl(event)) event.preventDefault();
    return;
  }
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

function connection() {
  const away = !navigator.onLine;
  const line = document.getElementById("offline");
  if (line) line.hidden = !away;
  for (const button of document.querySelectorAll("[data-needs-line]")) button.disabled = away;
}
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();

for (const toast of document.querySelectorAll("[data-toast]")) {
  setTimeout(() => toast.remove(), TOAST_LIFE);
}
document.querySelector("[data-focus]")?.focus();
