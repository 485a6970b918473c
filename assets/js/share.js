// Buttons with data-share give an address to whatever the device shares with; where the browser can't, they stay hidden.

const able = (button) => navigator.canShare?.({ url: button.dataset.share, title: button.dataset.shareTitle });

for (const button of document.querySelectorAll("[data-share]")) button.hidden = !able(button);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  try {
    await navigator.share({ url: button.dataset.share, title: button.dataset.shareTitle });
  } catch (error) {
    // Whoever thought better of it changed nothing.
    if (error.name !== "AbortError") throw error;
  }
});
