// SPDX-License-Identifier: EUPL-1.2
// Passkeys: asks the server for a challenge, the device for its answer, and sends the answer with the form around the
// button. Without scripts or a device the button is not shown, and the code beside it is typed as ever.

const able = typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
if (able) document.documentElement.dataset.passkeys = "yes";

async function challenge(url, form) {
  const response = await fetch(url, {
    method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).publicKey;
}

async function answer(button, form) {
  const options = await challenge(button.dataset.passkey, form);
  if (button.dataset.makes === undefined) {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
}

// A form sends one field more, in the name of the button, and what the browser demands of the others is the server's
// to judge: whoever answers with a passkey types no code.
async function send(button) {
  const form = button.form;
  if (button.dataset.makes !== undefined && !form.reportValidity()) return;
  button.disabled = true;
  try {
    const credential = await answer(button, form);
    const field = Object.assign(document.createElement("input"), {
      type: "hidden", name: button.dataset.field, value: JSON.stringify(credential.toJSON()),
    });
    form.append(field);
    form.noValidate = true;
    const sent = form.querySelector(button.dataset.send ?? "button:not([type=button])");
    if (sent && button.dataset.alone === undefined) sent.click();
    else form.submit();
  } catch {
    button.disabled = false;
    document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: button.dataset.failed ?? "" }));
    const told = form.querySelector("[data-passkey-told]");
    if (told) told.textContent = button.dataset.failed ?? "";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-passkey]");
  if (button && able) send(button);
});
