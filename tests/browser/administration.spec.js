// Administration: one page leads to all of it, on a desk and on a phone, in both themes; a backup is taken with a click.

import { expectAccessible } from "./accessibility.js";
import { expect, test } from "./start.js";

const pages = ["health", "jobs", "backups", "storage", "audit", "tokens"];

/** Nothing is wider than the screen. */
async function fits(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

test.describe("administration", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("one page leads to everything, and every page can be read", async ({ page }, info) => {
    if (info.project.name.startsWith("phone")) {
      await page.locator("summary.user").click();
      await page.locator("a.only-phone[href='/administration']").click();
    } else {
      await page.locator("nav.rail a[href='/administration']").click();
    }
    await expect(page.getByRole("heading", { level: 1, name: "Amministrazione" })).toBeVisible();
    await fits(page);
    await expectAccessible(page);
    for (const name of pages) {
      await page.goto("/administration");
      await page.locator(`main a[href='/administration/${name}']`).click();
      await expect(page.locator("#report")).toBeVisible();
      await fits(page);
      await expectAccessible(page);
      await page.locator(".record-bar a[href='/administration']").click();
      await expect(page).toHaveURL(/\/administration$/);
    }
  });

  test("a backup is taken with a click and seen to be whole", async ({ page }) => {
    await page.goto("/administration/backups");
    await page.getByRole("button", { name: "Fai una copia adesso" }).click();
    await expect(page.locator(".toast")).toContainText("in corso");
    // The page looks again until it is done.
    await expect(page.locator(".report .stage[data-tone=good]").first()).toContainText("integra", { timeout: 60_000 });
    await page.goto("/administration/audit?event=backup-taken");
    await expect(page.locator(".report tbody tr").first()).toContainText("Copia di sicurezza fatta");
  });

  test("the palette goes to what administrators look after", async ({ page }) => {
    await page.goto("/accounts");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Cerca una scheda o un comando" }).fill("registro degli accessi");
    await expect(page.locator("dialog.palette [role=option]").first()).toContainText("Registro degli accessi");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/administration\/audit$/);
  });
});
