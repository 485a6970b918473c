// Editing in place: a value of a card, or a cell of a list, becomes its own input, and what stood there comes back where one gives
// up. Whoever has no modules follows the pencil, which is a link to the card with that input.
//
// A spot says where its input is: <dd class="spot" data-edit="/accounts/…/fields/stage/edit?at=card">.

// Its own keys come before ours.
import "./picker.js";
import { htmx } from "./requests.js";

const CONTROL = "input:not([type=hidden]), select, textarea";
const INPUT = "form.in-place";

/** What stood in a spot before its input came. */
const before = new WeakMap();
/** The spot whose pencil gets the focus back. */
let last = null;

/** What is done while an input is on its way, or what was entered is on its way back: keys, and places that were gone to. */
let typed = null;
let waits = 0;
/** The spot whose input is on its way. */
let opening = null;

/** From now on what is typed waits: it is meant for the input that comes, never a command. */
export function hold() {
  waits += 1;
  typed ??= [];
}

/** It has come: what was typed goes into it. */
export function release() {
  waits = Math.max(0, waits - 1);
  if (waits > 0 || !typed) return;
  const keys = typed;
  typed = null;
  while (keys.length > 0) {
    const { key, shiftKey, place } = keys.shift();
    const control = document.activeElement;
    const writes = control?.matches("input:not([type=checkbox], [type=radio]), textarea");
    if (place) {
      (place.isConnected ? place : document).dispatchEvent(new CustomEvent("spot:left", { bubbles: true }));
    } else if (key.length === 1 && writes) {
      control.setRangeText(key, control.selectionStart, control.selectionEnd, "end");
      control.dispatchEvent(new InputEvent("input", { bubbles: true, data: key }));
    } else if (key.length > 1) {
      control?.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
    }
    if (typed) {
      typed.push(...keys);
      return;
    }
  }
}

document.addEventListener("keydown", (event) => {
  if (!typed || !event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key.length === 1 || ["Tab", "Enter", "Escape"].includes(event.key)) typed.push({ key: event.key, shiftKey: event.shiftKey });
}, { capture: true });

// Who goes elsewhere before the input came leaves it once what was typed is in it.
document.addEventListener("pointerdown", (event) => {
  if (opening && event.isTrusted && !opening.contains(event.target)) typed?.push({ place: event.target });
}, { capture: true });

/** Brings the input into a spot; gives whether it came. */
export async function open(spot, address) {
  const there = spot.querySelector(INPUT);
  if (!there) {
    before.set(spot, [...spot.childNodes]);
    hold();
    opening = spot;
    try {
      await htmx.ajax("GET", address, { source: spot, target: spot, swap: "innerHTML" });
      meet(spot);
    } finally {
      opening = null;
      release();
    }
  }
  return spot.querySelector(INPUT) !== null;
}

/** Gives up: what stood there comes back. */
export function giveUp(form) {
  const spot = form.closest(".spot, td");
  const nodes = before.get(spot);
  // It came with the page: the page comes without it.
  if (!nodes) return false;
  spot.replaceChildren(...nodes);
  htmx.process(spot);
  spot.querySelector(".spot-edit")?.focus();
  spot.dispatchEvent(new CustomEvent("spot:closed", { bubbles: true }));
  return true;
}

/** What would be sent, to be compared with what came. */
export const entered = (form) =>
  JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf" && name !== "version"));

/** Goes into an input that has just come: to what is wrong, to what is to be decided, or to the first control. */
function meet(within) {
  for (const form of within.querySelectorAll(`${INPUT}:not([data-met])`)) {
    form.dataset.met = entered(form);
    if (form.querySelector(".error, .decision")) form.classList.add("changed");
    const control = form.querySelector("[aria-invalid=true], .decision input:checked") ?? form.querySelector(`.form-field :is(${CONTROL})`);
    control?.focus();
    if (control?.matches("input:not([type=checkbox], [type=radio])") && control.getAttribute("aria-invalid") !== "true") control.select();
    form.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

document.addEventListener("click", (event) => {
  const pencil = event.target.closest?.(".spot-edit");
  const spot = pencil?.closest(".spot[data-edit]");
  if (spot && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(spot, spot.dataset.edit);
    return;
  }
  const form = event.target.closest?.("[data-discard]")?.closest(INPUT);
  if (form && giveUp(form)) event.preventDefault();
});

document.addEventListener("dblclick", (event) => {
  const spot = event.target.closest?.(".spot[data-edit]");
  if (!spot || event.target.closest("a, button, summary, form, details")) return;
  getSelection()?.removeAllRanges();
  open(spot, spot.dataset.edit);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const form = event.target.closest?.("form.in-place, form.happening-edit");
  if (!form) return;
  if (event.key === "Escape") {
    event.preventDefault();
    form.querySelector("[data-discard]")?.click();
  } else if (event.key === "Enter" && form.matches(INPUT) && !form.matches(".cell-edit") && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// What was is fetched when it is asked for.
document.addEventListener("toggle", (event) => {
  const past = event.target;
  if (!past.matches?.("details.past[open]")) return;
  const items = past.querySelector(".menu-items");
  past.dataset.past ??= items.querySelector("a").getAttribute("href");
  htmx.ajax("GET", past.dataset.past, { source: past, target: items, swap: "innerHTML" });
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (event.target.matches(INPUT)) last = event.target.closest(".spot")?.id ?? null;
});

document.addEventListener("htmx:after:settle", () => {
  meet(document);
  // Saved: the focus goes on where it was.
  if (!last || document.querySelector(INPUT)) return;
  const spot = document.getElementById(last);
  last = null;
  if (!document.activeElement || document.activeElement === document.body) spot?.querySelector(".spot-edit")?.focus();
});

meet(document);
