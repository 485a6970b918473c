// Cards of a board are moved by dragging, or with Space, the arrows and Space again; what the server refuses goes back. The menu on each
// card does the same without this module.

import { htmx } from "./requests.js";
import { toast } from "./toast.js";

const board = (element) => element.closest?.("[data-board]");
const lanes = (card) => [...board(card).querySelectorAll(".lane")];
let dragged = null;
let picked = null;

function say(text) {
  const place = document.getElementById("board-said");
  if (place) place.textContent = text;
}

function over(lane) {
  for (const other of document.querySelectorAll(".lane.over")) if (other !== lane) other.classList.remove("over");
  lane?.classList.add("over");
}

/** Shows it in its new place at once, asks the server, and shows what is true then. */
async function move(card, lane) {
  const from = card.closest(".lane");
  over(null);
  if (lane === from) return;
  const { board: field, saidDropped } = board(card).dataset;
  const focused = card.contains(document.activeElement);
  lane.querySelector(".lane-cards").prepend(card);
  if (focused) card.querySelector("a").focus();
  say(`${saidDropped} ${lane.dataset.name}`);
  const body = new URLSearchParams({ field, value: lane.dataset.value, version: card.dataset.version });
  const headers = { "HX-Request": "true", "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content };
  const answer = await fetch(card.dataset.place, { method: "POST", body, headers }).catch(() => null);
  const told = answer?.headers.get("HX-Trigger");
  if (told) toast(JSON.parse(told).toast);
  else if (!answer?.ok) document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx: {} } }));
  if (!answer?.ok) from.querySelector(".lane-cards").prepend(card);
  await htmx.ajax("GET", location.pathname + location.search, { source: "#list", target: "#list", swap: "outerMorph", select: "#list" });
  if (focused) document.querySelector(`#${CSS.escape(card.id)} a`)?.focus();
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".board-card[draggable=true]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("a").href);
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const lane = dragged && event.target.closest?.(".lane");
  if (!lane) return;
  event.preventDefault();
  over(lane);
});

document.addEventListener("drop", (event) => {
  const lane = dragged && event.target.closest?.(".lane");
  if (!lane) return;
  event.preventDefault();
  move(dragged, lane);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  over(null);
});

function leave(words) {
  picked?.card.classList.remove("picked");
  picked = null;
  over(null);
  if (words) say(words);
}

document.addEventListener("keydown", (event) => {
  const card = event.target.matches?.(".board-name") && event.target.closest(".board-card[draggable=true]");
  if (!card || event.ctrlKey || event.altKey || event.metaKey) return;
  const said = board(card).dataset;
  const all = lanes(card);
  if (event.key === " ") {
    event.preventDefault();
    if (picked?.card !== card) {
      leave();
      picked = { card, place: all.indexOf(card.closest(".lane")) };
      card.classList.add("picked");
      say(said.saidPicked);
      return;
    }
    const lane = all[picked.place];
    leave();
    move(card, lane);
    return;
  }
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (picked?.card === card) {
    if (event.key === "Escape") leave(said.saidLeft);
    else if (step) {
      picked.place = Math.min(Math.max(picked.place + step, 0), all.length - 1);
      over(all[picked.place]);
      all[picked.place].scrollIntoView({ block: "nearest", inline: "nearest" });
      say(`${said.saidOver} ${all[picked.place].dataset.name}`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  // Without a card in hand the arrows walk from card to card.
  const names = (lane) => [...lane.querySelectorAll(".board-name")];
  const here = names(card.closest(".lane"));
  const rise = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  let next = rise && here[here.indexOf(event.target) + rise];
  for (let place = all.indexOf(card.closest(".lane")) + (step ?? 0); step && !next && all[place]; place += step) next = names(all[place])[0];
  if (!next) return;
  next.focus();
  event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  if (picked && event.target.closest?.(".board-card") === picked.card && document.hasFocus()) leave();
});
