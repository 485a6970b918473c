// A stage for the modules of the pages alone: any markup, under the real policy, with the styles and modules as they are built.
// It needs no server of ours, so what fails here is a module and not a page.

import { test as base, expect } from "@playwright/test";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const KINDS = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/** The newest bundle that cargo made. */
function bundle() {
  const builds = path.join(target, "debug/build");
  const made = (existsSync(builds) ? readdirSync(builds) : [])
    .filter((name) => name.startsWith("assets-"))
    .map((name) => path.join(builds, name, "out/bundle/bundle.rs"))
    .filter(existsSync)
    .sort((left, right) => statSync(right).mtimeMs - statSync(left).mtimeMs);
  if (made.length === 0) throw new Error("no bundle: cargo build -p assets comes first");
  return path.dirname(made[0]);
}

export const test = base.extend({
  /** `play(body, routes)` shows this markup; `routes` are answers by path, as text or as `(request, response) => …`. */
  play: async ({ page }, use) => {
    const folder = bundle();
    const names = readFileSync(path.join(folder, "bundle.rs"), "utf8");
    const named = (name) => names.match(new RegExp(`pub const ${name}: &str = "([^"]+)"`))[1];
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy|htmx:/.test(message.text())) complaints.push(message.text());
    });

    let shown = "";
    let answers = {};
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url, "http://stage");
      response.setHeader("Content-Security-Policy", POLICY);
      if (pathname.startsWith("/assets/")) {
        response.setHeader("Content-Type", KINDS[path.extname(pathname)]);
        response.end(readFileSync(path.join(folder, path.basename(pathname))));
        return;
      }
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      const answer = answers[pathname];
      if (typeof answer === "function") answer(request, response);
      else response.end(answer ?? shown);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

    await use(async (body, routes = {}) => {
      answers = routes;
      const frame = (inside) => `<!doctype html><html lang="it" data-bs-theme="light"><head><meta charset="utf-8"><title>Prova</title>
        <link rel="icon" href="${named("FAVICON")}"><link rel="stylesheet" href="${named("APP_CSS")}"><script type="module" src="${named("APP_JS")}"></script></head>${inside}</html>`;
      shown = frame(body.startsWith("<body") ? body : `<body>${body}</body>`);
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForLoadState("load");
      /** Changes what the same address answers from now on. */
      return { now: (other) => (shown = frame(other.startsWith("<body") ? other : `<body>${other}</body>`)) };
    });

    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(complaints, "the browser complains").toEqual([]);
  },
});

export { expect };
