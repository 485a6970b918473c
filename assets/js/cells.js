// Lists as grids: one cell has the focus, arrows move it, and a cell whose value may be written is edited where it stands.
//
// Enter on a cell, F2 or a double click edits it; Tab saves and goes on to the next one that may be written, Enter saves and goes
// down, Esc leaves it as it was, and so does a click elsewhere save. On the name, Enter opens the card. A phone has no cells.

import { entered, giveUp, hold, open, release } from "./in-place.js";

const LISTS = "table.list";
const WIDGET = "a[href], button, input, select";
const wide = matchMedia("(min-width: 761px)");

/** Where the focus is: a record and a column, which outlive the row they stand in. */
let here = null;
/** Whether the list has the focus. */
let held = false;
/** The input that is on its way to be saved, and what follows. */
let saving = null;
let following = null;

const inList = (node) => node?.closest?.(`${LISTS} tbody`) ?? null;
const cellOf = (node) => (inList(node) ? node.closest("td, th") : null);
const rowsOf = (list) => [...list.tBodies[0].rows];
const isEditable = (cell) => cell?.dataset.field !== undefined && wide.matches;
const nameOf = (cell) => cell.querySelector(":scope > a.row-link");
/** Where a row begins: at its name, whatever stands before it. */
const first = (row) => row.querySelector("a.row-link")?.closest("td") ?? row.cells[0];

/** What of a cell has the focus: the name's link, the cell itself where it may be written, or the one thing in it. */
const holder = (cell) => nameOf(cell) ?? (isEditable(cell) ? cell : (cell.querySelector(WIDGET) ?? cell));

/** Makes one place of the list, and no other, reachable with Tab. */
function rove(list, chosen) {
  for (const other of list.tBodies[0].querySelectorAll(`:is(${WIDGET}, td):not(form *)`)) {
    if (other === chosen) continue;
    if (other.matches("td")) other.removeAttribute("tabindex");
    else other.tabIndex = -1;
  }
  if (chosen && chosen.tabIndex !== 0) chosen.tabIndex = 0;
}

function prepare() {
  for (const list of document.querySelectorAll(LISTS)) {
    if (!list.tBodies[0]?.rows.length || !wide.matches) continue;
    if (list.getAttribute("role") !== "grid") list.setAttribute("role", "grid");
    const label = list.closest("[role=region]")?.getAttribute("aria-label");
    if (label && !list.hasAttribute("aria-label")) list.setAttribute("aria-label", label);
    for (const cell of list.tBodies[0].querySelectorAll("td:not([data-field])")) cell.setAttribute("aria-readonly", "true");
    const cell = found(list) ?? first(list.tBodies[0].rows[0]);
    rove(list, holder(cell));
  }
}

/** The cell where the focus was. */
function found(list) {
  if (!here || here.list !== list) return null;
  const rows = rowsOf(list);
  const row = rows.find((each) => here.record && each.dataset.record === here.record) ?? rows[Math.min(here.row, rows.length - 1)];
  return row?.cells[Math.min(here.column, row.cells.length - 1)] ?? null;
}

function note(cell) {
  const list = cell.closest(LISTS);
  const row = cell.closest("tr");
  here = { list, within: list.closest("[id]")?.id, record: row.dataset.record, row: rowsOf(list).indexOf(row), column: cell.cellIndex };
  for (const other of document.querySelectorAll(".list tbody tr.current")) if (other !== row) other.classList.remove("current");
  row.classList.add("current");
}

/** The list where the focus was, or what came in its place. */
function listed() {
  if (here?.list.isConnected) return here.list;
  const list = document.getElementById(here?.within)?.querySelector(LISTS) ?? document.querySelector(LISTS);
  if (here && list) here.list = list;
  return list;
}

/** Moves the focus to a cell. */
function go(cell) {
  if (!cell) return;
  note(cell);
  const place = holder(cell);
  rove(cell.closest(LISTS), place);
  if (place === cell) cell.tabIndex = 0;
  place.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Moves by rows: from wherever the list was left. */
export function move(step) {
  const target = inList(document.activeElement)?.closest(LISTS) ?? listed();
  const rows = target ? rowsOf(target) : [];
  if (rows.length === 0) return false;
  const current = rows.findIndex((row) => row.classList.contains("current") || row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, current < 0 ? 0 : current + step))];
  go(current < 0 || here?.list !== target ? first(row) : row.cells[Math.min(here.column, row.cells.length - 1)]);
  return true;
}

/** Edits a cell. */
async function edit(cell) {
  if (!isEditable(cell) || cell.querySelector("form")) return;
  note(cell);
  held = true;
  const list = cell.closest(LISTS);
  const question = new URLSearchParams({ at: "cell", list: list.dataset.question ?? "" });
  // What binds the row to a card is a record of its own.
  const record = cell.dataset.edits ?? `${list.dataset.edits}/${cell.closest("tr").dataset.record}`;
  await open(cell, `${record}/fields/${cell.dataset.field}/edit?${question}`);
  place(cell);
}

/** The input opens to the left where there is no room at the right. */
function place(cell) {
  const form = cell.querySelector("form");
  const frame = cell.closest(".list-scroll")?.getBoundingClientRect();
  if (!form || !frame) return;
  // A hint or an error makes it wider than its cell: that is measured, also when it comes later.
  form.classList.remove("from-end", "from-foot");
  form.classList.toggle("from-end", form.getBoundingClientRect().right > frame.right - 4);
  form.classList.toggle("from-foot", form.getBoundingClientRect().bottom > frame.bottom && cell.getBoundingClientRect().top - form.offsetHeight > frame.top);
}

