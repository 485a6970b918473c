// Short messages at the lower edge, with an undo where the server offers one.
//
// They come with the page (<div class="toast"> inside #toasts) or with an answer:
// HX-Trigger: {"toast": {"text": "…", "tone": "good", "undo": "/changes/…/undo"}}

import { word } from "./words.js";

const SHORT = 5000;
/** Long enough to notice a mistake. */
const WITH_UNDO = 12000;

/** Shows a message: `text`, `tone` (good, bad or nothing), `undo` (the address to post to). */
export function toast({ text, tone = "", undo }) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.tone = tone;
  const said = document.createElement("span");
  said.textContent = text;
  box.append(said);
  if (undo) box.append(undoForm(undo));
  place().append(box);
  leaveAfter(box);
}

function undoForm(address) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) {
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "csrf", value: token });
    form.append(hidden);
  }
  const button = document.createElement("button");
  button.className = "toast-action";
  button.dataset.key = "z";
  button.textContent = word("undo", "Annulla operazione");
  form.append(button);
  return form;
}

function place() {
  let toasts = document.getElementById("toasts");
  if (!toasts) {
    toasts = document.createElement("div");
    toasts.id = "toasts";
    toasts.setAttribute("role", "status");
    document.body.append(toasts);
  }
  return toasts;
}

/** Leaves by itself, but never while the pointer or the focus is on it; a failure stays until it is dismissed. */
function leaveAfter(box) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", word("close", "Chiudi"));
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(close);
  if (box.dataset.tone === "bad") return;

  let timer;
  const wait = () => (timer = setTimeout(() => box.remove(), box.querySelector("form") ? WITH_UNDO : SHORT));
  const stay = () => clearTimeout(timer);
  box.addEventListener("pointerenter", stay);
  box.addEventListener("focusin", stay);
  box.addEventListener("pointerleave", wait);
  box.addEventListener("focusout", wait);
  wait();
}

document.addEventListener("toast", (event) => toast(event.detail));
for (const box of document.querySelectorAll("#toasts > .toast")) leaveAfter(box);
