// SPDX-License-Identifier: EUPL-1.2
// A field for a file in the words of the page: the browser's own button speaks the browser's language. It lies over the
// drawn one, unseen, so that the click, the key and the dropped file are still its own. Without this file it is in sight.

const words = document.querySelector("[data-file-words]");

function dress(field) {
  const box = document.createElement("span");
  box.className = "pick";
  const face = words.content.cloneNode(true);
  const name = face.querySelector("bdi");
  const none = name.textContent;
  field.title = ""; // or the browser says in its language that there is none
  field.replaceWith(box);
  box.append(face, field);
  field.addEventListener("change", () => {
    name.textContent = [...field.files].map((file) => file.name).join("، ") || none;
  });
}

function all(place) {
  for (const field of place.querySelectorAll("input[type=file]:not(.vh)")) if (!field.closest(".pick")) dress(field);
}
if (words) {
  all(document);
  document.addEventListener("htmx:load", ({ detail }) => all(detail.elt));
}