/** The cell after one, or before it, that may be written: in its row, or in the rows that follow. */
function beside(cell, step) {
  const all = [...cell.closest("tbody").querySelectorAll("td[data-field]")].filter((each) => each.offsetParent !== null);
  return all[all.indexOf(cell) + step] ?? null;
}

/** Saves what is edited, then goes on; where nothing was written there is nothing to save. */
function save(form, then) {
  const cell = form.closest("td");
  if (saving) return;
  if (form.dataset.met === entered(form) && !form.matches(".changed:has(.decision)")) {
    giveUp(form);
    then?.(cell);
    return;
  }
  saving = form;
  following = then;
  hold();
  form.requestSubmit();
}

/** It was not saved, and the input is as it was. */
function failed() {
  if (!saving) return;
  saving = following = null;
  release();
}

document.addEventListener("htmx:error", failed);
document.addEventListener("htmx:response:error", (event) => {
  if (![409, 422].includes(event.detail.ctx.response.status)) failed();
});

const onward = {
  stay: (cell) => go(cell),
  down: (cell) => go(cell.closest("tr").nextElementSibling?.cells[cell.cellIndex] ?? cell),
  next: (cell) => (beside(cell, 1) ? edit(beside(cell, 1)) : go(cell)),
  previous: (cell) => (beside(cell, -1) ? edit(beside(cell, -1)) : go(cell)),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const form = event.target.closest?.("form.cell-edit");
  if (form) return inside(form, event);
  const cell = cellOf(event.target);
  if (!cell || event.target.closest("form") || event.target.matches("input:not([type=checkbox]), textarea, select")) return undefined;
  return walk(cell, event);
});

/** Keys while a cell is edited. */
function inside(form, event) {
  const control = event.target;
  if (event.key === "Tab" && !control.closest("[data-save], [data-discard]")) {
    event.preventDefault();
    save(form, event.shiftKey ? onward.previous : onward.next);
  } else if (event.key === "Enter" && !event.shiftKey && !control.closest("a, button")) {
    event.preventDefault();
    save(form, onward.down);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && control.matches("[type=checkbox]")) {
    const all = [...form.querySelectorAll("[type=checkbox]")];
    event.preventDefault();
    all[all.indexOf(control) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  }
}

/** Keys that walk. */
function walk(cell, event) {
  const row = cell.closest("tr");
  const rows = rowsOf(cell.closest(LISTS));
  const at = rows.indexOf(row);
  const column = cell.cellIndex;
  const to = {
    ArrowUp: () => rows[at - 1]?.cells[column],
    ArrowDown: () => rows[at + 1]?.cells[column],
    ArrowLeft: () => row.cells[column - 1],
    ArrowRight: () => row.cells[column + 1],
    Home: () => first(row),
    End: () => row.cells[row.cells.length - 1],
    PageUp: () => rows[Math.max(0, at - 10)].cells[column],
    PageDown: () => rows[Math.min(rows.length - 1, at + 10)].cells[column],
  }[event.key];
  if (to && wide.matches) {
    event.preventDefault();
    go(to());
  } else if (isEditable(cell) && (event.key === "F2" || (event.key === "Enter" && event.target === cell))) {
    event.preventDefault();
    edit(cell);
  }
}

document.addEventListener("focusin", (event) => {
  const cell = cellOf(event.target);
  held = cell !== null;
  if (cell) note(cell);
});

// With a mouse, a click chooses a cell that may be written; two edit it. Elsewhere a click opens the card.
document.addEventListener("click", (event) => {
  const cell = cellOf(event.target);
  if (isEditable(cell) && event.pointerType !== "touch" && !event.target.closest(`${WIDGET}, label, summary, form`) && !getSelection()?.toString()) go(cell);
});

document.addEventListener("dblclick", (event) => {
  const cell = cellOf(event.target);
  if (!isEditable(cell) || event.target.closest(`${WIDGET}, form`)) return;
  getSelection()?.removeAllRanges();
  edit(cell);
});

// What is written stays where one goes elsewhere.
document.addEventListener("pointerdown", (event) => leave(event.target, false));

// The same of who went elsewhere before the input came: his click has passed already.
document.addEventListener("spot:left", (event) => leave(event.target, true));

/** Saves what is edited for whoever went to this place; a cell that he went to gets the focus where `goes` says so. */
function leave(place, goes) {
  const form = document.querySelector("form.cell-edit");
  const cell = cellOf(place);
  if (form && !form.contains(place)) save(form, cell ? goes && (() => isEditable(cell) && go(cell)) : () => (held = false));
}

document.addEventListener("spot:closed", (event) => {
  const cell = cellOf(event.target);
  if (cell) go(cell);
});

document.addEventListener("htmx:after:settle", () => {
  prepare();
  const answered = saving && !saving.isConnected;
  const then = answered ? following : null;
  if (answered) saving = following = null;
  const form = document.querySelector("form.cell-edit");
  if (form) place(form.closest("td"));
  else recover(then);
  if (answered) release();
});

/** The focus is in the cell where it was, whatever came in its place, unless it has gone elsewhere. */
function recover(then) {
  const list = listed();
  const cell = list && found(list);
  if (!cell) return;
  const lost = !document.activeElement || document.activeElement === document.body || inList(document.activeElement);
  if (then) then(cell);
  else if (held && lost && cellOf(document.activeElement) !== cell) go(cell);
}

wide.addEventListener("change", prepare);
prepare();
