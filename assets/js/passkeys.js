// Passkeys: a button asks the server for a question, the browser for its answer, and sends the form with it. Without this module, or
// without passkeys, the other ways in stand beside it.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function letters(buffer) {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The question as the browser wants it: its bytes as bytes. */
function asked(question) {
  const key = { ...question.publicKey, challenge: bytes(question.publicKey.challenge) };
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  if (key.excludeCredentials) key.excludeCredentials = known(key.excludeCredentials);
  if (key.allowCredentials) key.allowCredentials = known(key.allowCredentials);
  return { publicKey: key };
}

/** The answer as the server reads it: its bytes as letters. */
function answered(credential) {
  const { response } = credential;
  const said = { clientDataJSON: letters(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = letters(response[name]);
  }
  const transports = response.getTransports?.();
  if (transports?.length) said.transports = transports;
  return { id: credential.id, rawId: letters(credential.rawId), type: credential.type, extensions: {}, response: said };
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-passkey]");
  if (!button) return;
  event.preventDefault();
  const form = button.closest("form");
  const failed = form.querySelector("[data-passkey-failed]");
  button.disabled = true;
  if (failed) failed.hidden = true;
  try {
    const answer = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(String(answer.status));
    const { secret, question } = await answer.json();
    const credential = await navigator.credentials[button.dataset.passkey](asked(question));
    form.elements.secret.value = secret;
    form.elements.answer.value = JSON.stringify(answered(credential));
    form.submit();
  } catch {
    // Whoever changes his mind, or has none, reads that it did not work and goes another way.
    if (failed) failed.hidden = false;
    button.disabled = false;
  }
});
