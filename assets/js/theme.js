// Light, dark or as the system says. The server writes the cookie's value into <html data-bs-theme>, so nothing flashes;
// here the choice is only applied at once.

const YEAR = 365 * 24 * 60 * 60;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-theme-choice]");
  if (!button) return;
  event.preventDefault();
  const theme = button.dataset.themeChoice;
  document.documentElement.dataset.bsTheme = theme;
  document.cookie = `scheda_theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
  for (const other of document.querySelectorAll("button[data-theme-choice]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});
