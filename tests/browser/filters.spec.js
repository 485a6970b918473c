// Filters built by anybody: chosen, said in words, counted while they are built, kept as a view or as a segment.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

const phone = (info) => info.project.name.startsWith("phone");

/** Opens the builder from the list: a panel on a desk, a page on a phone. */
async function open(page, info) {
  await page.goto("/accounts?filter=");
  await page.locator(phone(info) ? ".only-phone > a[href*='/filter']" : ".only-desk > a[href*='/filter']").click();
  await expect(page.locator("#builder")).toBeVisible();
  if (phone(info)) await expect(page).toHaveURL(/\/accounts\/filter/);
  else await expect(page.locator("#list")).toBeVisible();
}

const control = (page, id) => page.locator(`[id="${id}"]`);

/** Customers of Pisa or Livorno with at least one contact. */
async function build(page) {
  await control(page, "f-0.field").selectOption("address.city");
  await control(page, "f-0.operator").selectOption("in");
  await control(page, "f-0.value.0").fill("Pisa");
  await page.getByRole("button", { name: "Altro valore" }).click();
  await control(page, "f-0.value.1").fill("Livorno");
  await page.getByRole("button", { name: "Aggiungi condizione" }).last().click();
  await expect(control(page, "f-1.field")).toBeFocused();
  await control(page, "f-1.field").selectOption("*contacts");
  await expect(page.locator("#f-1-in")).toBeVisible();
}

const SAID = "Clienti di Pisa o Livorno, con almeno un referente";

test("a filter is built, said, counted and applied, and found again from its address", async ({ page }, info) => {
  await open(page, info);
  await build(page);
  await expect(page.locator("#builder-said .sentence")).toHaveText(SAID);
  await expect(page.locator(".builder-count strong")).toContainText("sched");
  await expectAccessible(page);
  await picture(page, info, "filter-builder");
  const counted = Number((await page.locator(".builder-count strong").textContent()).replace(/\D/g, ""));
  await page.getByRole("button", { name: "Mostra l’elenco" }).click();
  await expect(page).toHaveURL(/\/accounts\?filter=address/);
  await expect(page.locator("#list-count")).toContainText(String(counted));
  await expect(page.locator(".chip", { hasText: "con almeno un referente" })).toBeVisible();
  await expectAccessible(page);
  await picture(page, info, "filter-list");
  await page.locator(phone(info) ? ".only-phone > a[href*='/filter']" : ".only-desk > a[href*='/filter']").click();
  await expect(control(page, "f-0.value.1")).toHaveValue("Livorno");
  await expect(control(page, "f-1.field")).toHaveValue("*contacts");
});

