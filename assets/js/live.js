// What others change appears by itself. One stream of events (<body data-stream="/live?since=…">) says "topic changed"; every element
// with data-live="topic …" is then fetched again and morphed, so that the server checks permissions for each viewer anew.
//
// Tabs of one browser share the stream: whoever holds the lock listens and tells the others. A stream begins with what changed
// since its page was asked for; a tab that joins asks the one that listens for the same.

import { htmx } from "./requests.js";

const address = document.body.dataset.stream;
const REST = 200;
const EVERYTHING = "*";
/** How long what was told is remembered, for tabs that join. */
const REMEMBERED = 60_000;

const waiting = new Set();
let pause;

if (address) share();

function share() {
  if (!navigator.locks || !window.BroadcastChannel) {
    // Not a secure address: every tab listens for itself.
    listen(heard);
    return;
  }
  const channel = new BroadcastChannel("scheda-live");
  let told = null;
  channel.addEventListener("message", ({ data }) => {
    if (typeof data === "string") heard(data);
    else if (told) for (const topic of new Set(told.filter(({ at }) => at >= data.since).map(({ topic }) => topic))) channel.postMessage(topic);
  });
  const hold = (missed) => {
    told = [];
    listen((topic) => {
      const now = Date.now();
      told = told.filter(({ at }) => at > now - REMEMBERED).concat({ at: now, topic });
      channel.postMessage(topic);
      heard(topic);
    }, missed);
    return new Promise(() => {});
  };
  // Whoever takes over from a tab that is gone missed what happened until then.
  navigator.locks.request("scheda-live", { ifAvailable: true }, (lock) => {
    if (lock) return hold(false);
    const page = performance.getEntriesByType("navigation")[0];
    channel.postMessage({ since: performance.timeOrigin + (page?.requestStart ?? 0) });
    navigator.locks.request("scheda-live", () => hold(true));
    return undefined;
  });
}

function listen(tell, missed = false) {
  const stream = new EventSource(address);
  let interrupted = missed;
  stream.addEventListener("changed", (event) => tell(event.data));
  stream.addEventListener("error", () => (interrupted = true));
  stream.addEventListener("open", () => {
    // What happened in between was missed.
    if (interrupted) tell(EVERYTHING);
    interrupted = false;
  });
}

function heard(topic) {
  for (const element of document.querySelectorAll("[data-live]")) {
    if (topic === EVERYTHING || element.dataset.live.split(" ").includes(topic)) waiting.add(element);
  }
  if (waiting.size === 0 || document.hidden) return;
  // Not all who look ask in the same moment; what keeps changing is asked for in between.
  pause ??= setTimeout(refresh, Math.random() * REST);
}

/** Somebody is writing there, or is asked about something on the page: it waits. */
const busy = (element) => document.querySelector("dialog.ask[open]") !== null || element.querySelector("form.changed, form.edit, details.menu[open]") !== null;

function refresh() {
  clearTimeout(pause);
  pause = undefined;
  for (const element of waiting) {
    if (busy(element)) continue;
    waiting.delete(element);
    if (!element.isConnected) continue;
    const own = element.dataset.liveUrl;
    htmx.ajax("GET", own ?? location.pathname + location.search, {
      source: element,
      target: element,
      swap: "outerMorph",
      select: own ? null : `#${CSS.escape(element.id)}`,
    });
  }
}

// The same for what he began to write while it was fetched.
document.addEventListener("htmx:before:swap", (event) => {
  const element = event.detail.ctx.sourceElement;
  if (!element?.matches?.("[data-live]") || !busy(element)) return;
  event.preventDefault();
  waiting.add(element);
});

// What somebody unfolded stays so while others change what is around it.
let unfolded = [];
document.addEventListener("htmx:before:swap", (event) => {
  const element = event.detail.ctx.sourceElement;
  unfolded = element?.matches?.("[data-live]") ? [...element.querySelectorAll("details[id][open]:not(.menu)")].map(({ id }) => id) : [];
});
document.addEventListener("htmx:after:swap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  unfolded = [];
});

// What waited for a form that is closed now, or for an answer.
function later() {
  if (waiting.size === 0 || document.hidden) return;
  pause ??= setTimeout(refresh, REST);
}

document.addEventListener("htmx:after:settle", later);
document.addEventListener("close", later, { capture: true });

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && waiting.size > 0) refresh();
});
