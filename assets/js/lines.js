// Fields of which there may be several (phones, e-mails): add a line from the <template>, remove one.

document.addEventListener("click", (event) => {
  const lines = event.target.closest("[data-lines]");
  if (!lines) return;
  if (event.target.closest("[data-line-add]")) add(lines);
  const removed = event.target.closest("[data-line-remove]")?.closest(".line");
  if (removed) remove(lines, removed);
});

function add(lines) {
  const next = Number(lines.dataset.next ?? lines.querySelectorAll(".line").length);
  lines.dataset.next = next + 1;
  const template = lines.querySelector("template");
  const made = template.content.cloneNode(true);
  for (const node of made.querySelectorAll("*")) {
    for (const attribute of node.attributes) attribute.value = attribute.value.replaceAll("__n__", next);
  }
  lines.insertBefore(made, template);
  [...lines.querySelectorAll(".line")].at(-1).querySelector("input, select")?.focus();
  note(lines);
}

function remove(lines, line) {
  const wasMain = line.querySelector("input[type=radio]:checked");
  line.remove();
  if (wasMain) {
    const first = lines.querySelector("input[type=radio]");
    if (first) first.checked = true;
  }
  (lines.querySelector("[data-line-add]") ?? lines).focus();
  note(lines);
}

/** Tells the form that it changed. */
function note(lines) {
  lines.dispatchEvent(new Event("input", { bubbles: true }));
}
