// What one is promised of every list and card, and would miss at once: what stands above the fold, what stays in sight, what is copied, how
// long one may take something back, how high a row is, what moves.

import { expect, makeAccount, test } from "./start.js";

test.beforeEach(async ({ signIn }) => signIn());

/** The card of the told customer. */
async function told(page) {
  await page.goto(`/accounts?q=${encodeURIComponent("Officina Meccanica Lenzi")}`);
  await page.locator(".row-link").first().click();
  await expect(page.locator(".record-title h1")).toContainText("Lenzi");
}

test("above the fold stands who it is, how it stands, whose it is, how to reach it, what comes next, and where to write", async ({ page, isMobile }) => {
  await told(page);
  const fold = page.viewportSize().height;
  const places = [".record-title h1", "#spot-stage", "#spot-owner", "#card-head a[href^='tel:']", "#card-ahead .ahead-one"];
  for (const place of isMobile ? places : [...places, ".composer textarea", ".composer [data-save]"]) {
    const box = await page.locator(place).first().boundingBox();
    expect(box, place).not.toBeNull();
    expect(box.y + box.height, place).toBeLessThan(fold);
  }
  if (isMobile) {
    // What does not fit on a phone is one touch away.
    await page.locator(".card-parts a").last().click();
    await expect(page.locator(".composer textarea")).toBeInViewport();
  }
});

test("a number and an address are copied with one click", async ({ page, context }, info) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await told(page);
  for (const copy of await page.locator("#card-head [data-copy]").all()) {
    const value = await copy.getAttribute("data-copy");
    await copy.click();
    await expect(page.locator(".toast").last()).toHaveText(new RegExp(`Copiato: ${value.replace(/[+.]/g, "\\$&")}`));
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value);
  }
  expect(info.errors).toEqual([]);
});

test("what was done can be taken back for more than ten seconds", async ({ page }) => {
  await page.clock.install();
  const card = await makeAccount(page, `Officina Ripensamento ${Date.now()}`);
  await page.goto(`${card}/edit`);
  await page.locator("#trade_name").fill("Per poco");
  await page.locator("[data-save]").click();
  const toast = page.locator(".toast", { hasText: "Modifiche salvate" });
  await expect(toast).toBeVisible();
  await page.clock.runFor(10_000);
  await expect(toast.locator(".toast-action")).toBeVisible();
  await page.clock.runFor(5_000);
  await expect(toast).toHaveCount(0);
});

test("what stands in one bar stands on one line, and boxes beside each other are of one height", async ({ page }) => {
  await page.goto("/accounts");
  for (const bar of ["#list-actions > .menu > summary, #list-actions > a.btn", ".filter-box .filter-text, #list-chips summary"]) {
    const boxes = await page.locator(bar).evaluateAll((all) => all.map((one) => (one.querySelector("svg") ?? one).getBoundingClientRect()).map(({ top, height }) => [top, height]));
    const middles = boxes.filter(([, height]) => height > 0).map(([top, height]) => top + height / 2);
    expect(middles.length, bar).toBeGreaterThan(1);
    expect(Math.max(...middles) - Math.min(...middles), `${bar}: ${middles}`).toBeLessThanOrEqual(2);
  }
  const heights = await page.locator(".filter-box .filter-text, #list-chips summary").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height > 0));
  expect(Math.max(...heights) - Math.min(...heights), `${heights}`).toBeLessThanOrEqual(4);
});

test("rows are 36 pixels high, or 28", async ({ page, isMobile }) => {
  test.skip(isMobile, "rows of a phone are as high as what they say");
  await page.goto("/accounts");
  const height = () => page.locator(".list tbody tr").nth(2).evaluate((row) => Math.round(row.getBoundingClientRect().height));
  const density = async (name) => {
    await page.locator("summary[aria-label='Altre azioni']").first().click();
    await page.getByRole("button", { name }).click();
  };
  expect([36, 37]).toContain(await height());
  await density("Compatta");
  await expect(page.locator("body.compact")).toBeVisible();
  expect([28, 29]).toContain(await height());
  await density("Comoda");
  await expect(page.locator("body.compact")).toHaveCount(0);
});

test("the heads of a list stay in sight, and so does what a row is called", async ({ page, isMobile }) => {
  test.skip(isMobile, "a phone shows rows, not columns");
  await page.goto("/accounts?columns=name,stage,address.street,address.city,phone,email,vat_number,tax_code,owner,sector,market,revenue,employees");
  const frame = page.locator(".list-scroll");
  const head = page.locator(".list thead th").nth(1);
  const before = await head.boundingBox();
  await frame.evaluate((one) => one.scrollTo(0, 600));
  expect((await head.boundingBox()).y).toBeCloseTo(before.y, 0);
  const name = page.locator(".list tbody tr").nth(20).locator(".row-link").first();
  const left = (await name.boundingBox()).x;
  await frame.evaluate((one) => one.scrollTo(500, 600));
  expect((await name.boundingBox()).x).toBeCloseTo(left, 0);
  expect(await frame.evaluate((one) => one.scrollLeft)).toBeGreaterThan(100);
});

test("nothing moves for whoever wants that", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/accounts");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("body *")].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
    }).length,
  );
  expect(moving).toBe(0);
});
