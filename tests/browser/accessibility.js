// WCAG 2.2 AA, as far as a program can see it.

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

/** Nothing serious or critical on this page, or in a part of it, in either theme. Over PostgreSQL the pages are the same, and are not looked at again. */
export async function expectAccessible(page, part = "html") {
  if (test.info().project.name.endsWith("-postgres")) return;
  // No colour is caught half-way between the two themes.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const theme = await page.evaluate(() => document.documentElement.dataset.bsTheme);
  for (const each of ["light", "dark"]) {
    await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), each);
    const look = new AxeBuilder({ page }).include(part);
    // The themes differ in their colours alone.
    if (each === "light") look.withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]);
    else look.withRules(["color-contrast"]);
    const { violations } = await look.analyze();
    const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    const said = [];
    for (const { id, nodes } of bad) {
      for (const { target } of nodes) {
        if (id !== "target-size" || (await staysSmall(page, target))) said.push(`${each}: ${id} at ${target}`);
      }
    }
    expect(said).toEqual([]);
  }
  await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), theme);
  await page.emulateMedia({ reducedMotion: null });
}

/** Whether it is too small in the middle of its page as well, where no bar that stays in its place covers a part of it. */
async function staysSmall(page, target) {
  await page.evaluate((selector) => {
    const element = document.querySelector(selector);
    const places = [];
    for (let around = element.parentElement; around; around = around.parentElement) places.push([around, around.scrollTop, around.scrollLeft]);
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    window.scrolledFrom = places;
  }, target.at(-1));
  const { violations } = await new AxeBuilder({ page }).include(target).withRules(["target-size"]).analyze();
  await page.evaluate(() => {
    for (const [around, top, left] of window.scrolledFrom) around.scrollTo({ top, left, behavior: "instant" });
    delete window.scrolledFrom;
  });
  return violations.length > 0;
}
