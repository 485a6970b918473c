// Forms react before they are sent: what the conditions of fields make of what was entered is asked from the server, and each field that
// stands otherwise now is put in its place. What somebody wrote stays, and so does the focus.
//
// A form says on what this depends: <form data-reacts="/accounts/form" data-decisive="stage employees">; a field that may stand otherwise
// has a slot that says how it stands: <div data-slot="x_contract" data-state="hidden">.

import { htmx } from "./requests.js";

const PAUSE = 250;
const CONTROL = "input:not([type=hidden]), select, textarea";

/** What was written in fields that are not asked any more, by their slots. */
const written = new Map();

/** The forms that have still to be asked about. */
const waiting = new Set();

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-reacts]");
    if (form && decides(form, event.target.name ?? "")) ask(form, PAUSE);
  });
}

function ask(form, pause) {
  waiting.add(form);
  clearTimeout(form.reacting);
  form.reacting = setTimeout(() => react(form), pause);
}

// What another request brings into the form comes first: what was asked before it may know nothing of it.
document.addEventListener("htmx:before:request", () => {
  for (const form of waiting) {
    clearTimeout(form.reacting);
    form.turn = (form.turn ?? 0) + 1;
  }
});
document.addEventListener("htmx:finally:request", () => waiting.forEach((form) => ask(form, 0)));

/** A field that stands otherwise while somebody is in it follows when he leaves it. */
document.addEventListener("focusout", (event) => {
  const slot = event.target.closest?.("[data-slot][data-behind]");
  if (!slot || slot.contains(event.relatedTarget)) return;
  delete slot.dataset.behind;
  ask(slot.closest("form"), 0);
});

function decides(form, name) {
  return form.dataset.decisive.split(" ").some((key) => name === key || name.startsWith(`${key}.`));
}

async function react(form) {
  if (!form.isConnected) return void waiting.delete(form);
  const turn = (form.turn = (form.turn ?? 0) + 1);
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const answer = await fetch(form.dataset.reacts, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  // Where it can't be told, the form stays as it is: saving holds the conditions in any case.
  if (turn !== form.turn) return;
  if (!answer?.ok) return void waiting.delete(form);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== form.turn) return;
  waiting.delete(form);
  const [came, went] = [[], []];
  for (const fresh of page.querySelectorAll("form.edit [data-slot]")) {
    const slot = form.querySelector(`[data-slot="${CSS.escape(fresh.dataset.slot)}"]`);
    if (!slot || stands(slot) === stands(fresh)) continue;
    const [was, is] = [slot.dataset.state, fresh.dataset.state];
    if (!put(slot, fresh)) continue;
    if (was === "hidden") came.push(label(slot));
    if (is === "hidden") went.push(written.get(key(form, slot)).name);
  }
  for (const section of form.querySelectorAll(".form-section:has([data-slot])")) section.hidden = !section.querySelector(".form-field");
  say(form, came, went);
}

/** Puts a slot as the server says that it stands; not while somebody is in a field that would be taken from him. */
function put(slot, fresh) {
  const form = slot.closest("form");
  const focused = slot.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && fresh.querySelector(`[id="${CSS.escape(focused.id)}"]:is(${CONTROL})`);
  if (focused && !again) {
    slot.dataset.behind = "yes";
    return false;
  }
  const before = slot.querySelector(CONTROL) ? { name: label(slot), controls: [...slot.querySelectorAll("[name]")] } : written.get(key(form, slot));
  written.set(key(form, slot), before ?? { name: label(slot), controls: [] });
  const selection = focused?.matches("textarea, input:not([type=checkbox], [type=radio])") ? [focused.selectionStart, focused.selectionEnd] : null;
  // What is fixed has its value already, and what belongs to another kind of record is not what was entered for this one.
  const carries = fresh.dataset.state !== "fixed" && !fresh.dataset.state.includes(" ");
  slot.replaceChildren(...fresh.childNodes);
  slot.dataset.state = fresh.dataset.state;
  if (carries) carry(before?.controls ?? [], slot);
  htmx.process(slot);
  if (focused) {
    const control = document.getElementById(focused.id);
    // What was written since the form was sent is newer.
    if (selection) control.value = focused.value;
    control.focus({ preventScroll: true });
    if (selection && selection[0] !== null) control.setSelectionRange(...selection);
  }
  return true;
}

/** Puts what was written into the controls of the same names. */
function carry(controls, slot) {
  const left = [...slot.querySelectorAll("[name]")];
  for (const control of controls) {
    const box = control.matches("[type=checkbox], [type=radio]");
    const place = left.findIndex((other) => other.name === control.name && other.type === control.type && (!box || other.value === control.value));
    if (place < 0) continue;
    const [other] = left.splice(place, 1);
    if (box) other.checked = control.checked;
    else other.value = control.value;
  }
}

/** How a slot stands; a builder in it says itself of what it is, as a step of its own may have made it another. */
const stands = (slot) => slot.querySelector("[data-of]")?.dataset.of ?? slot.dataset.state;

const key = (form, slot) => `${form.action} ${slot.dataset.slot}`;

const label = (slot) => slot.querySelector("legend, label, .label:not(:empty)")?.textContent.replace(/\s*\*$/, "").trim() ?? "";

/** Says to whoever does not see it what is asked now, and what no longer. */
function say(form, came, went) {
  const place = form.querySelector("#form-said");
  if (!place) return;
  const parts = [];
  if (came.length > 0) parts.push(`${place.dataset.asks}: ${came.join(", ")}.`);
  if (went.length > 0) parts.push(`${place.dataset.asksNoMore}: ${went.join(", ")}.`);
  if (parts.length > 0) place.textContent = parts.join(" ");
}
