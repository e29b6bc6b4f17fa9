// SPDX-License-Identifier: EUPL-1.2
// Both suites in a browser; the verdicts become the page's text.

import { judge } from "./judging.mjs";

const vectors = await (await fetch("/vectors/vectors.json")).json();
const parcel = new Uint8Array(await (await fetch(`/vectors/${vectors.parcel}`)).arrayBuffer());
try {
  const verdicts = await judge(vectors, parcel, ["xwing-hkdfsha256-aes256gcm", "p256-hkdfsha256-aes256gcm"]);
  document.getElementById("verdicts").textContent = JSON.stringify(verdicts);
} catch (error) {
  document.getElementById("verdicts").textContent = JSON.stringify([["the page", "no error", String(error)]]);
}
