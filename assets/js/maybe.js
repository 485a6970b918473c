// What may exist already, while somebody writes a new record: once he pauses after something that tells, the server is asked with the
// form as it stands, and what it answers stands quietly above the button that saves.
//
// <div id="maybe" data-alike="/accounts/alike" data-telling="name vat_number phones.number address"></div>

import { htmx } from "./requests.js";

const PAUSE = 350;

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form.edit");
    const box = form?.querySelector("[data-alike]");
    if (box && tells(box, event.target.name ?? "")) ask(form, box);
  });
}

/** A name of the comparison stands for a field, the parts of one, or the lines of a relation: phones.0.number. */
function tells(box, name) {
  const plain = name.replace(/\.\d+\./, ".");
  return box.dataset.telling.split(" ").some((key) => plain === key || plain.startsWith(`${key}.`));
}

function ask(form, box) {
  clearTimeout(box.waiting);
  box.waiting = setTimeout(async () => {
    const turn = (box.turn = (box.turn ?? 0) + 1);
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const answer = await fetch(box.dataset.alike, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    // Where it can't be told, it is told where the record is saved.
    if (turn !== box.turn || !box.isConnected || !answer?.ok) return;
    const markup = await answer.text();
    if (turn !== box.turn || markup === box.shown) return;
    box.shown = markup;
    box.innerHTML = markup;
    htmx.process(box);
  }, PAUSE);
}
