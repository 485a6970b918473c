// Menus are <details class="menu">: one is open at a time, and Esc, a click elsewhere or leaving with Tab closes it.

const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

// What is done at once leaves nothing to choose from.
document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-closes]")?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

/** What a menu holds comes into view where it opens at the foot of the page. */
const meet = (menu) => menu?.querySelector(".menu-items").scrollIntoView({ block: "nearest" });

document.addEventListener("toggle", (event) => event.target.matches?.(".section details.menu[open]") && meet(event.target), { capture: true });

// What is chosen in a menu that stays open may take away what was pressed: the focus goes back to the menu.
let within = null;
document.addEventListener("focusin", (event) => (within = event.target.closest?.("details.menu[open][id]")?.id ?? null));
document.addEventListener("htmx:after:settle", (event) => {
  const menu = document.getElementById(within);
  if (!menu?.open) return;
  if (event.detail?.ctx?.sourceElement === menu) meet(menu);
  if (!document.activeElement || document.activeElement === document.body) menu.querySelector("summary").focus();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  // Inside a field of the menu the arrows belong to the field.
  if (!step || event.target.matches("input, select, textarea")) return;
  const items = [...menu.querySelectorAll(".menu-items :is(a, button)")];
  const place = items.indexOf(document.activeElement);
  items[(place + step + items.length) % items.length]?.focus();
  event.preventDefault();
});
