// SPDX-License-Identifier: EUPL-1.2
// Compares a PDF with the signed letter by its SHA-256, in this browser alone: nothing is uploaded.

const place = document.querySelector("[data-digest]");

async function compare(file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  place.querySelector("[data-same]").hidden = found !== place.dataset.digest;
  place.querySelector("[data-other]").hidden = found === place.dataset.digest;
}

// Without a secure connection a browser offers no digests, and the page says nothing of comparing.
if (place && crypto.subtle) {
  place.hidden = false;
  const input = place.querySelector("input[type=file]");
  input.addEventListener("change", () => { if (input.files.length) compare(input.files[0]); });
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}
