// Forms: Ctrl+Enter and Ctrl+S save, leaving with unsaved changes asks, and what was refused gets the focus.

const changed = new WeakSet();
let leaving = false;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.edit");
  if (!form || changed.has(form)) return;
  changed.add(form);
  form.classList.add("changed");
});

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) leaving = true;
});

document.addEventListener("htmx:after:request", (event) => {
  // Saved: the server sends the reader on.
  const { hx } = event.detail.ctx;
  if (hx.redirect || hx.refresh) leaving = true;
});

document.addEventListener("click", (event) => {
  // "Annulla" is an answer already.
  if (event.target.closest("[data-discard]")) leaving = true;
});

window.addEventListener("beforeunload", (event) => {
  const unsaved = document.querySelector("form.edit.changed");
  if (unsaved && !leaving) event.preventDefault();
});

window.addEventListener("pageshow", () => (leaving = false));

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.key !== "Enter" && event.key.toLowerCase() !== "s") return;
  const form = event.target.closest?.("form.edit") ?? (event.key === "Enter" ? null : document.querySelector("form.edit"));
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-save]"));
});

/** After a refusal the reader starts at the summary, which links to each field; what was written is still unsaved. */
function showErrors(within) {
  const summary = within.querySelector?.(".error-summary");
  if (!summary) return;
  summary.closest("form.edit")?.classList.add("changed");
  summary.tabIndex = -1;
  summary.focus();
}

document.addEventListener("htmx:after:settle", (event) => {
  leaving = false;
  showErrors(event.target);
});
showErrors(document);

// One can write at once where the whole page is a form; on a phone the keyboard would hide half of it.
if (matchMedia("(pointer: fine)").matches && !document.querySelector(".error-summary, #form [role=alert], [autofocus]")) {
  document.querySelector("#form .edit-body :is(input:not([type=hidden]), select, textarea)")?.focus({ preventScroll: true });
}

// A link of the summary leads to the field itself, not only near it.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input:not([type=hidden]), select, textarea");
  (control ?? field).focus();
  field.scrollIntoView({ block: "center" });
});

// A switch is saved when it is moved; without modules a button does it.
document.addEventListener("change", (event) => event.target.closest("form[data-at-once]")?.requestSubmit());
