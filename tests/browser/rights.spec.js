// Rights as an administrator gives them: a role's table, a hidden field, seeing as somebody else, why somebody sees a card.

import { expectAccessible } from "./accessibility.js";
import { expect, test } from "./start.js";

/** Nothing is wider than the screen. */
async function fits(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

test.describe("rights", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("a role is made, its table filled in, a field hidden", async ({ page }, info) => {
    const name = `Ufficio ${info.project.name} ${Date.now()}`;
    await page.goto("/roles/new");
    await page.locator("#name").fill(name);
    await page.locator("[data-save]").click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await page.getByRole("link", { name: "Modifica i diritti" }).click();
    await expect(page.getByRole("heading", { level: 1, name: `Diritti · ${name}` })).toBeVisible();
    await fits(page);
    await expectAccessible(page);
    await page.getByLabel("Tutti gli archivi: Vede").selectOption({ label: "Del gruppo" });
    await page.getByLabel("Sedi: Vede").selectOption({ label: "Tutte" });
    await page.getByLabel("Riservare un campo").selectOption("account:revenue");
    await page.getByRole("button", { name: "Aggiungi" }).click();
    await expect(page.locator(".toast")).toContainText("salvati");
    await expect(page.getByLabel(/Fatturato/)).toHaveValue("hidden");
    await page.getByRole("button", { name: "Salva" }).click();
    await expect(page.locator(".matrix tr.own")).toContainText(["Sedi"]);
    await expect(page.locator(".record-main")).toContainText("Fatturato");
    await expect(page.locator(".record-main")).toContainText("Nascosto");
    await fits(page);
    await expectAccessible(page);
  });

  test("an administrator sees as an agent does, changes nothing, and comes back", async ({ page }) => {
    await page.goto("/users?filter=email%20starts%20%22giulia.conti%22");
    await page.locator("a.row-link").first().click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Giulia Conti");
    await page.locator("#card-more summary").click();
    await page.getByRole("button", { name: "Guarda con i suoi occhi" }).click();
    const said = page.locator(".seeing:not(.factor-due)");
    await expect(said).toContainText("Giulia Conti");
    await page.goto("/accounts");
    await expect(said).toBeVisible();
    await expect(page.locator("nav.rail a[href='/administration']")).toHaveCount(0);
    await page.locator("a.row-link").first().click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("a.editing")).toHaveCount(0);
    await fits(page);
    await expectAccessible(page);
    await said.getByRole("button").click();
    await expect(said).toHaveCount(0);
    await expect(page).toHaveURL(/\/users\//);
  });

  test("a card says who sees it and why", async ({ page }) => {
    await page.goto("/accounts");
    await page.locator("a.row-link").first().click();
    await expect(page.locator("#card-more summary")).toBeVisible();
    await page.locator("#card-more summary").click();
    await page.getByRole("link", { name: "Chi la vede" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Chi vede «");
    await expect(page.locator(".because")).toContainText("ruolo vede tutte le schede");
    await fits(page);
    await expectAccessible(page);
  });
});
