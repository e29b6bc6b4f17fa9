// SPDX-License-Identifier: EUPL-1.2
// One writer at a time. The page of a draft says every half minute that it is open, and hears who writes; whoever reads
// may ask for the draft, and whoever writes may hand it over. The server decides who may save.

const line = document.querySelector("[data-presence]");
const EVERY = 25_000;
const SAVED = new Set(["saved", "new"]);
const token = document.querySelector("#draft [name=csrfmiddlewaretoken]")?.value ?? "";

async function tell(act = "") {
  const body = new FormData();
  body.set("do", act);
  try {
    const response = await fetch(line.dataset.presence, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "error" });
    if (response.ok) show(await response.json(), act);
  } catch {
    // Out of reach: the lease ends by itself, and saving says what is wrong.
  }
}

function show({ mine, by, asked_by: asked }, act) {
  const reads = line.hasAttribute("data-reads");
  if (mine === reads || (by && !reads)) {
    window.location.reload(); // it is one's own now, or no longer
    return;
  }
  for (const part of line.querySelectorAll("[data-when]")) part.hidden = true;
  const state = reads ? (act === "ask" || asked ? "asked" : by ? "held" : "alone") : asked ? "wanted" : "";
  line.hidden = !state;
  const part = line.querySelector(`[data-when=${state || "none"}]`);
  if (!part) return;
  part.hidden = false;
  for (const name of part.querySelectorAll("[data-name]")) name.textContent = asked && !reads ? asked : by;
  document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: part.querySelector("span").textContent.trim() }));
}

/** Hand over only what the server has. */
async function give() {
  const saved = document.querySelector("[data-saved]");
  for (let wait = 0; wait < 40 && !SAVED.has(saved?.dataset.state); wait += 1) await new Promise((done) => setTimeout(done, 250));
  await tell("give");
}

if (line) {
  line.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "give") give();
    else if (act) tell(act);
  });
  document.addEventListener("mukatabat:beat", () => tell());
  setInterval(tell, EVERY);
  tell();
}
