// The page that arranges a card: a step shows at once what it does, without leaving the page; with a mouse, things are dragged. The buttons
// and choices do the same without this module.

const ITEM = ".layout-item[draggable=true]";
let dragged = null;

/** Asks the server how the arrangement stands after a step, and shows that. */
async function step(form, action, more) {
  const body = new URLSearchParams([...new FormData(form), ...more]);
  const answer = await fetch(form.dataset.arranging, { method: "POST", body }).catch(() => null);
  const page = answer && (answer.ok || answer.status === 422) ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.getElementById("layout-arrangement");
  if (!fresh) return action();
  const focused = document.activeElement?.id;
  document.getElementById("layout-arrangement").replaceWith(fresh);
  form.classList.add("changed");
  const back = focused && document.getElementById(focused);
  const first = form.querySelector("[role=alert]") ? document.getElementById("layout-new-it") : null;
  (first ?? (back?.disabled ? back.parentElement.querySelector("button:not(:disabled)") : back))?.focus();
  document.getElementById("layout-said").textContent = fresh.dataset.said;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-arranging]");
  const button = event.submitter;
  if (!form || !button?.hasAttribute("formaction") || button.dataset.plain) return;
  event.preventDefault();
  step(form, () => {
    button.dataset.plain = "yes";
    form.requestSubmit(button);
  }, [["do", button.value]]);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-arranging]");
  if (!form || !event.target.matches("select[name^='to.']")) return;
  step(form, () => {}, [["moved", event.target.name.slice(3)]]);
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(ITEM);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.item);
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const section = dragged && event.target.closest?.("[data-section]");
  if (!section) return;
  event.preventDefault();
  const list = section.querySelector(".layout-items");
  const below = [...list.children].find((item) => item !== dragged && event.clientY < item.getBoundingClientRect().top + item.offsetHeight / 2);
  list.insertBefore(dragged, below ?? null);
});

document.addEventListener("drop", (event) => {
  if (dragged && event.target.closest?.("[data-section]")) event.preventDefault();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  dragged.querySelector("select").value = dragged.closest("[data-section]").dataset.section;
  const item = dragged.dataset.item;
  dragged = null;
  step(document.querySelector("[data-arranging]"), () => {}, [["moved", item]]);
});

// What is chosen is shown at once: nobody has to ask for it.
for (const plain of document.querySelectorAll(".layout-plain, .layout-whom button")) plain.hidden = true;

document.addEventListener("change", (event) => {
  if (event.target.id === "layout-role") event.target.form.requestSubmit();
});
