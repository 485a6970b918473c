// A choice in a row of a filter brings the builder anew. What is entered while it is on the way stands in the row that comes.

const ENTERED = "textarea, select:not([multiple]), input:not([type=hidden], [type=checkbox], [type=radio])";

/** What was entered since the choice was sent, by the controls' identities. */
const entered = new Map();
let sent = null;

const renews = (source) => source?.closest(".conditions, .filter-field, #builder") && source.getAttribute("hx-swap") === "outerHTML";

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!renews(ctx.sourceElement)) return;
  sent = ctx;
  entered.clear();
});

document.addEventListener("input", (event) => {
  if (sent && event.target.closest?.(".conditions") && event.target.matches(ENTERED)) entered.set(event.target.id, event.target.value);
});

document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx !== sent) return;
  sent = null;
  for (const [id, value] of entered) {
    const control = document.getElementById(id);
    if (!control?.matches(ENTERED) || control.value === value) continue;
    if (control.options && ![...control.options].some((option) => option.value === value)) continue;
    control.value = value;
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
});
