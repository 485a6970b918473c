// The palette (Ctrl-K): records that the server finds, and what can be done, which the page shows already.
//
// Commands are the links and buttons inside [data-commands="title of the group"] and those of the heads of this page, so
// that nothing is offered which the page itself would not. Records come from data-source?q=… as groups of
// <div role="option" data-href="…">. An answer to what is no longer asked is never shown.

import { fold, matches } from "./fold.js";

const PAUSE = 60;
/** Commands are shown without records when these take longer. */
const PATIENCE = 180;
/** Letters from which a command of this name comes before records. */
const SURE = 4;
const HERE =
  "main :is(.record-bar, .page-head, .section-head, .related-empty) .actions :is(a[href], button, details.menu > summary[aria-label]):not(.related details *), main .save-bar :is(a[href], button)";
/** Menus of which each line by itself says too little: the menu is opened instead. */
const WHOLE = ["columns", "arrangement"];

class Palette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.status = this.querySelector("[role=status]");
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.request?.abort());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest(".palette-box button")) this.dialog.close();
    });
    this.list.addEventListener("pointermove", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.mark(option);
    });
    // The focus stays in the field.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    for (const kind of ["click", "auxclick"]) {
      this.list.addEventListener(kind, (event) => {
        const option = event.target.closest("[role=option]");
        if (option && event.button < 2) this.choose(option, event.ctrlKey || event.metaKey || event.button === 1);
      });
    }
    this.field(document.querySelector("[data-search]"));
  }

  /** The field of the top bar opens it too, when one clicks there or writes; without scripts it leads to the search page. */
  field(field) {
    if (!field) return;
    field.addEventListener("click", () => this.open(field.value));
    field.addEventListener("input", () => {
      const written = field.value;
      field.value = field.defaultValue;
      if (written) this.open(written, false);
    });
  }

  open(text = "", select = true) {
    if (!this.dialog.open) {
      this.commands = commands();
      this.input.value = text;
      this.dialog.showModal();
      this.ask(0);
    }
    this.input.focus();
    if (select) this.input.select();
  }

  ask(pause = PAUSE) {
    this.request?.abort();
    clearTimeout(this.pause);
    clearTimeout(this.patience);
    const asked = this.input.value.trim();
    const request = (this.request = new AbortController());
    this.entered = null;
    this.answered = false;
    this.list.setAttribute("aria-busy", "true");
    this.patience = setTimeout(() => this.draw(asked, []), PATIENCE);
    this.pause = setTimeout(async () => {
      const address = new URL(this.dataset.source, location.href);
      address.search = new URLSearchParams({ q: asked, on: location.pathname });
      try {
        const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: request.signal });
        if (answer.status === 401) return location.reload();
        if (!answer.ok) throw new Error(answer.status);
        const received = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (!request.signal.aborted) this.settle(asked, [...received.body.children]);
      } catch {
        if (!request.signal.aborted) this.settle(asked, [], this.dataset.broken);
      }
      return undefined;
    }, pause);
  }

  settle(asked, groups, trouble) {
    clearTimeout(this.patience);
    this.answered = true;
    this.draw(asked, groups, trouble);
    this.list.removeAttribute("aria-busy");
    // Whoever pressed Enter before the answer meant the first of it.
    if (this.entered && this.current) this.choose(this.current, this.entered.newTab);
  }

  draw(asked, groups, trouble) {
    const before = this.moved && this.current?.textContent;
    const fitting = this.commands.filter((command) => matches(command.words, asked));
    const sure = asked.length >= SURE ? fitting.filter((command) => fold(command.label).startsWith(fold(asked))) : [];
    const others = fitting.filter((command) => !sure.includes(command));
    // Of nothing in particular, what can be made comes first.
    if (!asked) others.sort((one, other) => other.makes - one.makes);
    this.list.replaceChildren(...grouped(sure, "sure"), ...groups, ...grouped(others, "other"));
    const options = this.options();
    options.forEach((option, place) => (option.id = `palette-option-${place}`));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    const kept = before && options.find((option) => option.textContent === before);
    this.mark(kept || options[0]);
    if (!kept) this.list.scrollTop = 0;
    this.moved = Boolean(kept);
    if (!this.answered) return;
    const number = options.filter((option) => !("more" in option.dataset)).length;
    const { none, one, many } = this.dataset;
    this.status.textContent = trouble ?? (number === 0 ? none : number === 1 ? one : many.replace("#", number));
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  mark(option) {
    if (option === this.current && option) return;
    this.current?.removeAttribute("aria-selected");
    this.current = option;
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    if (event.isComposing || event.altKey) return;
    const newTab = event.ctrlKey || event.metaKey;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const options = this.options();
      this.mark(options[(options.indexOf(this.current) + step + options.length) % options.length]);
      this.current?.scrollIntoView({ block: "nearest" });
      this.moved = true;
    } else if (event.key === "Enter") {
      if ((this.answered || this.moved) && this.current) this.choose(this.current, newTab);
      else this.entered = { newTab };
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(option, newTab) {
    const control = option.control;
    const address = option.dataset.href ?? control?.href;
    if (newTab && address) {
      window.open(address, "_blank", "noopener");
      return;
    }
    this.dialog.close();
    if (control?.isConnected) control.click();
    else if (address) location.assign(address);
  }
}

/** What can be done now, each once: what belongs to this page first. */
function commands() {
  const found = [];
  const title = document.querySelector("main h1")?.cloneNode(true);
  title?.querySelector(".count")?.remove();
  const page = title?.textContent.trim() || document.title;
  for (const control of document.querySelectorAll(HERE)) {
    const menu = control.closest("details.menu");
    if (!menu || WHOLE.includes(menu.id) === control.matches("summary")) found.push(command(control, page));
  }
  // What is made comes before where one goes (data-rank), and oneself comes last.
  const places = [...document.querySelectorAll("[data-commands]")].sort((one, other) => (one.dataset.rank ?? 1) - (other.dataset.rank ?? 1));
  for (const place of places) {
    for (const control of place.querySelectorAll("a[href]:not(.rail-head), button:not([data-rail-toggle])")) {
      found.push(command(control, place.dataset.commands, place.dataset.rank === "0"));
    }
  }
  const known = new Set();
  return found.filter(({ control, key, label }) => {
    const idle = control.matches("[aria-disabled=true], [aria-pressed=true], :disabled, [hidden]");
    if (idle || !label || known.has(key)) return false;
    known.add(key);
    return true;
  });
}

function command(control, group, makes = false) {
  const label = (control.dataset.command ?? control.getAttribute("aria-label") ?? control.querySelector("span")?.textContent ?? control.textContent).trim();
  const beside = control.closest("[role=group][aria-label]")?.getAttribute("aria-label") ?? "";
  return { control, group, makes, label, beside, words: `${label} ${beside} ${group}`, key: control.getAttribute("href") ?? `${label} ${beside}` };
}

/** The commands as groups of options, written as text. */
function grouped(all, name) {
  return [...new Set(all.map(({ group }) => group))].map((group, place) => {
    const box = element("div", { role: "group", "aria-labelledby": `palette-${name}-${place}` });
    box.append(element("div", { role: "presentation", class: "palette-title", id: `palette-${name}-${place}` }, group));
    for (const { control, label, beside } of all.filter((one) => one.group === group)) {
      const option = element("div", { role: "option" });
      option.control = control;
      const icon = control.querySelector("svg.icon")?.cloneNode(true);
      option.append(icon ?? element("span", { class: "icon" }), element("span", {}, label), element("small", {}, beside));
      const key = control.dataset.go ? `G ${control.dataset.go}` : control.dataset.key?.split(" ")[0];
      if (key && document.body.dataset.singleKeys !== "off") option.append(element("kbd", { "aria-hidden": "true" }, key.toUpperCase()));
      box.append(option);
    }
    return box;
  });
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}

customElements.define("scheda-palette", Palette);

/** Opens the palette where the page has one, and says whether it has. */
export function openPalette() {
  const palette = document.querySelector("scheda-palette");
  palette?.open();
  return Boolean(palette);
}
