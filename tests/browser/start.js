// What every journey starts from: a server of its own with an empty folder, an administrator, and a page that reports what the
// browser complains about.
//
//   import { test, expect } from "./start.js";
//   test("…", async ({ page, server, signIn }) => { await signIn(); … });

import { test as base, expect } from "@playwright/test";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
const binary = process.env.SCHEDA_BIN ?? path.join(target, "debug/scheda");

/** Who signs in where a journey does not say otherwise. */
export const administrator = { email: "giulia@officina.test", name: "Giulia Conti", password: "quattro-parole-messe-a-caso" };

const READY_WITHIN = 20_000;

export const test = base.extend({
  database: ["sqlite", { option: true, scope: "worker" }],

  // One server for each worker and project: journeys make the records they need.
  server: [
    async ({ database }, use, worker) => {
      const server = await start(database, worker.workerIndex);
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  /** A server that nobody has set up yet. */
  fresh: async ({ database }, use, info) => {
    const server = await start(database, `fresh_${info.workerIndex}`, { fresh: true });
    await use(server);
    await server.stop();
  },

  baseURL: async ({ server }, use) => use(server.address),

  /** Signs in, as the administrator unless told otherwise. */
  signIn: async ({ page }, use) => {
    await use(async ({ email, password } = administrator) => {
      await page.goto("/sign-in");
      await page.locator("input[name=email]").fill(email);
      await page.locator("input[name=password]").fill(password);
      await page.locator("form button.btn-primary").click();
      await expect(page.locator("nav.rail")).toBeVisible();
    });
  },

  // A refusal of the content security policy or an error of a module fails the journey it happened in.
  complaints: [
    async ({ page }, use) => {
      const complaints = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" && /Content Security Policy|htmx:/.test(message.text())) complaints.push(message.text());
      });
      await use(complaints);
      expect(complaints, "the browser complains").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Makes an account through the form; gives its address. */
export async function makeAccount(page, name, fields = {}) {
  await page.goto("/accounts/new");
  await page.locator("#name").fill(name);
  for (const [id, value] of Object.entries(fields)) await page.locator(`[name="${id}"]`).fill(value);
  await page.locator("[data-save]").click();
  // Whatever is alike: this is another one.
  const anyway = page.locator("button[name=insist]");
  await expect(page.locator(".record-title h1").or(anyway)).toBeVisible();
  if (await anyway.isVisible()) await anyway.click();
  await expect(page.locator(".record-title h1")).toHaveText(name);
  return new URL(page.url()).pathname;
}

/** Serves an empty folder, with a company in it unless it is to be `fresh`; `before` may run commands on it first, and what it gives is `given`. */
export async function start(database, number, { fresh = false, before = null } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "scheda-browser-"));
  const port = await freePort();
  const store = database === "postgres" ? await freshDatabase(number) : null;
  const environment = {
    ...process.env,
    SCHEDA_DATA: folder,
    SCHEDA_LISTEN: `127.0.0.1:${port}`,
    ...(store ? { SCHEDA_DATABASE_URL: store.url } : {}),
  };

  if (!fresh) {
    // A company that is the same every time: 120 accounts, 240 contacts.
    await command(["demo", "--accounts", "120", "--contacts", "240", "--seed", "7"], { environment });
    await command(["user", "add", administrator.email, "--name", administrator.name, "--role", "administrator", "--password-stdin"], {
      environment,
      input: administrator.password,
    });
  }

  const given = await before?.((words, input) => command(words, { environment, input }), folder);

  const address = `http://127.0.0.1:${port}`;
  const said = [];
  const child = spawn(binary, ["serve"], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(String(data)));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await ready(address, child, said);

  return {
    address,
    folder,
    given,
    /** Everything that the server printed so far. */
    said: () => said.join(""),
    /** Runs the command line on the same data. */
    command: (words, input) => command(words, { environment, input }),
    async stop() {
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(patience);
      await store?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(address, child, said) {
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${address}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  throw new Error(`the server is not ready at ${address}; it said:\n${said.join("")}`);
}

function command(words, { environment, input = "" }) {
  return new Promise((resolve, reject) => {
    const child = execFile(binary, words, { env: environment }, (error, stdout, stderr) => {
      if (error) reject(new Error(`scheda ${words.join(" ")}: ${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
    child.stdin.end(input);
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** An empty database of the PostgreSQL server that SCHEDA_TEST_POSTGRES names, dropped afterwards. */
async function freshDatabase(number) {
  const server = process.env.SCHEDA_TEST_POSTGRES;
  const name = `scheda_browser_${process.pid}_${number}`;
  await sql(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => sql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function sql(server, statement) {
  return new Promise((resolve, reject) => {
    execFile("psql", [server, "-qAtc", statement], (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout)));
  });
}
