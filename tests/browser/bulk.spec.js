// Many rows at once: chosen by keys, by clicks, by fingers, without modules; edited, removed, restored; told and undone.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

const ticks = (page) => page.locator(".list tbody input[name=pick]");
const bar = (page) => page.locator("#bulk");
const city = (name) => `/accounts?filter=${encodeURIComponent(`address.city is "${name}"`)}&columns=name,remarks`;

/** Three accounts of a town that no other journey knows. */
async function three(page, town) {
  for (const name of ["Alfa", "Beta", "Gamma"]) await makeAccount(page, `${name} ${town}`, { "address.city": town });
  await page.goto(city(town));
  await expect(ticks(page)).toHaveCount(3);
}

test("with the keyboard alone rows are chosen, edited, and the edit undone", async ({ page }, info) => {
  test.skip(info.project.name.startsWith("phone"), "a phone has no keyboard");
  await three(page, "Tastierella");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(bar(page)).toBeVisible();
  await expect(bar(page).locator(".bulk-count")).toHaveText("2 selezionate");
  await page.keyboard.press("x");
  await expect(bar(page).locator(".bulk-count")).toHaveText("1 selezionata");
  await page.keyboard.press("x");
  await expectAccessible(page);
  await picture(page, info, "bulk-bar");
  await bar(page).getByRole("button", { name: "Modifica" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("Modifica di 2 schede");
  await expect(page.locator(".bulk-which")).toHaveText("Alfa Tastierella, Beta Tastierella");
  await expect(page.locator("#bulk-field")).toBeFocused();
  await expectAccessible(page);
  // Chosen as one writes the beginning of its name.
  await page.keyboard.type("Not");
  const remarks = page.locator("#remarks");
  await expect(remarks).toBeVisible();
  await picture(page, info, "bulk-ask");
  await remarks.focus();
  await page.keyboard.type("Visti in fiera");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".toast")).toContainText("2 schede modificate");
  await expect(page.locator(".list tbody")).toContainText("Visti in fiera");
  await expect(page.locator(".list tbody tr", { hasText: "Visti in fiera" })).toHaveCount(2);
  await expectAccessible(page);
  await page.locator(".toast-action").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".toast")).toContainText("Operazione annullata");
  await expect(page.locator(".list tbody tr", { hasText: "Visti in fiera" })).toHaveCount(0);
});

test("a range with Shift, the page by its head, and nothing with Escape", async ({ page }, info) => {
  test.skip(info.project.name.startsWith("phone"), "a phone has neither Shift nor a head");
  await page.goto("/accounts");
  await ticks(page).nth(2).click();
  await ticks(page).nth(6).click({ modifiers: ["Shift"] });
  await expect(bar(page).locator(".bulk-count")).toHaveText("5 selezionate");
  const head = page.locator("[data-bulk-page]");
  expect(await head.evaluate((box) => box.indeterminate)).toBe(true);
  await head.click();
  await expect(bar(page).locator(".bulk-count")).toHaveText("50 selezionate");
  // A row is no link where it is ticked, and the list keeps its ticks when it is fetched again.
  await expect(page).toHaveURL(/\/accounts$/);
  await page.locator(".filter-text").fill("a");
  await expect(page).toHaveURL(/q=a/);
  await expect(bar(page)).toBeVisible();
  await page.locator("h1").click();
  await page.keyboard.press("Escape");
  await expect(bar(page)).toBeHidden();
  await expect(page.locator(".list tbody input:checked")).toHaveCount(0);
});

