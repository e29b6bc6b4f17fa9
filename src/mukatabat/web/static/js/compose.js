// SPDX-License-Identifier: EUPL-1.2
// Compose: the subject echoes on the sheet, the sheet grows with its text, files may be dropped.

const subject = document.querySelector("[data-subject]");
const echo = document.querySelector("[data-subject-echo] bdi");
const body = document.getElementById("id_body");

if (subject && echo) subject.addEventListener("input", () => (echo.textContent = subject.value));
subject?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.ctrlKey && !event.isComposing) event.preventDefault(); // a subject is one line
});

function grow() {
  body.style.blockSize = "auto";
  body.style.blockSize = `${body.scrollHeight}px`;
}
if (body instanceof HTMLTextAreaElement && !CSS.supports("field-sizing", "content")) {
  body.addEventListener("input", grow);
  grow();
}

const zone = document.querySelector("[data-drop]");
if (zone) {
  const input = zone.querySelector("input[type=file]");
  const send = zone.querySelector("[data-attach]");
  send.hidden = true; // choosing sends
  const form = document.querySelector(".form");
  const over = (value) => zone.classList.toggle("over", value);
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    over(false);
    input.files = event.dataTransfer.files;
    send.click();
  });
  input.addEventListener("change", () => input.files.length && send.click());
  if (input.files.length) send.click(); // chosen before this file was here
}
