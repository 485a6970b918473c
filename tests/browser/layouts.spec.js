// Cards and forms as an administrator arranges them: with buttons and choices, with the mouse, without modules.

import { expectAccessible } from "./accessibility.js";
import { expect, makeAccount, test } from "./start.js";

/** Nothing is wider than the screen. */
async function fits(page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

const section = (page, title) => page.locator(".layout-section", { has: page.getByRole("heading", { level: 2, name: title, exact: true }) });
const items = (page, title) => section(page, title).locator(".layout-name");

test.describe("layouts", () => {
  test.beforeEach(async ({ signIn }) => signIn());

  test("sections and fields are arranged, and the card follows", async ({ page }, info) => {
    const title = `Magazzino ${info.project.name}`;
    await page.goto("/administration");
    await page.getByRole("link", { name: "Disposizione delle schede" }).click();
    await fits(page);
    await expectAccessible(page);
    await page.locator(".things a[href$='/layouts/accounts']").click();
    await fits(page);
    await expectAccessible(page);

    // A section without a title is refused, and says so.
    await page.getByRole("button", { name: "Aggiungi la sezione" }).click();
    await expect(page.getByRole("alert")).toContainText("Dare un titolo");
    await page.locator("#layout-new-it").fill(title);
    await page.getByRole("button", { name: "Aggiungi la sezione" }).click();
    await expect(section(page, title)).toBeVisible();

    // What is chosen is there at once, and said; the buttons go on from there, and keep the focus.
    await page.getByLabel("Sposta Sede legale in", { exact: true }).selectOption({ label: title });
    await expect(items(page, title)).toHaveText([/Sede legale/]);
    await expect(page.locator("#layout-said")).toContainText(`sezione ${title}, posto 1`);
    await page.getByLabel("Sposta Partita IVA in", { exact: true }).selectOption({ label: title });
    await expect(items(page, title)).toHaveText([/Sede legale/, /Partita IVA/]);
    await page.getByRole("button", { name: "Sposta in su: Partita IVA", exact: true }).click();
    await expect(items(page, title)).toHaveText([/Partita IVA/, /Sede legale/]);
    await expect(page.getByRole("button", { name: "Sposta in su: Partita IVA", exact: true })).toBeFocused();
    for (let step = 0; step < 8; step += 1) {
      const up = page.getByRole("button", { name: `Sposta in su: ${title}`, exact: true });
      if (await up.isDisabled()) break;
      await up.click();
      await page.waitForTimeout(150);
    }
    await page.getByLabel("Sposta Settore merceologico in", { exact: true }).selectOption({ label: "Non sulla scheda" });
    await expect(items(page, "Non sulla scheda")).toHaveText([/Settore/]);
    await fits(page);
    await expectAccessible(page);
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toBeVisible();
    await expect(page.locator(".things")).toContainText("tutti");

    const card = await makeAccount(page, `Ferramenta ${info.project.name} ${Date.now()}`, { "address.city": "Pisa" });
    await expect(page.locator("#card-first h2")).toHaveText(title);
    await page.goto("/accounts/new");
    await expect(page.locator(".form-section > legend").first()).toHaveText(title);
    await expect(page.locator("#sector")).toHaveCount(0);
    await page.goto(card);
    await fits(page);
    await expectAccessible(page);

    // And back, after a question.
    await page.goto("/administration/layouts/accounts");
    await page.getByRole("button", { name: "Torna alla disposizione del prodotto" }).click();
    await page.getByRole("dialog").locator("button.btn-danger").click();
    await expect(page.locator(".toast")).toBeVisible();
    await page.goto("/accounts/new");
    await expect(page.locator("#sector")).toHaveCount(1);
  });

  test("with a mouse things are dragged", async ({ page }, info) => {
    test.skip(info.project.name.startsWith("phone"), "no mouse");
    await page.goto("/administration/layouts/contacts");
    const dragged = page.locator("[data-item=phones]");
    await dragged.locator(".layout-grip").hover();
    await page.mouse.down();
    const there = await page.locator("[data-item=job_title]").boundingBox();
    await page.mouse.move(there.x + 60, there.y + 40, { steps: 8 });
    await page.mouse.move(there.x + 60, there.y + 4, { steps: 4 });
    await page.mouse.up();
    await expect(page.locator("#layout-said")).toContainText("posto");
    await expect(page.locator("[data-section=person] [data-item=phones]")).toHaveCount(1);
    await expect(page.locator("[data-item=phones] select")).toHaveValue("person");
  });
});

test.describe("layouts without modules", () => {
  test.use({ javaScriptEnabled: false });

  test("a role gets a card of its own", async ({ page, signIn }) => {
    await signIn();
    await page.goto("/administration/layouts/sites");
    await page.getByLabel("Per chi").selectOption("agent");
    await page.getByRole("button", { name: "Mostra" }).click();
    await expect(page.locator(".hint").first()).toContainText("Questo ruolo");
    const first = await page.locator(".layout-item").first().getAttribute("data-item");
    await page.locator(`[id="down.${first}"]`).click();
    await expect(page.locator(".layout-item").nth(1)).toHaveAttribute("data-item", first);
    await page.locator("[data-save]").click();
    await expect(page.locator(".things a[href*='role=agent']")).toHaveCount(1);
  });
});
