// How pages talk to the server through htmx, under a policy that forbids inline scripts and styles.

import htmx from "htmx.org/dist/htmx.esm.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

// Attributes that would need `eval` (hx-on, js: values, trigger filters) do not work here, by design.
htmx.config.includeIndicatorCSS = false;
// Settling would copy the style of what was there, such as the height a text was pulled to, which the policy refuses.
htmx.config.defaultSettleDelay = 0;
// Going back asks the server for the whole page: what it shows is always true.
htmx.config.history = "reload";
// Only answers made for the page are put into it; 409 and 422 are such.
htmx.config.noSwap = [204, 304, 400, 401, 403, 404, 405, 408, 410, 413, 415, 428, 429, "5xx"];
htmx.config.defaultTimeout = 30000;

let running = 0;

document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token;
});

document.addEventListener("htmx:before:request", () => {
  running += 1;
  document.documentElement.classList.add("waiting");
});

document.addEventListener("htmx:finally:request", () => {
  running = Math.max(0, running - 1);
  if (running === 0) document.documentElement.classList.remove("waiting");
});

document.addEventListener("htmx:response:error", (event) => {
  const { status, headers } = event.detail.ctx.response;
  if (status === 409 || status === 422) return;
  if (status === 401) {
    location.reload();
    return;
  }
  // The server may say more in an HX-Trigger header; then that is shown.
  if (!headers.get("HX-Trigger")?.includes("toast")) toast({ text: word("failed", "Operazione non riuscita: nulla è stato modificato."), tone: "bad" });
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) toast({ text: word("offline", "Il server non risponde: controllare la connessione e riprovare."), tone: "bad" });
});

export { htmx };