test("all 120 of the filter are assigned with their progress, and given back", async ({ page }, info) => {
  await page.goto("/accounts?columns=name,owner");
  await expect(page.locator("#count")).toHaveText(/^\d+$/);
  const count = await page.locator("#count").textContent();
  expect(Number(count)).toBeGreaterThanOrEqual(120);
  const owners = () => page.locator(".list tbody tr").evaluateAll((rows) => rows.map((row) => row.children[2]?.textContent));
  const before = await owners();
  await ticks(page).first().check();
  await page.locator(".bulk-all input").check();
  await expect(bar(page).locator(".bulk-count")).toHaveText(`${count} selezionate`);
  await expectAccessible(page);
  await picture(page, info, "bulk-all");
  await bar(page).getByRole("button", { name: "Assegna" }).click();
  await expect(page.locator("h1")).toHaveText(`Assegnazione di ${count} schede`);
  await expect(page.locator(".bulk-which")).toContainText(`Tutto l’elenco: ${count} schede`);
  await page.locator("#owner").fill("Giulia Conti");
  await page.locator("#owner-options li").first().click();
  await picture(page, info, "bulk-assign");
  await page.locator("[data-save]").click();
  await expect(page).toHaveURL(/\/bulks\//);
  await expect(page.locator("#bulk-report[data-state=done]")).toBeVisible({ timeout: 20_000 });
  await expect(page.locator(".bulk-what")).toContainText("Giulia Conti");
  await expectAccessible(page);
  await picture(page, info, "bulk-done");
  await page.getByRole("link", { name: "Torna all’elenco" }).click();
  expect(new Set(await owners())).toEqual(new Set(["Giulia Conti"]));
  // Back to its record, found among the operations, and all of it undone.
  await page.goto("/bulks");
  await expectAccessible(page);
  await picture(page, info, "bulks");
  await page.locator(".thing-name").first().click();
  await page.getByRole("button", { name: "Annulla operazione" }).click();
  await expect(page.locator("#bulk-report[data-state=undone]")).toBeVisible({ timeout: 20_000 });
  await page.getByRole("link", { name: "Torna all’elenco" }).click();
  expect(await owners()).toEqual(before);
});

test("into the trash with the real number, and out of it", async ({ page }, info) => {
  const town = `Cestinara ${info.project.name}`;
  await three(page, town);
  for (const place of [0, 2]) await ticks(page).nth(place).check();
  await bar(page).getByRole("button", { name: "Elimina" }).click();
  await expect(page.locator("h1")).toHaveText("Eliminazione di 2 schede");
  await expect(page.locator(".notice")).toContainText("30 giorni");
  await expectAccessible(page);
  await picture(page, info, "bulk-remove");
  await page.getByRole("button", { name: "Elimina 2 schede" }).click();
  await expect(page.locator(".toast")).toContainText("2 schede nel cestino");
  await expect(ticks(page)).toHaveCount(1);
  await page.goto("/accounts?trash=1");
  await page.locator(".list tbody tr", { hasText: town }).first().locator("input[name=pick]").check();
  await bar(page).getByRole("button", { name: "Ripristina" }).click();
  await page.getByRole("button", { name: "Ripristina 1 scheda" }).click();
  await expect(page.locator(".toast")).toContainText("1 scheda ripristinata");
  await page.goto(city(town));
  await expect(ticks(page)).toHaveCount(2);
});

test("what is refused is told with its name and its reason", async ({ page, server }, info) => {
  await page.goto("/accounts?sort=name");
  const id = await ticks(page).first().inputValue();
  // A link that leads nowhere: the second was never there.
  await page.goto(`/accounts/bulk?list=&pick=${id}&pick=0000000000001&act=change/remarks`);
  await page.locator("#remarks").fill(`Nota ${info.project.name}`);
  await page.locator("[data-save]").click();
  await expect(page.locator("#bulk-report[data-state=done]")).toBeVisible();
  await expect(page.locator(".bulk-counts")).toContainText("1 rifiutata");
  await expect(page.locator(".things")).toContainText("eliminata nel frattempo");
  await expectAccessible(page);
  await picture(page, info, "bulk-refused");
  await page.getByRole("button", { name: "Annulla operazione" }).click();
  await expect(page.locator(".toast")).toContainText("Operazione annullata");
  await expect(page.locator("#bulk-report[data-state=undone]")).toBeVisible();
  // An empty answer is said beside its field.
  await page.goto(`/accounts/bulk?list=&pick=${id}&act=change/interests`);
  await page.locator("[data-save]").click();
  await expect(page.locator(".error")).toContainText("Va compilato");
  await expectAccessible(page);
  await picture(page, info, "bulk-wrong");
  expect(server).toBeTruthy();
});

test("without JavaScript rows are chosen, a field, a value, and all of it undone", async ({ browser, server, page }) => {
  await page.goto("/accounts");
  const state = await page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: state, baseURL: server.address, locale: "it-IT" });
  const plain = await context.newPage();
  await plain.goto("/accounts?sort=name&columns=name,remarks");
  await expect(bar(plain)).toBeHidden();
  await ticks(plain).nth(0).check();
  await ticks(plain).nth(1).check();
  await expect(bar(plain)).toBeVisible();
  await bar(plain).getByRole("button", { name: "Modifica" }).click();
  await expect(plain.locator("h1")).toHaveText("Modifica di 2 schede");
  await plain.locator("#bulk-field").selectOption("remarks");
  await plain.getByRole("button", { name: "Continua" }).click();
  await plain.locator("#remarks").fill("Senza moduli");
  await plain.locator("[data-save]").click();
  await expect(plain.locator(".toast")).toContainText("2 schede modificate");
  await expect(plain.locator(".list tbody tr", { hasText: "Senza moduli" })).toHaveCount(2);
  await plain.locator(".toast-action").click();
  await expect(plain.locator(".toast")).toContainText("Operazione annullata");
  await expect(plain.locator(".list tbody tr", { hasText: "Senza moduli" })).toHaveCount(0);
  await context.close();
});
