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
    const { violations } = await new AxeBuilder({ page }).include(part).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    expect(bad.map(({ id, nodes }) => `${each}: ${id} at ${nodes.map(({ target }) => target).join(", ")}`)).toEqual([]);
  }
  await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), theme);
  await page.emulateMedia({ reducedMotion: null });
}
