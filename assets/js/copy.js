// Buttons with data-copy put its value on the clipboard and say so.

import { toast } from "./toast.js";
import { word } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  if (!navigator.clipboard) {
    // Browsers give the clipboard to secure addresses only.
    toast({ text: button.dataset.copy });
    return;
  }
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1200);
  toast({ text: `${word("copied", "Copiato")}: ${button.dataset.copy}`, tone: "good" });
});
