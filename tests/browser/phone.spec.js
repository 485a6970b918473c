// What a phone of 360 pixels shows: menus within the screen, whole titles, numbers to call, and a bar with room for what it says.
// On a desk: figures that stand under their heads, and a card as it comes out on paper.

import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { expect, makeAccount, test } from "./start.js";

const isPhone = (info) => info.project.name.startsWith("phone");

test.beforeEach(async ({ signIn }) => signIn());

test("every menu of every list opens within the screen, and a touch beside it closes it", async ({ page }, info) => {
  test.skip(!isPhone(info), "about the phone");
  test.slow();
  for (const list of ["accounts", "contacts", "sites", "subjects", "directory_entries", "documents", "consents", "segments"]) {
    await page.goto(`/${list}`);
    const { width, height } = page.viewportSize();
    const heads = page.locator("main :is(.page-head, .filters) details.menu > summary:visible");
    const count = await heads.count();
    expect(count, list).toBeGreaterThan(1);
    for (let place = 0; place < count; place += 1) {
      await heads.nth(place).click();
      const panel = page.locator("main details.menu[open] > .menu-items");
      await expect(panel, `${list} ${place}`).toBeVisible();
      if (await panel.locator(".htmx-request").count()) await expect(panel.locator(".htmx-request")).toHaveCount(0);
      const box = await panel.boundingBox();
      const said = `${list}, menu ${place}`;
      expect(box.x, said).toBeGreaterThanOrEqual(0);
      expect(box.y, said).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, said).toBeLessThanOrEqual(width);
      expect(box.y + box.height, said).toBeLessThanOrEqual(height + 1);
      if (list === "accounts" && place === 0) {
        // What lies behind the sheet is cut by it, and not to be touched.
        await expectAccessible(page, "details.menu[open]");
        await picture(page, info, "list-sheet");
      }
      await page.touchscreen.tap(width / 2, 20);
      await expect(page.locator("main details.menu[open]"), said).toHaveCount(0);
    }
  }
});

test("one's own pages lead to each other", async ({ page }, info) => {
  test.skip(!isPhone(info), "about the phone");
  const nav = page.locator(".own-nav");
  for (const name of ["Profilo", "Notifiche", "Sicurezza"]) {
    await page.goto("/preferences/sessions");
    // Nothing of it is cut off.
    expect(await nav.evaluate((each) => each.scrollHeight - each.clientHeight)).toBeLessThanOrEqual(0);
    await nav.getByRole("link", { name }).click();
    await expect(nav.locator("[aria-current]")).toHaveText(name);
  }
});

test("the bar names four areas and opens the others, and titles are whole", async ({ page }, info) => {
  test.skip(!isPhone(info), "about the phone");
  await page.goto("/directory_entries");
  const { width, height } = page.viewportSize();
  const bar = page.locator("nav.rail");
  await expect(bar.locator("a:visible")).toHaveCount(4);
  for (const label of await bar.locator(":is(a, summary):visible > span").all()) {
    const box = await label.boundingBox();
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(await label.evaluate((each) => each.scrollWidth - each.clientWidth)).toBeLessThanOrEqual(0);
  }
  const title = page.locator(".page-head h1");
  await expect(title).toContainText("Banca nominativi");
  expect(await title.evaluate((each) => each.scrollWidth - each.clientWidth)).toBeLessThanOrEqual(0);
  await expect(page.getByRole("link", { name: "Nuovo nominativo" })).toBeVisible();
  await bar.locator("summary").click();
  await expect(bar.locator("a:visible")).not.toHaveCount(4);
  const box = await bar.boundingBox();
  expect(box.y + box.height).toBeLessThanOrEqual(height + 1);
  await expectAccessible(page);
  await picture(page, info, "phone-areas");
  await bar.getByRole("link", { name: "Segmenti" }).click();
  await expect(page).toHaveURL(/\/segments$/);
});

test("a row calls the number of its customer", async ({ page }, info) => {
  test.skip(!isPhone(info), "about the phone");
  const name = `Officina Chiamata ${info.project.name} ${Date.now()}`;
  await page.goto("/accounts/new");
  await page.locator("#name").fill(name);
  await page.locator("[name='address.city']").fill("Pisa");
  await page.locator("[name='address.province']").fill("PI");
  await page.locator("[name^='phones.'][type=tel]").first().fill("050 24776");
  await page.locator("[data-save]").click();
  await expect(page.locator(".record-title h1")).toHaveText(name);
  await page.goto(`/accounts?q=${encodeURIComponent(name)}`);
  const call = page.locator(".list tbody tr").first().locator("a[href^='tel:']");
  await expect(call).toBeVisible();
  await expect(call).toHaveAttribute("href", "tel:+3905024776");
  expect((await call.boundingBox()).height).toBeGreaterThanOrEqual(44);
  await expect(page.locator(".list tbody tr").first()).toContainText("Pisa (PI)");
  await picture(page, info, "list-call");
});

test("a person stands with his company", async ({ page }, info) => {
  test.skip(!isPhone(info), "about the phone");
  await page.goto("/contacts?filter=" + encodeURIComponent("exists(accounts)"));
  const below = page.locator(".list tbody tr").first().locator("td.phone-below");
  await expect(below).toBeVisible();
  await expect(below).toHaveAttribute("class", "phone-below");
  const company = (await below.textContent()).trim();
  await page.locator(".list tbody tr").first().locator("a.row-link").click();
  await expect(page.locator("#card-head").getByRole("link", { name: company })).toBeVisible();
});

test("figures stand under their heads, wherever their column is", async ({ page }, info) => {
  test.skip(isPhone(info), "a phone shows rows, not columns");
  await page.goto("/accounts?columns=name,stage,revenue");
  for (const cell of ["thead th", "tbody tr:first-child td"])
    expect(await page.locator(`.list ${cell}`).last().evaluate((each) => getComputedStyle(each).textAlign)).toBe("end");
});

test("paper shows the card, and nothing that one presses", async ({ page }, info) => {
  test.skip(isPhone(info), "printed from a desk");
  await makeAccount(page, `Officina Carta ${Date.now()}`);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".record-title h1")).toBeVisible();
  await expect(page.locator(".fields").first()).toBeVisible();
  await expect(page.locator("main :is(textarea, button, summary, .btn, .composer, .tabs):visible")).toHaveCount(0);
  await expect(page.locator("main")).not.toContainText("Ancora niente", { useInnerText: true });
  await picture(page, info, "card-on-paper");
});
