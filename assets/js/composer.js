// The boxes that write on a card: Ctrl+Enter saves, they grow with the text, and what is not saved yet is kept in this browser,
// for whoever wrote it, until it is saved or he signs out.

const PREFIX = "scheda-draft:";
const grows = CSS.supports("field-sizing", "content");

const keyOf = (form) => PREFIX + form.dataset.draft;
const textOf = (form) => form.querySelector("textarea");

/** Runs where the browser lets us keep things; a draft is a kindness, never a condition. */
function kept(work) {
  try {
    return work(localStorage);
  } catch {
    return null;
  }
}

function grow(area) {
  if (grows) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function restore() {
  for (const form of document.querySelectorAll("form.composer[data-draft]")) {
    const area = textOf(form);
    if (area.value !== "") continue;
    const draft = kept((store) => store.getItem(keyOf(form)));
    if (draft) {
      area.value = draft;
      grow(area);
    }
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form.composer, form.happening-edit");
  if (!form) return;
  grow(event.target);
  if (!form.dataset.draft) return;
  const text = event.target.value;
  kept((store) => (text.trim() ? store.setItem(keyOf(form), text) : store.removeItem(keyOf(form))));
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.composer");
  if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-save]"));
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  if (form?.matches?.("form.composer") && ctx.response.status < 300) kept((store) => store.removeItem(keyOf(form)));
});

document.addEventListener("htmx:after:settle", restore);

document.addEventListener("submit", (event) => {
  if (!event.target.matches('form[action="/sign-out"]')) return;
  kept((store) => Object.keys(store).filter((key) => key.startsWith(PREFIX)).forEach((key) => store.removeItem(key)));
});

restore();
