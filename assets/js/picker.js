// Choosing a record by writing some of its name: an ARIA combobox over options that the server renders.
//
// The answer of data-picker?q=… is a run of <li role="option" data-value="id" data-label="…">.

const PAUSE = 150;

document.addEventListener("input", (event) => {
  const picker = event.target.closest("[data-picker]");
  if (!picker || event.target !== field(picker)) return;
  value(picker).value = "";
  clearTimeout(picker.pause);
  picker.pause = setTimeout(() => suggest(picker), PAUSE);
});

document.addEventListener("keydown", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || event.target !== field(picker)) return;
  const options = [...list(picker).children];
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" && list(picker).hidden) {
    suggest(picker);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    mark(picker, options[(place + step + options.length) % options.length]);
  } else if (event.key === "Enter" && !list(picker).hidden && options[place]) {
    choose(picker, options[place]);
  } else if (event.key === "Tab" && !list(picker).hidden && options[place] && field(picker).value.trim() !== "") {
    // On the way out it is chosen: Tab goes on as ever.
    choose(picker, options[place]);
    return;
  } else if (event.key === "Escape" && !list(picker).hidden) {
    close(picker);
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("[data-picker]"), option);
});

document.addEventListener("focusout", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (picker) close(picker);
});

const field = (picker) => picker.querySelector("[role=combobox]");
const value = (picker) => picker.querySelector("input[type=hidden]");
const list = (picker) => picker.querySelector("[role=listbox]");

async function suggest(picker) {
  const asked = field(picker).value;
  const address = new URL(picker.dataset.picker, location.href);
  address.searchParams.set("q", asked);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || field(picker).value !== asked) return;
  const received = new DOMParser().parseFromString(await answer.text(), "text/html");
  list(picker).replaceChildren(...received.querySelectorAll("[role=option]"));
  [...list(picker).children].forEach((option, place) => (option.id = `${list(picker).id}-${place}`));
  const some = list(picker).children.length > 0;
  list(picker).hidden = !some;
  field(picker).setAttribute("aria-expanded", String(some));
  if (some) mark(picker, list(picker).firstElementChild);
}

function mark(picker, option) {
  if (!option) return;
  for (const other of list(picker).children) other.setAttribute("aria-selected", String(other === option));
  field(picker).setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(picker, option) {
  value(picker).value = option.dataset.value;
  field(picker).value = option.dataset.label ?? option.textContent.trim();
  close(picker);
  value(picker).dispatchEvent(new Event("change", { bubbles: true }));
}

function close(picker) {
  clearTimeout(picker.pause);
  list(picker).hidden = true;
  field(picker).setAttribute("aria-expanded", "false");
  field(picker).removeAttribute("aria-activedescendant");
}
