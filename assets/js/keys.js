// Keys. Ctrl-K: the palette, from anywhere. In a list: j and k move, Enter opens, / filters. g and a letter: an area. ?: the sheet
// of keys. Every other letter presses the link or button that declares it: data-key="e".
//
// Single letters never fire inside a field, nor on a page that is a form, where they are what somebody began to write; and not at
// all under <body data-single-keys="off">.

import { move } from "./cells.js";
import { openPalette } from "./palette.js";

const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
/** How long the letter after g is waited for. */
const AFTER_G = 1500;
/** In lists "new" is n as well, as long as nothing else on the page is. */
const ALSO = { n: "c" };

let going = 0;

const single = () => document.body.dataset.singleKeys !== "off";
const writing = (event) => event.key !== "?" && document.querySelector("#form .save-bar") !== null;

document.addEventListener("keydown", (event) => {
  // AltGr reaches us as Ctrl+Alt, and writes @ # [ ] on Italian keyboards.
  if (event.altKey || event.isComposing || event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (openPalette()) event.preventDefault();
    else focus("[data-search]", event);
    return;
  }
  if (event.key === "Escape" && event.target.matches(".topbar-search input, .filter-text")) {
    event.target.blur();
    return;
  }
  if (command || event.target.closest(FIELD) || document.querySelector("dialog[open]")) return;
  if ((!single() || writing(event)) && event.key.length === 1) return;
  letter(event);
});

function letter(event) {
  if (event.timeStamp < going) {
    going = 0;
    const area = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (area) {
      event.preventDefault();
      area.click();
      return undefined;
    }
  }
  switch (event.key) {
    case "/":
      if (document.querySelector(".filter-text")) return focus(".filter-text", event);
      if (!document.querySelector("scheda-palette")) return focus("[data-search]", event);
      event.preventDefault();
      return openPalette();
    case "j":
      return walks(event) ? walk(1, event) : press("j", event);
    case "k":
      return walks(event) ? walk(-1, event) : press("k", event);
    case "g":
      return (going = document.querySelector("[data-go]") ? event.timeStamp + AFTER_G : 0);
    case "Enter":
      return openCurrent(event);
    case "?":
      return openSheet();
    default:
      return /^[a-z]$/.test(event.key) && press(event.key, event);
  }
}

function focus(selector, event) {
  const field = document.querySelector(selector);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select?.();
}

/** Follows the link or presses the button that declares this key with data-key: the last message comes before older ones. */
function press(key, event) {
  const declared = (letter) => [...document.querySelectorAll(`[data-key~="${letter}"]`)].filter((one) => one.checkVisibility()).at(-1);
  const control = declared(key) ?? declared(ALSO[key]);
  if (!control) return;
  event.preventDefault();
  control.click();
}

/** On the page of a list its rows are walked, on a card the rows of the list one is in. */
const walks = (event) => event.target.closest(".list") !== null || document.querySelector(".listing .list") !== null;
const current = () => document.querySelector(".list tbody tr.current");

function walk(step, event) {
  if (move(step)) event.preventDefault();
}

function openCurrent(event) {
  // On a link or a button, Enter is the browser's.
  if (event.target.closest("a, button, summary, input") || !walks(event)) return;
  current()?.querySelector("a.row-link")?.click();
}

/** The keys that a control declares, as the sheet writes them. */
function keysOf(control) {
  if (control.dataset.go) return ["G", control.dataset.go.toUpperCase()];
  const keys = control.dataset.key.split(" ");
  const also = Object.keys(ALSO).filter((key) => keys.includes(ALSO[key]) && !document.querySelector(`[data-key~="${key}"]`));
  return [...keys, ...also].map((key) => key.toUpperCase());
}

const named = (control) => control.getAttribute("aria-label") ?? control.textContent.trim();

// A control says its key where one points at it, or comes to it; those that come with an answer too.
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const control = event.target.closest?.("[data-key], [data-go]");
    if (!control || !single() || control.dataset.keyShown) return;
    control.dataset.keyShown = "yes";
    const keys = keysOf(control);
    if (control.dataset.key) control.setAttribute("aria-keyshortcuts", keys.join(" "));
    control.title = `${control.title || named(control)} (${control.dataset.go ? keys.join(" ") : keys[0]})`;
  });
}

/** The sheet: of its rows those that hold on this page, and what this page declares. */
function openSheet() {
  const sheet = document.querySelector("dialog#keys");
  if (!sheet) return;
  fill(sheet.querySelector("[data-keys-here]"), "main [data-key], .topbar [data-key]");
  fill(sheet.querySelector("[data-keys-go]"), "[data-go]");
  const applies = (row) => (!row.dataset.when || document.querySelector(row.dataset.when)) && (single() || row.dataset.single === undefined);
  for (const row of sheet.querySelectorAll("[data-when], [data-single]")) row.hidden = !applies(row);
  for (const note of sheet.querySelectorAll("[data-keys-off]")) note.hidden = single();
  if (!sheet.open) sheet.showModal();
}

function fill(section, controls) {
  if (!section) return;
  const rows = [...document.querySelectorAll(controls)].map((control) => {
    const row = document.createElement("div");
    const keys = document.createElement("dt");
    for (const key of keysOf(control)) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      keys.append(cap, " ");
    }
    const what = document.createElement("dd");
    what.textContent = named(control);
    row.append(keys, what);
    return row;
  });
  section.querySelector("dl").replaceChildren(...rows);
  section.hidden = rows.length === 0 || !single();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-keys-open]");
  if (!opener) return;
  opener.closest("details.menu")?.removeAttribute("open");
  openSheet();
});
