// What the company calls things, and itself: terms in an order of one's own, two of them made one; the page of the company; words
// with numbers inside.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, test } from "./start.js";

/** Nothing is wider than the screen. */
async function fits(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

async function looked(page, info, name) {
  await fits(page);
  await expectAccessible(page);
  await picture(page, info, name);
}

test.describe("what the company calls things", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("terms are put in order, counted, and two become one", async ({ page }, info) => {
    await page.goto("/administration/vocabularies");
    await looked(page, info, "vocabularies");
    await page.getByRole("link", { name: "Settore merceologico" }).click();
    // Counts come after the page.
    await expect(page.locator(".term-uses a").first()).toBeVisible();
    await looked(page, info, "vocabulary");
    const names = () => page.locator(".terms .thing-name").allTextContents();
    const before = await names();
    await page.getByRole("button", { name: `Sposta in giù: ${before[0]}` }).click();
    await expect(page.locator(".toast")).toContainText("Modifiche salvate");
    await expect.poll(names).toEqual([before[1], before[0], ...before.slice(2)]);
    await page.goto("/accounts/new");
    const offered = (await page.locator("select[name=sector] option").allTextContents()).filter((name) => before.includes(name));
    expect(offered.slice(0, 2)).toEqual([before[1], before[0]]);

    await page.goto("/administration/vocabularies/sector");
    await page.getByRole("button", { name: "In ordine alfabetico" }).click();
    await expect.poll(names).toEqual(before);
    const line = page.locator(".terms .thing", { has: page.getByRole("link", { name: before[0], exact: true }) });
    await line.locator("details.menu > summary").click();
    await picture(page, info, "vocabulary-menu");
    await line.getByRole("link", { name: "Unisci a un’altra…" }).click();
    await looked(page, info, "term-merging");
    await page.locator("#into").selectOption({ label: before[1] });
    await page.getByRole("button", { name: "Unisci", exact: true }).click();
    await expect(page).toHaveURL(/\/bulks\//);
    await expect(page.locator("main .stage[data-tone=good]")).toBeVisible({ timeout: 30_000 });
    await looked(page, info, "term-merged");
    await page.goto("/administration/vocabularies/sector");
    await expect.poll(names).toEqual(before.slice(1));
    // All of it is taken back.
    await page.goBack();
    await page.getByRole("button", { name: /Annulla/ }).first().click();
    const sure = page.getByRole("dialog");
    if (await sure.isVisible().catch(() => false)) await sure.getByRole("button").last().click();
    await expect(page.locator("main")).toContainText("Annullata", { timeout: 30_000 });
    await page.goto("/administration/vocabularies/sector");
    await expect.poll(names).toEqual(before);
  });

  test("the company says who it is, and shows its logo", async ({ page }, info) => {
    await page.goto("/administration/company");
    await looked(page, info, "company");
    await page.locator("#vat_number").fill("12345678901");
    await page.locator("[data-save]").click();
    await expect(page.locator(".error-summary")).toBeVisible();
    await looked(page, info, "company-wrong");
    await page.locator("#vat_number").fill("00743110157");
    await page.locator("#legal_name").fill("Officina Conti S.r.l.");
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Modifiche salvate");
    await expect(page.locator("#vat_number")).toHaveValue("00743110157");
    // A picture that the browser itself draws.
    const drawn = await page.evaluate(() => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [600, 200];
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#17324d";
      pen.font = "bold 120px sans-serif";
      pen.fillText("CONTI", 40, 140);
      return canvas.toDataURL("image/png").split(",")[1];
    });
    await page.locator("#logo").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from(drawn, "base64") });
    await page.getByRole("button", { name: "Carica" }).click();
    await expect(page.locator(".logo-form")).toBeVisible();
    await expect(page.locator("main img.logo")).toBeVisible();
    await page.locator("main img.logo").scrollIntoViewIfNeeded();
    await looked(page, info, "company-logo");
    await page.context().clearCookies();
    await page.goto("/sign-in");
    await expect(page.locator(".entry-brand img.logo")).toBeVisible();
    await looked(page, info, "sign-in-logo");
  });

  test("a sentence with a number inside is said in the company's own words", async ({ page }, info) => {
    await page.goto("/administration/words?q=campi personalizzati");
    const form = page.locator("form.wording", { has: page.locator("input[value='own-fields-count']") });
    await form.getByLabel("In italiano con 0").fill("{ $count } campi nostri {");
    await form.getByRole("button", { name: "Salva" }).click();
    await expect(form.locator(".error")).toBeVisible();
    await looked(page, info, "words-wrong");
    await form.getByLabel("In italiano con 0").fill("{ $count } campi nostri");
    await form.getByRole("button", { name: "Salva" }).click();
    await expect(page.locator(".toast")).toContainText("Modifiche salvate");
    await page.goto("/administration/fields");
    await expect(page.locator("summary", { hasText: "0 campi nostri" }).first()).toBeVisible();
    await page.goto("/administration/words");
    await looked(page, info, "words");
    await form.getByRole("button", { name: "Torna alle parole di prima" }).click();
    await page.goto("/administration/fields");
    await expect(page.locator("summary", { hasText: "campi nostri" })).toHaveCount(0);
  });
});
