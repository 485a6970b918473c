// Naming a colleague in a text: after an @ those are offered whose name has what is written. What is chosen stands as his name;
// whom it means is found by the server, so that it works without this module too.
//
// The answer of data-mentions?q=… is a run of <li role="option" data-label="…">, as a picker gets it.

const PAUSE = 120;
const BEGUN = /(?:^|[^\p{L}\p{N}._+@/-])@([\p{L}\p{N}'’-]*(?: [\p{L}\p{N}'’-]+)?)$/u;

const areaOf = (event) => event.target.closest?.("textarea[data-mentions]");
/** Who is offered at once: more are found by writing on, and nothing has to be scrolled. */
const MOST = 6;

const shown = (area) => area.offers && !area.offers.hidden;

/** What is written of a name before the caret; null where nobody is being named. */
function begun(area) {
  if (area.selectionStart !== area.selectionEnd) return null;
  return BEGUN.exec(area.value.slice(Math.max(0, area.selectionStart - 80), area.selectionStart))?.[1] ?? null;
}

document.addEventListener("input", (event) => {
  const area = areaOf(event);
  if (!area) return;
  clearTimeout(area.pause);
  if (begun(area) === null) close(area);
  else area.pause = setTimeout(() => suggest(area), PAUSE);
});

document.addEventListener(
  "keydown",
  (event) => {
    const area = areaOf(event);
    if (!area || !shown(area) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const options = [...area.offers.children];
    const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(area, options[(place + step + options.length) % options.length]);
    } else if ((event.key === "Enter" || event.key === "Tab") && options[place] && !event.shiftKey) {
      choose(area, options[place]);
    } else if (event.key === "Escape") {
      close(area);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".mention-options [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.parentElement.area, option);
});

document.addEventListener("focusout", (event) => {
  const area = areaOf(event);
  if (area) close(area);
});

async function suggest(area) {
  const asked = begun(area);
  if (asked === null) return;
  const address = new URL(area.dataset.mentions, location.href);
  address.searchParams.set("q", asked);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || begun(area) !== asked || document.activeElement !== area) return;
  const received = new DOMParser().parseFromString(await answer.text(), "text/html");
  const options = [...received.querySelectorAll("[role=option]")].slice(0, MOST);
  if (options.length === 0) return close(area);
  const list = offers(area);
  list.replaceChildren(...options);
  options.forEach((option, place) => (option.id = `${list.id}-${place}`));
  list.hidden = false;
  area.setAttribute("aria-controls", list.id);
  mark(area, options[0]);
}

function offers(area) {
  if (!area.offers?.isConnected) {
    area.offers = document.createElement("ul");
    area.offers.className = "mention-options";
    area.offers.id = `${area.id}-offers`;
    area.offers.setAttribute("role", "listbox");
    area.offers.setAttribute("aria-label", "@");
    area.offers.area = area;
    area.after(area.offers);
  }
  return area.offers;
}

function mark(area, option) {
  for (const other of area.offers.children) other.setAttribute("aria-selected", String(other === option));
  area.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(area, option) {
  const end = area.selectionStart;
  const begin = end - begun(area).length;
  area.setRangeText(`${option.dataset.label} `, begin, end, "end");
  close(area);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function close(area) {
  clearTimeout(area.pause);
  if (!area.offers) return;
  area.offers.hidden = true;
  area.removeAttribute("aria-activedescendant");
  area.removeAttribute("aria-controls");
}
