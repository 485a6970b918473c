// The edge of a column's head is pulled, and the address keeps how wide it is; a double click lets all of them find their own
// width again. The menu of columns does the same by steps, with the keyboard and without modules.

import { htmx } from "./requests.js";

const LIST = "#list table.list";
const HEAD = "th[data-column]";

const wide = matchMedia("(min-width: 761px)");

/** What is pulled: the head, where and how wide it began, and the elements of all columns once it moves. */
let pulled = null;

function prepare() {
  for (const head of document.querySelectorAll(`${LIST} ${HEAD}:not(:has(.edge))`)) {
    const edge = document.createElement("span");
    edge.className = "edge";
    head.append(edge);
  }
}

/** The elements of the columns, made where the list has none, and how wide each is now. */
function columns(list) {
  const heads = [...list.tHead.rows[0].cells];
  const measured = heads.map((head) => Math.round(head.getBoundingClientRect().width));
  if (!list.classList.contains("sized")) {
    const group = document.createElement("colgroup");
    group.append(...heads.map(() => document.createElement("col")));
    list.prepend(group);
    list.classList.add("sized");
  }
  const all = [...list.querySelectorAll(":scope > colgroup > col")];
  measured.forEach((width, place) => (all[place].width = width));
  return all;
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

/** How wide a column may be. */
function within(list, width) {
  const [least, most] = list.dataset.widths.split(" ").map(Number);
  return Math.min(most, Math.max(least, width));
}

const headsOf = (list) => [...list.querySelectorAll(HEAD)];

document.addEventListener("pointerdown", (event) => {
  const edge = event.target.closest?.(".edge");
  if (!edge || event.button !== 0 || !wide.matches) return;
  event.preventDefault();
  const head = edge.closest("th");
  pulled = { head, list: head.closest("table"), at: event.clientX, from: Math.round(head.getBoundingClientRect().width), all: null };
  edge.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!pulled) return;
  const { head, list, at, from } = pulled;
  if (!pulled.all && Math.abs(event.clientX - at) < 3) return;
  pulled.all ??= columns(list);
  pulled.all[head.cellIndex].width = within(list, from + event.clientX - at);
});

document.addEventListener("pointerup", () => {
  if (!pulled) return;
  const { list, all } = pulled;
  pulled = null;
  if (all) ask(list, headsOf(list).map((head) => `${head.dataset.column}:${within(list, Number(all[head.cellIndex].width))}`));
});

document.addEventListener("pointercancel", () => (pulled = null));

document.addEventListener("dblclick", (event) => {
  const list = event.target.closest?.(".edge")?.closest("table");
  if (list) ask(list, headsOf(list).map((head) => head.dataset.column));
});

document.addEventListener("htmx:after:settle", prepare);
prepare();