test("the keyboard alone builds the same", async ({ page }, info) => {
  test.skip(phone(info), "a phone has no keyboard");
  await page.goto("/accounts/filter");
  await expect(control(page, "f-0.field")).toBeFocused();
  await page.keyboard.type("Comune");
  await expect(control(page, "f-0.operator")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await expect(control(page, "f-0.operator")).toHaveValue("is-not");
  await page.keyboard.press("ArrowDown");
  await expect(control(page, "f-0.value.0")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.type("Pisa");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(control(page, "f-0.value.1")).toBeFocused();
  await page.keyboard.type("Livorno");
  await expect(page.locator("#builder-said .sentence")).toHaveText("Clienti di Pisa o Livorno");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/accounts\?filter=address/);
});

test("nonsense says what is wrong beside its row, and nothing is lost", async ({ page }, info) => {
  await open(page, info);
  await control(page, "f-0.field").selectOption("employees");
  await control(page, "f-0.value").fill("molti");
  await expect(page.locator("#f-0-error")).toContainText("Non è un numero intero");
  await expect(page.locator("#builder-said")).toContainText("da correggere");
  await page.getByRole("button", { name: "Mostra l’elenco" }).click();
  await expect(page.locator("#f-0-error")).toContainText("Non è un numero intero");
  await expect(control(page, "f-0.value")).toHaveValue("molti");
  await expectAccessible(page);
  await picture(page, info, "filter-wrong");
  await control(page, "f-0.value").fill("10");
  await expect(page.locator("#f-0-error")).toBeEmpty();
  await page.getByRole("button", { name: "Togli la condizione 1" }).click();
  await expect(control(page, "f-0.field")).toHaveValue("");
  // Of two conditions the other one stays as it is.
  await control(page, "f-0.field").selectOption("employees");
  await expect(control(page, "f-0.operator")).toBeVisible();
  await page.getByRole("button", { name: "Aggiungi condizione" }).click();
  await control(page, "f-1.field").selectOption("address.city");
  await control(page, "f-1.value").fill("Pisa");
  await page.getByRole("button", { name: "Togli la condizione 1" }).click();
  await expect(control(page, "f-0.field")).toHaveValue("address.city");
  await expect(control(page, "f-0.value")).toHaveValue("Pisa");
});

test("experts write the text, and the rows follow", async ({ page }) => {
  await page.goto("/accounts/filter");
  await page.locator(".builder-text summary").click();
  await page.locator("#builder-text").fill("stage is customer and (employees > 10 or not exists(sites))");
  await page.getByRole("button", { name: "Leggi il testo" }).click();
  await expect(control(page, "f-0.value")).toHaveValue("customer");
  await expect(control(page, "f-1.join")).toHaveValue("any");
  await expect(control(page, "f-1-1.operator")).toHaveValue("has-none");
  await control(page, "f-1-0.value").fill("20");
  await expect(page.locator("#builder-text")).toHaveValue("stage is customer and (employees > 20 or not exists(sites))");
  await page.locator(".builder-text").evaluate((details) => (details.open = true));
  await page.locator("#builder-text").fill("stage is");
  await page.getByRole("button", { name: "Leggi il testo" }).click();
  await expect(page.locator("#builder-text-said .error")).toContainText("qui va un valore");
  await expect(page.locator("#builder-text")).toHaveValue("stage is");
  await expectAccessible(page);
});

test("it is kept as a view, or as a segment whose card says whom it selects", async ({ page }, info) => {
  const name = `Costa ${info.project.name} ${Date.now()}`;
  await open(page, info);
  await build(page);
  await page.getByRole("button", { name: "Salva come vista…" }).click();
  await expect(page).toHaveURL(/\/accounts\/views\?filter=/);
  await page.locator("main .view-form [name=name]").first().fill(name);
  await page.locator("main .btn-primary").first().click();
  await expect(page.locator(".view-name")).toHaveText(name);
  await open(page, info);
  await build(page);
  await page.locator(".builder-keep summary").click();
  await page.getByRole("button", { name: "Salva segmento" }).click();
  await expect(page.locator(".builder-keep .error")).toBeVisible();
  await page.locator("#segment-name").fill(name);
  await page.getByRole("button", { name: "Salva segmento" }).click();
  await expect(page.locator(".record-title h1")).toHaveText(name);
  await expect(page.locator(".segment .sentence")).toHaveText(SAID);
  await page.locator(".segment").getByRole("link", { name: "Conta" }).click();
  await expect(page.locator("#list-count")).toContainText("in tutto");
  await expectAccessible(page);
  await picture(page, info, "segment");
  await page.locator("a[data-key=e]").click();
  await expect(control(page, "f-0.value.0")).toHaveValue("Pisa");
  await picture(page, info, "segment-edit");
  await expectAccessible(page);
});

test("without JavaScript it is a plain form", async ({ browser, server, page }) => {
  await page.goto("/accounts");
  const state = await page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: state, baseURL: server.address, locale: "it-IT" });
  const bare = await context.newPage();
  await bare.goto("/accounts/filter");
  await control(bare, "f-0.field").selectOption("address.city");
  await bare.getByRole("button", { name: "Aggiorna e conta" }).click();
  await control(bare, "f-0.value").fill("Pisa");
  await bare.getByRole("button", { name: "Mostra l’elenco" }).click();
  await expect(bare).toHaveURL(/\/accounts\?filter=address\.city/);
  await context.close();
});
