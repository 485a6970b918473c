// What is worth a look in a form: once somebody has left a field in which that may be, the server is asked with the form as it stands, and
// says it beside the field. A button puts in what was probably meant; nothing is changed by itself, and the form saves all the same.
//
// <form data-doubting="/accounts/form"> … <div class="doubts-here" role="status" data-doubts="address"></div>

const PAUSE = 120;

/** Whoever presses a button just as he leaves a field lets go of it where he pressed it: nothing moves meanwhile. */
let released = Promise.resolve();
document.addEventListener("pointerdown", () => {
  released = new Promise((resolve) => {
    for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => setTimeout(resolve), { once: true });
  });
}, { capture: true });

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-doubting]");
    // What is being typed is not judged, unless something was said of it already; a line that was taken away says so by itself.
    const place = event.target.closest?.(".form-field")?.querySelector("[data-doubts]");
    const typing = kind === "input" && event.target.matches("input, textarea, select");
    if (form && place && (!typing || place.firstElementChild)) ask(form);
  });
}

function ask(form) {
  clearTimeout(form.doubting);
  form.doubting = setTimeout(async () => {
    const turn = (form.doubt = (form.doubt ?? 0) + 1);
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    if (form.matches(".in-place")) body.set("alone", "1");
    const headers = { "HX-Request": "true", "HX-Target": "doubts" };
    const answer = await fetch(form.dataset.doubting, { method: "POST", body, headers }).catch(() => null);
    // Where it can't be told, it is told on the card.
    if (turn !== form.doubt || !form.isConnected || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await released;
    if (turn !== form.doubt) return;
    for (const fresh of page.querySelectorAll("[data-doubts]")) {
      const place = form.querySelector(`[data-doubts="${CSS.escape(fresh.dataset.doubts)}"]`);
      // What is said already is not said again to whoever listens.
      if (place && place.innerHTML !== fresh.innerHTML) place.innerHTML = fresh.innerHTML;
    }
  }, PAUSE);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-use]");
  const control = button?.form?.elements.namedItem(button.dataset.use);
  if (!control) return;
  event.preventDefault();
  control.value = button.dataset.meant;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  control.focus();
});
