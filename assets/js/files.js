// Files on a card: chosen by a button, dropped anywhere, pasted into the box of a note; sent with their progress. Without this,
// the forms below it send them as forms do.

import { toast } from "./toast.js";
import { word } from "./words.js";

/** What is attached to a box and not sent yet, by its draft: it outlives the box being drawn anew. */
const attached = new Map();

const inputOf = (form) => form.querySelector('input[type="file"]');

/** Those that are not too large; the others are said. */
function fitting(form, files) {
  const most = Number(form.dataset.most) || Infinity;
  const mostFiles = Number(form.dataset.mostFiles) || Infinity;
  for (const file of files) if (file.size > most) toast({ text: form.dataset.large.replace("%s", file.name), tone: "bad" });
  const fit = [...files].filter((file) => file.size <= most);
  if (fit.length > mostFiles) toast({ text: form.dataset.many, tone: "bad" });
  return fit.slice(0, mostFiles);
}

function put(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
}

/** Sends a form with these files, or those that stand in it, and shows how far it is. */
function send(form, files) {
  document.querySelector(".files-refused")?.remove();
  const data = new FormData(form);
  if (files) {
    data.delete("file");
    for (const file of files) data.append("file", file);
  }
  const line = document.createElement("div");
  line.className = "upload";
  line.setAttribute("role", "status");
  const bar = Object.assign(document.createElement("progress"), { className: "progress-line", max: 100, value: 0 });
  const said = document.createElement("span");
  said.textContent = form.dataset.sending;
  bar.setAttribute("aria-label", form.dataset.sending);
  line.append(bar, said);
  form.after(line);
  // What is drawn anew meanwhile would take the line away.
  form.classList.add("changed");
  const done = (text) => {
    line.remove();
    form.classList.remove("changed");
    if (text) toast({ text, tone: "bad" });
  };
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]')?.content ?? "");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = Math.floor((100 * loaded) / (total || 1));
    said.textContent = `${form.dataset.sending} · ${bar.value} %`;
  });
  request.addEventListener("error", () => done(word("offline")));
  request.addEventListener("load", () => answered(form, request, done));
  request.send(data);
}

function answered(form, request, done) {
  const { status, responseText } = request;
  if (status === 401) return location.reload();
  const onward = request.getResponseHeader("HX-Redirect");
  if (onward) return location.assign(onward);
  if (status !== 200 && status !== 422) return done(word("failed"));
  const section = form.closest("section");
  const template = document.createElement("template");
  template.innerHTML = responseText;
  const fresh = template.content.firstElementChild;
  if (!section || !fresh) return done(word("failed"));
  section.replaceWith(fresh);
  // What was refused stays, whatever the others change here.
  const refused = fresh.querySelector(".notice");
  if (refused) {
    refused.classList.add("files-refused");
    fresh.before(refused);
  }
  fresh.querySelector("[data-files-choose]")?.focus();
  const trigger = request.getResponseHeader("HX-Trigger");
  if (trigger) toast(JSON.parse(trigger).toast);
}

/** Adds files to the box of a note. */
function attach(form, files) {
  const input = inputOf(form);
  put(input, fitting(form, [...input.files, ...files]));
  show(form);
}

/** The names of what is attached, each with a way to take it off. */
function show(form) {
  const input = inputOf(form);
  const files = [...input.files];
  attached.set(form.dataset.draft, files);
  form.querySelector(".attaching")?.remove();
  if (files.length === 0) return;
  const list = Object.assign(document.createElement("ul"), { className: "attaching" });
  for (const file of files) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const off = Object.assign(document.createElement("button"), { type: "button", textContent: "×", className: "attaching-off" });
    off.setAttribute("aria-label", `${form.dataset.remove}: ${file.name}`);
    off.addEventListener("click", () => {
      put(input, files.filter((other) => other !== file));
      show(form);
      form.querySelector("[data-files-choose]").focus();
    });
    item.append(name, off);
    list.append(item);
  }
  form.querySelector(".composer-foot").before(list);
}

/** Takes files in where they were dropped. */
function take(zone, files) {
  if (zone.matches("form.composer")) return attach(zone, files);
  const form = zone.querySelector("form.files-add");
  const input = inputOf(form);
  const fit = fitting(form, files);
  if (fit.length === 0) return;
  if (input.multiple) return send(form, fit);
  // One file, and there may be something to say of it.
  put(input, fit.slice(0, 1));
  form.closest("details").open = true;
  form.querySelector("button").focus();
}

document.addEventListener("click", (event) => {
  const choose = event.target.closest("[data-files-choose]");
  if (!choose) return;
  inputOf(choose.closest("form.composer, section")).click();
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || input.files.length === 0) return;
  if (input.form.matches("form.composer")) {
    put(input, fitting(input.form, input.files));
    show(input.form);
  } else if (input.form.matches("form.files-add") && input.multiple) {
    const fit = fitting(input.form, input.files);
    input.value = "";
    if (fit.length > 0) send(input.form, fit);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.files-add")) return;
  const fit = fitting(form, inputOf(form).files);
  event.preventDefault();
  if (fit.length > 0 || inputOf(form).files.length === 0) send(form);
});

const brings = (event) => event.dataTransfer?.types.includes("Files");
const zoneOf = (event) => event.target.closest?.("[data-drop]") ?? document.querySelector("section.files[data-drop]");
let over = null;

function mark(zone) {
  if (over === zone) return;
  over?.classList.remove("dropping");
  zone?.classList.add("dropping");
  over = zone;
}

document.addEventListener("dragover", (event) => {
  if (!brings(event)) return;
  // A file dropped beside is not opened in the place of the page.
  event.preventDefault();
  mark(zoneOf(event));
  event.dataTransfer.dropEffect = over ? "copy" : "none";
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(null);
});

document.addEventListener("drop", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  const zone = zoneOf(event);
  mark(null);
  if (zone) take(zone, event.dataTransfer.files);
});

document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form.composer[data-drop]");
  const files = [...(event.clipboardData?.files ?? [])];
  // Text that also comes as a picture, as from a sheet, is text.
  if (!form || files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  const day = new Date().toLocaleDateString("sv");
  const named = (file) => {
    if (!/^image\.\w+$/.test(file.name)) return file;
    return new File([file], `${form.dataset.pasted} ${day}${file.name.slice(5)}`, { type: file.type });
  };
  attach(form, files.map(named));
});

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  // Files take as long as they take.
  if (ctx.sourceElement?.matches?.("form.composer") && inputOf(ctx.sourceElement)?.files.length > 0) ctx.request.timeout = "60m";
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  if (form?.matches?.("form.composer") && ctx.response?.status < 300) attached.delete(form.dataset.draft);
});

document.addEventListener("htmx:after:settle", () => {
  for (const form of document.querySelectorAll("form.composer[data-drop]")) {
    const files = attached.get(form.dataset.draft);
    if (!files?.length || inputOf(form).files.length > 0) continue;
    put(inputOf(form), files);
    show(form);
  }
});
