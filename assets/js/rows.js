// A click anywhere in a row of a list opens its main link, as a click on the link would: Ctrl or the middle button in a new tab.

const OWN = "a, button, input, select, textarea, label, summary, form";

function link(event) {
  const row = event.target.closest?.(".list tbody tr");
  if (!row || event.target.closest(OWN) || getSelection()?.toString()) return null;
  // With a mouse, a cell that may be written is chosen.
  if (event.target.closest("td[data-field]") && event.pointerType === "mouse" && matchMedia("(min-width: 761px)").matches) return null;
  return row.querySelector("a.row-link");
}

document.addEventListener("click", (event) => {
  const target = link(event);
  if (!target) return;
  if (event.ctrlKey || event.metaKey) window.open(target.href, "_blank", "noopener");
  else target.click();
});

document.addEventListener("auxclick", (event) => {
  const target = event.button === 1 && link(event);
  if (target) window.open(target.href, "_blank", "noopener");
});
