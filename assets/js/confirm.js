// Asks before what cannot be taken back: hx-confirm on requests of htmx, data-confirm on the buttons and forms of plain pages.
// The word on the button that goes ahead is data-confirm-label.

import { word } from "./words.js";

/** Asks; gives whether to go ahead. */
export function ask(question, label) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    dialog.setAttribute("aria-labelledby", "ask-question");
    const form = document.createElement("form");
    form.method = "dialog";
    const text = document.createElement("p");
    text.id = "ask-question";
    text.textContent = question;
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(button("no", word("cancel", "Annulla"), "btn"), button("yes", label ?? word("confirm", "Conferma"), "btn btn-danger"));
    form.append(text, actions);
    dialog.append(form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function button(value, text, classes) {
  const made = document.createElement("button");
  made.value = value;
  made.textContent = text;
  made.className = classes;
  return made;
}

document.addEventListener("htmx:confirm", async (event) => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  const goAhead = await ask(ctx.confirm, ctx.sourceElement.dataset.confirmLabel);
  if (goAhead) issueRequest();
  else dropRequest();
});

document.addEventListener("submit", async (event) => {
  const asker = event.submitter?.dataset.confirm ? event.submitter : event.target;
  const question = asker.dataset.confirm;
  if (!question || asker.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question, asker.dataset.confirmLabel))) return;
  asker.dataset.confirmed = "yes";
  event.target.requestSubmit(event.submitter);
  delete asker.dataset.confirmed;
}, { capture: true });
