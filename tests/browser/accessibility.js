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
    const said = [];
    for (const { id, nodes } of bad) {
      for (const { target } of nodes) {
        if (id !== "target-size" || !(await page.evaluate(underBar, target.at(-1)))) said.push(`${each}: ${id} at ${target}`);
      }
    }
    expect(said).toEqual([]);
  }
  await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), theme);
  await page.emulateMedia({ reducedMotion: null });
}

/** Whether it is only that a bar which stays in its place covers a part of it now: scrolled, it is as large as it is. */
function underBar(selector) {
  const box = document.querySelector(selector).getBoundingClientRect();
  return [...document.querySelectorAll(".bulk-bar, .rail, .save-bar, .topbar")].some((bar) => {
    const { top, bottom, height } = bar.getBoundingClientRect();
    return height > 0 && box.top < bottom && box.bottom > top && Math.min(box.width, box.height) >= 24;
  });
}
