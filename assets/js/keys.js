// Keys. Ctrl-K: search, from anywhere. In a list: j and k move, Enter opens, / filters. c: new. e: edit. ?: the sheet of keys.
//
// Single letters never fire inside a field, and not at all under <body data-single-keys="off">.

const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  // AltGr reaches us as Ctrl+Alt, and writes @ # [ ] on Italian keyboards.
  if (event.altKey || event.isComposing || event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "k") {
    focus("[data-search]", event);
    return;
  }
  if (event.key === "Escape" && event.target.matches(".topbar-search input, .filter-text")) {
    event.target.blur();
    return;
  }
  if (command || event.target.closest(FIELD) || document.querySelector("dialog[open]")) return;
  if (document.body.dataset.singleKeys === "off" && event.key.length === 1) return;
  single(event);
});

function single(event) {
  switch (event.key) {
    case "/":
      return focus(document.querySelector(".filter-text") ? ".filter-text" : "[data-search]", event);
    case "j":
      return document.querySelector(".list") ? move(1, event) : press("j", event);
    case "k":
      return document.querySelector(".list") ? move(-1, event) : press("k", event);
    case "Enter":
      return openCurrent(event);
    case "c":
    case "e":
      return press(event.key, event);
    case "?":
      return document.querySelector("dialog#keys")?.showModal();
    default:
      return undefined;
  }
}

function focus(selector, event) {
  const field = document.querySelector(selector);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select?.();
}

/** Follows the link or presses the button that declares this key with data-key. */
function press(key, event) {
  const control = document.querySelector(`[data-key="${key}"]`);
  if (!control) return;
  event.preventDefault();
  control.click();
}

const current = () => document.querySelector(".list tbody tr.current");

function move(step, event) {
  const rows = [...document.querySelectorAll(".list tbody tr")];
  if (rows.length === 0) return;
  event.preventDefault();
  const focused = document.activeElement?.closest?.(".list tbody tr");
  const from = rows.indexOf(current() ?? focused);
  const row = rows[Math.min(rows.length - 1, Math.max(0, from < 0 ? 0 : from + step))];
  current()?.classList.remove("current");
  row.classList.add("current");
  row.querySelector("a.row-link")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function openCurrent(event) {
  // On a link or a button, Enter is the browser's.
  if (event.target.closest("a, button, summary, input")) return;
  current()?.querySelector("a.row-link")?.click();
}
