// The left bar folds to its icons; the server reads the cookie and writes the class, so it does not jump.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rail-toggle]");
  if (!button) return;
  const narrow = document.body.classList.toggle("rail-narrow");
  button.setAttribute("aria-expanded", String(!narrow));
  document.cookie = `scheda_rail=${narrow ? "narrow" : "wide"}; Path=/; Max-Age=31536000; SameSite=Lax`;
});

// On a phone the areas that the bar has no room for are put away again by Esc, or by a touch elsewhere.
const more = () => document.querySelector(".rail-more[open]");

document.addEventListener("click", (event) => {
  if (!event.target.closest(".rail") && more()) more().open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !more()) return;
  more().querySelector("summary").focus();
  more().open = false;
});
