// SPDX-License-Identifier: EUPL-1.2
// Large files go up in parts, and go on after a lost connection or a closed page. The protocol: letters/views/uploads.py.
// Small files, and every file without this script, go with the form.

const PART = 8 * 1024 * 1024;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;

class Refused extends Error {}

const zone = document.querySelector("[data-upload]");
if (zone) {
  const input = zone.querySelector("input[type=file]");
  const send = zone.querySelector("[data-attach]");
  // Every way of choosing files ends in this click.
  send.addEventListener(
    "click",
    (event) => {
      const files = [...input.files];
      const large = files.filter((file) => file.size > PART);
      if (!large.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const rest = new DataTransfer();
      files.filter((file) => file.size <= PART).forEach((file) => rest.items.add(file));
      input.files = rest.files;
      takeAll(large);
    },
    { capture: true },
  );

  async function takeAll(files) {
    const done = await Promise.all(files.map(take));
    if (done.some(Boolean) || input.files.length) send.click();
  }

  // Whether the file arrived; then the form names it.
  async function take(file) {
    const line = zone.querySelector("template").content.firstElementChild.cloneNode(true);
    const [bar, state] = [line.querySelector("progress"), line.querySelector("small")];
    const control = new AbortController();
    line.querySelector("bdi").textContent = file.name;
    line.querySelector("button").addEventListener("click", () => control.abort());
    zone.append(line);
    const show = (offset, waiting) => {
      bar.value = offset / file.size;
      state.textContent = waiting ? zone.dataset.waiting : "";
    };
    try {
      const name = document.createElement("input");
      Object.assign(name, { type: "hidden", name: "uploads", value: await upload(file, control.signal, show) });
      zone.append(name);
      return true;
    } catch (error) {
      if (control.signal.aborted) line.remove();
      else state.textContent = error instanceof Refused ? error.message : zone.dataset.failed;
      return false;
    }
  }

  async function upload(file, signal, show) {
    const key = `upload ${await digestOf(new TextEncoder().encode(`${file.name}\n${file.size}\n${file.lastModified}`))}`;
    let address = localStorage.getItem(key);
    let offset = address && (await standing(address, signal));
    if (!Number.isInteger(offset)) {
      address = await begin(file, signal);
      offset = 0;
      localStorage.setItem(key, address);
    }
    const cancel = () => {
      localStorage.removeItem(key);
      ask(address, { method: "DELETE", keepalive: true }).catch(() => {});
    };
    signal.addEventListener("abort", cancel);
    let wait = FIRST_WAIT;
    while (offset < file.size) {
      show(offset, false);
      try {
        offset = await append(address, file, offset, signal);
        wait = FIRST_WAIT;
      } catch (error) {
        if (signal.aborted || error instanceof Refused) throw error;
        show(offset, true);
        await pause(wait, signal);
        wait = Math.min(2 * wait, LONGEST_WAIT);
        offset = await again(address, offset, signal);
      }
    }
    show(offset, false);
    localStorage.removeItem(key);
    return address.split("/").at(-2);
  }

  async function begin(file, signal) {
    const body = new URLSearchParams({ name: file.name });
    const answer = await ask(zone.dataset.upload, { method: "POST", body, signal, headers: { "Upload-Length": file.size } });
    if (!answer.ok) throw await refusal(answer);
    return new URL(answer.headers.get("Location"), location.href).pathname;
  }

  async function append(address, file, offset, signal) {
    const part = await file.slice(offset, offset + PART).arrayBuffer();
    const headers = {
      "Content-Type": "application/partial-upload",
      "Upload-Offset": offset,
      "Content-Digest": `sha-256=:${await digestOf(part)}:`,
    };
    const answer = await ask(address, { method: "PATCH", body: part, signal, headers });
    const standsAt = answer.headers.get("Upload-Offset");
    // Another page went on with it, or an answer was lost: what counts is where it stands.
    if (standsAt !== null && (answer.ok || answer.status === 409)) return Number(standsAt);
    if (answer.status >= 500 || standsAt !== null) throw new Error(String(answer.status));
    throw await refusal(answer);
  }

  // Where an upload stands, null when it is no longer there.
  async function standing(address, signal) {
    const answer = await ask(address, { method: "HEAD", signal });
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
  }

  async function again(address, offset, signal) {
    try {
      const found = await standing(address, signal);
      if (found === null) throw new Refused(zone.dataset.failed);
      return found;
    } catch (error) {
      if (signal.aborted || error instanceof Refused) throw error;
      return offset; // still no connection
    }
  }

  function ask(address, options) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    return fetch(address, { ...options, redirect: "error", headers: { ...options.headers, "X-CSRFToken": token } });
  }

  async function refusal(answer) {
    const problem = await answer.json().catch(() => ({}));
    return new Refused([problem.happened, problem.do].filter(Boolean).join(" ") || zone.dataset.failed);
  }

  // Until the connection is back, or for a while when nothing says that it was gone.
  function pause(milliseconds, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const now = () => (clearTimeout(timer), resolve());
      addEventListener("online", now, { once: true });
      signal.addEventListener("abort", now, { once: true });
    });
  }

  async function digestOf(bytes) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return btoa(String.fromCharCode(...digest));
  }
}
