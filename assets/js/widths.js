// The edge of a column's head is pulled, and the address keeps how wide it is; a double click lets all of them find their own
// width again. The menu of columns does the same by steps, with the keyboard and without modules.

import { htmx } from "./requests.js";

const LIST = "#list table.list";
const HEAD = "th[data-column]";
const LEAST = 48;
const MOST = 960;

const wide = matchMedia("(min-width: 761px)");

/** What is pulled: the column, where it began, and how wide all of them were. */
let pulled = null;

function prepare() {
  for (const head of document.querySelectorAll(`${LIST} ${HEAD}:not(:has(.edge))`)) {
    const edge = document.createElement("span");
    edge.className = "edge";
    head.append(edge);
  }
}

/** The elements of the columns, made where the list has none. */
function columns(list) {
  const heads = [...list.tHead.rows[0].cells];
  if (!list.classList.contains("sized")) {
    const measured = heads.map((head) => Math.round(head.getBoundingClientRect().width));
    const group = document.createElement("colgroup");
    for (const width of measured) {
      const column = document.createElement("col");
      column.width = width;
      group.append(column);
    }
    list.prepend(group);
    list.classList.add("sized");
  }
  return [...list.querySelectorAll(":scope > colgroup > col")];
}

/** Asks for the list with these columns, and keeps them in the address. */
function ask(list, named) {
  const address = list.dataset.columns + encodeURIComponent(named.join(","));
  history.replaceState(history.state, "", address);
  // Everything that leads on from here says the same.
  htmx.ajax("GET", address, {
    source: document.body,
    target: "#list",
    select: "#list",
    selectOOB: "#list-actions,#list-chips,#list-words",
    swap: "outerMorph",
  });
}

const headsOf = (list) => [...list.querySelectorAll(HEAD)];

document.addEventListener("pointerdown", (event) => {
  const edge = event.target.closest?.(".edge");
  if (!edge || event.button !== 0 || !wide.matches) return;
  event.preventDefault();
  const head = edge.closest("th");
  const list = head.closest("table");
  const from = [...list.tHead.rows[0].cells].map((cell) => Math.round(cell.getBoundingClientRect().width));
  pulled = { list, head, place: head.cellIndex, at: event.clientX, from, moved: false };
  edge.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!pulled) return;
  const by = event.clientX - pulled.at;
  if (!pulled.moved && Math.abs(by) < 3) return;
  pulled.moved = true;
  const all = columns(pulled.list);
  pulled.from.forEach((width, place) => (all[place].width = width));
  all[pulled.place].width = Math.min(MOST, Math.max(LEAST, pulled.from[pulled.place] + by));
});

document.addEventListener("pointerup", () => {
  if (!pulled) return;
  const { list, moved } = pulled;
  pulled = null;
  if (!moved) return;
  const all = columns(list);
  const limited = (width) => Math.min(MOST, Math.max(LEAST, Number(width)));
  ask(list, headsOf(list).map((head) => `${head.dataset.column}:${limited(all[head.cellIndex].width)}`));
});

document.addEventListener("pointercancel", () => (pulled = null));

document.addEventListener("dblclick", (event) => {
  const list = event.target.closest?.(".edge")?.closest("table");
  if (list) ask(list, headsOf(list).map((head) => head.dataset.column));
});

document.addEventListener("htmx:after:settle", prepare);
prepare();
