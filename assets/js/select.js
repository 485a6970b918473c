// Choosing rows of a list: a click ticks one, with Shift all from the last one on, x the row one is on, the box in the head the
// page. The ticks are parts of the form #bulk, which goes on without this module; here they are counted, and kept when the
// list is fetched again.

const TICK = ".list input[name=pick]";
const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const chosen = new Set();
let last;

// A form may have a field of this name too: the rights of a role.
const form = () => document.querySelector("form#bulk");
const ticks = () => [...document.querySelectorAll(TICK)];
const all = () => form()?.elements.all?.checked ?? false;

/** Says how many, in the bar and in the head; everything of the filter ticks every row. */
function tell() {
  const bar = form();
  if (!bar) return;
  const rows = ticks();
  const count = rows.filter((tick) => tick.checked).length;
  const page = document.querySelector("[data-bulk-page]");
  if (page) {
    page.checked = count > 0 && count === rows.length;
    page.indeterminate = count > 0 && count < rows.length;
  }
  const said = bar.querySelector(".bulk-count");
  const whole = bar.querySelector(".bulk-all span");
  // The number stands in the head of the page as soon as it is counted; "10.000+" is none.
  const counted = document.getElementById("count")?.textContent.match(/^\s*([\d.,]*\d)\s*$/)?.[1];
  if (whole && counted) whole.textContent = whole.dataset.many.replace("%", counted);
  if (all()) said.textContent = counted ? said.dataset.many.replace("%", counted) : (whole?.textContent ?? "");
  else if (count > 0) said.textContent = count === 1 ? said.dataset.one : said.dataset.many.replace("%", count);
}

function set(rows, checked) {
  for (const tick of rows) {
    tick.checked = checked;
    if (checked) chosen.add(tick.value);
    else chosen.delete(tick.value);
  }
  // Whoever takes one out no longer means everything.
  if (!checked && all()) form().elements.all.checked = false;
  tell();
}

document.addEventListener("click", (event) => {
  const tick = event.target.closest?.(TICK);
  if (!tick) return;
  const rows = ticks();
  const [here, before] = [rows.indexOf(tick), rows.findIndex((row) => row.value === last)];
  last = tick.value;
  if (event.shiftKey && before >= 0) set(rows.slice(Math.min(here, before), Math.max(here, before) + 1), tick.checked);
  else set([tick], tick.checked);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-bulk-page]")) set(ticks(), event.target.checked);
  else if (event.target.matches?.("#bulk [name=all]")) set(ticks(), event.target.checked);
});

document.addEventListener("reset", (event) => {
  if (event.target !== form()) return;
  chosen.clear();
  setTimeout(tell);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.(FIELD)) return;
  if (event.key === "Escape" && chosen.size > 0) return form()?.reset();
  if (event.key !== "x" || document.body.dataset.singleKeys === "off") return;
  const row = document.querySelector(".list tbody tr.current") ?? document.activeElement?.closest?.(".list tbody tr");
  const tick = row?.querySelector("input[name=pick]");
  if (!tick) return;
  event.preventDefault();
  last = tick.value;
  set([tick], !tick.checked);
});

// Fetched again, the list still has what was chosen of it.
document.addEventListener("htmx:after:settle", () => {
  if (chosen.size === 0) return tell();
  const rows = ticks();
  const there = new Set(rows.map((tick) => tick.value));
  for (const id of chosen) if (!there.has(id)) chosen.delete(id);
  for (const tick of rows) tick.checked = chosen.has(tick.value);
  tell();
});

// A page that the browser kept, or whose ticks it filled in again.
window.addEventListener("pageshow", () => {
  for (const tick of ticks()) if (tick.checked) chosen.add(tick.value);
  tell();
});
