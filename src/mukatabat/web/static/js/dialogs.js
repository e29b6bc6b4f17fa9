// SPDX-License-Identifier: EUPL-1.2
// A link with data-dialog opens the page it names inside a dialog; without this file it is an ordinary link.

function plain(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || !plain(event) || !window.htmx) return;
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.replaceChildren();
  await window.htmx.ajax("GET", link.href, { target: dialog, swap: "innerHTML" });
  if (!dialog.childElementCount) return; // the server refused, and a message says why
  dialog.showModal();
  dialog.querySelector("[autofocus],input:not([type=hidden]),select,textarea,button.btn")?.focus();
});

// A click on the backdrop closes, unless something was typed.
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (dialog.tagName !== "DIALOG" || !dialog.open) return;
  const typed = [...dialog.querySelectorAll("textarea,input[type=text]")].some((field) => field.value !== field.defaultValue);
  if (!typed) dialog.close();
});

// One of the saved phrases, by its number, or by a click; its words ask for an act, which is chosen with them.
function phrase(button) {
  const field = document.getElementById(button.dataset.phraseFor);
  if (!field) return;
  field.value = field.value.trim() ? `${field.value.trim()} ${button.dataset.phrase}` : button.dataset.phrase;
  const asked = field.form.querySelector(`[name=act][value="${button.dataset.phraseAct}"]`);
  if (asked) asked.checked = true;
  field.focus();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-phrase]");
  if (button) phrase(button);
});
document.addEventListener("keydown", (event) => {
  if (!/^Digit[1-6]$/.test(event.code) || event.target.matches("input:not([type=radio]),textarea,select")) return;
  const button = document.querySelectorAll("dialog[open] [data-phrase]")[Number(event.code.slice(-1)) - 1];
  if (!button) return;
  event.preventDefault();
  phrase(button);
});
