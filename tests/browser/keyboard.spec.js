// The keyboard alone, from signing in to undoing: nothing is pointed at, no field is reached but by keys. And what has the focus is seen.

import { picture } from "./pictures.js";
import { administrator, expect, test } from "./start.js";

test.skip(({ isMobile }) => isMobile, "a phone has no keyboard");

const focused = (page, selector) => expect(page.locator(selector)).toBeFocused();

/** Steps with Tab until the focus is on it. */
async function tabTo(page, selector, most = 12) {
  for (let steps = 0; steps < most; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.locator(selector).first().evaluate((one) => one === document.activeElement)) return;
  }
  throw new Error(`${selector} is more than ${most} steps away`);
}

test("one customer is made, noted, found, edited, filtered, kept as a view, changed with others, and given back", async ({ page }, info) => {
  const number = Date.now() % 900_000;
  const name = `Griglia Grande ${number} Srl`;
  await page.goto("/sign-in");
  await focused(page, "#email");
  await page.keyboard.type(administrator.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(administrator.password);
  await page.keyboard.press("Enter");
  await expect(page.locator("nav.rail")).toBeVisible();
  // Made: what is written goes into the first field, and is no command.
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/accounts/);
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/accounts\/new/);
  await focused(page, "#name");
  await page.keyboard.type(name);
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".record-title h1")).toHaveText(name);
  // Noted.
  await page.keyboard.press("n");
  await page.keyboard.type("Vuole un preventivo entro venerdì.");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".happening .note")).toHaveText("Vuole un preventivo entro venerdì.");
  // Found and opened, from elsewhere.
  await page.goto("/contacts");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(`griglia ${number}`);
  await expect(page.locator("[role=option][aria-selected=true]")).toContainText(name);
  await page.keyboard.press("Enter");
  await expect(page.locator(".record-title h1")).toHaveText(name);
  // Edited.
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/\/edit/);
  await focused(page, "#name");
  await page.keyboard.press("End");
  await page.keyboard.type(" a socio unico");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".record-title h1")).toHaveText(`${name} a socio unico`);
  // Filtered, and kept as a view.
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/accounts$/);
  await page.keyboard.press("/");
  await page.keyboard.type(`griglia ${number}`);
  await page.keyboard.press("Enter");
  await expect(page.locator(".list tbody tr")).toHaveCount(1);
  // The menus of the page speak of what is shown.
  await expect(page.locator("a[href*='export.csv']")).toHaveAttribute("href", new RegExp(`q=griglia\\+${number}`));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("viste");
  await expect(page.locator("[role=option][aria-selected=true]")).toContainText("Viste");
  await page.keyboard.press("Enter");
  await focused(page, "main [name=name][autofocus]");
  await page.keyboard.type(`Griglie ${number}`);
  await page.keyboard.press("Enter");
  await expect(page.locator(".view-name")).toHaveText(`Griglie ${number}`);
  await picture(page, info, "keyboard-view");
});

test("rows are chosen, edited together, and given back", async ({ page, signIn }) => {
  await signIn();
  await page.goto(`/accounts?columns=name,remarks&filter=${encodeURIComponent('name starts "A"')}`);
  const rows = await page.locator(".list tbody tr").count();
  expect(rows).toBeGreaterThan(2);
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  await expect(page.locator(".bulk-count")).toHaveText("2 selezionate");
  await page.keyboard.press("e");
  await focused(page, "#bulk-field");
  await page.keyboard.type("Not");
  await expect(page.locator("#remarks")).toBeVisible();
  await tabTo(page, "#remarks");
  await page.keyboard.type("Scritto senza mouse");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".list tbody tr", { hasText: "Scritto senza mouse" })).toHaveCount(2);
  await expect(page.locator(".toast")).toContainText("2 schede modificate");
  await page.keyboard.press("z");
  await expect(page.locator(".toast").last()).toContainText("Operazione annullata");
  await expect(page.locator(".list tbody tr", { hasText: "Scritto senza mouse" })).toHaveCount(0);
});

test("what has the focus is never under a bar", async ({ page, signIn }) => {
  await signIn();
  for (const address of ["/accounts/new", "/contacts/new", "/accounts"]) {
    await page.goto(address);
    let hidden = [];
    for (let steps = 0; steps < 70; steps += 1) {
      await page.keyboard.press("Tab");
      const covered = await page.evaluate(() => {
        const one = document.activeElement;
        const box = one.getBoundingClientRect();
        if (one === document.body || box.width < 2 || box.height < 2 || !one.closest("main")) return null;
        const spots = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.8]].map(([x, y]) => [box.left + box.width * x, box.top + box.height * y]);
        const seen = spots.some(([x, y]) => {
          const there = document.elementFromPoint(x, y);
          return there && (one.contains(there) || there.contains(one) || there.closest("label")?.control === one);
        });
        return seen ? null : `${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 30)}`;
      });
      if (covered) hidden.push(covered);
    }
    expect(hidden, address).toEqual([]);
  }
});
