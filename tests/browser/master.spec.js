// A program outside stays the master: its file comes in from a folder, what it brings is locked on cards and in forms, and what it has no
// longer is told and marked. And how CSV files go out.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, start, test as journey } from "./start.js";

/** A house of its own, which takes files from a folder. */
const test = journey.extend({
  server: [
    async ({ database }, use, worker) => {
      const folder = await mkdtemp(path.join(tmpdir(), "scheda-arrivals-"));
      process.env.SCHEDA_IMPORT_FOLDER = folder;
      const server = await start(database, `master_${worker.workerIndex}`);
      delete process.env.SCHEDA_IMPORT_FOLDER;
      await use({ ...server, arrivals: folder });
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
});

const names = ["Alfa Impianti", "Beta Trasporti", "Gamma Utensili", "Delta Ricambi", "Epsilon Servizi", "Zeta Macchine"];
const rows = (from, city) => names.map((name, place) => `${name} S.r.l.;M${place};${city};Via Aurelia ${place + 1}\r\n`).slice(from).join("");
const file = (from = 0, city = "Pisa") => `Ragione sociale;Codice;Citt\u00e0;Indirizzo\r\n${rows(from, city)}`;

test("what an outside master brings is changed in its file alone", async ({ page, server, signIn }, info) => {
  // Three times a file has to have rested before it is taken.
  test.setTimeout(180_000);
  await signIn();
  await writeFile(path.join(server.arrivals, "clienti.csv"), file());
  const csrf = await page.locator("meta[name=csrf-token]").getAttribute("content");
  const headers = { Origin: server.address };
  const loaded = { name: "clienti.csv", mimeType: "text/csv", buffer: Buffer.from(file()) };
  const taken = await page.request.post("/imports/new", { multipart: { csrf, of: "accounts", file: loaded }, headers, maxRedirects: 0 });
  const run = taken.headers().location.replace(/\/columns$/, "");
  const form = { csrf, "to.0": "name", "to.1": "code", "to.2": "address.city", "to.3": "address.street", mode: "both", key: "code", "mapping-name": "Gestionale" };
  expect((await page.request.post(`${run}/keeping`, { form, headers, maxRedirects: 0 })).status()).toBe(303);
  await page.request.post("/terms/new", { form: { csrf, vocabulary: "tag", italian: "Fuori anagrafica" }, headers, maxRedirects: 0 });

  await page.goto("/administration/imports/new");
  await page.locator("#schedule-name").fill("Clienti del gestionale");
  await page.locator("#schedule-mapping").selectOption({ index: 1 });
  await page.locator("#schedule-pattern").fill("clienti.csv");
  await page.locator("input[name=keeps]").check();
  await page.locator("#schedule-missing").selectOption({ label: "Ricevono l’etichetta «Fuori anagrafica»" });
  await page.locator("[data-save]").click();
  await page.waitForURL(/\/administration\/imports\/(?!new)[^/]+$/);
  await expect(page.locator(".import-schedule")).toContainText("Con questa corrispondenza: Ragione sociale, Codice gestionale, Comune, Via e numero.");
  await expectAccessible(page);
  await page.locator("#schedule-missing").scrollIntoViewIfNeeded();
  await picture(page, info, "master-schedule");
  const schedule = page.url();
  const runNow = async (said) => {
    await page.goto(schedule);
    await page.getByRole("button", { name: "Importa adesso" }).click();
    await expect(async () => {
      await page.goto(schedule);
      await expect(page.locator(".import-schedule")).toContainText(said, { timeout: 500 });
    }).toPass({ timeout: 40_000 });
  };
  await runNow("6 creati");

  // The card locks what the file brings, and says whence it comes.
  await page.goto("/accounts?filter=code+is+%22M1%22");
  await page.locator(".row-link").first().click();
  await expect(page.locator(".kept-lock").first()).toBeVisible();
  await expect(page.locator(".kept-from")).toHaveText("I campi con il lucchetto vengono dall’importazione «Clienti del gestionale» e si cambiano solo nel suo file.");
  await expect(page.locator("#spot-trade_name [href*='field=trade_name']").or(page.locator("[data-edit*='/fields/trade_name/']")).first()).toBeAttached();
  expect(await page.locator("[data-edit*='/fields/code/']").count()).toBe(0);
  await expectAccessible(page);
  await picture(page, info, "master-card");
  await page.goto(`${page.url().split("?")[0]}/edit`);
  await expect(page.locator("output#name")).toHaveText("Beta Trasporti S.r.l.");
  await expect(page.locator("#name-hint")).toHaveText("Dall’importazione «Clienti del gestionale»: si cambia solo nel suo file");
  await page.locator("#trade_name").fill("Beta");
  await expectAccessible(page);
  await picture(page, info, "master-form");
  await page.locator("[data-save]").click();
  await expect(page.locator(".record-title h1")).toHaveText("Beta Trasporti S.r.l.");

  // What the file has no longer is told and marked.
  await writeFile(path.join(server.arrivals, "clienti.csv"), file(1, "Lucca"));
  await runNow("5 aggiornati");
  await page.locator(".import-schedule .notice a").click();
  await expect(page.locator("#import-missing")).toHaveText("Nel file non ci sono più");
  await expectAccessible(page);
  await picture(page, info, "master-missing");
  await page.getByRole("link", { name: "Alfa Impianti S.r.l." }).click();
  await expect(page.locator("main")).toContainText("Fuori anagrafica");

  // Half a file does not come in.
  await writeFile(path.join(server.arrivals, "clienti.csv"), file(4, "Massa"));
  await runNow("Nel file mancano 3 dei 5 record");
  await picture(page, info, "master-refused");
  // A mapping that it goes by stays.
  await page.goto("/imports/mappings");
  await page.locator(".import-mappings details summary").first().click();
  await page.getByRole("button", { name: "Elimina" }).first().click();
  await expect(page.getByRole("alert")).toContainText("«Clienti del gestionale»: prima va cambiata o eliminata quella");
  await expectAccessible(page);
  await picture(page, info, "master-mapping-used");
});

test("the guard of CSV files is turned off and on", async ({ page, signIn }, info) => {
  await signIn();
  await page.goto("/administration");
  await page.getByRole("link", { name: "Esportazioni" }).click();
  const guard = page.getByRole("switch", { name: /Proteggere dalle formule/ });
  await expect(guard).toBeChecked();
  await expectAccessible(page);
  await picture(page, info, "exports");
  await guard.uncheck();
  await page.locator("[data-save]").click();
  await expect(page.locator(".notice[data-tone=warn]")).toContainText("La protezione è disattivata");
  await expect(guard).not.toBeChecked();
  await expectAccessible(page);
  await picture(page, info, "exports-off");
  await guard.check();
  await page.locator("[data-save]").click();
  await expect(page.locator(".notice[data-tone=warn]")).toHaveCount(0);
});
