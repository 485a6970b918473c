// Pictures of a page in both themes, to be looked at: SCHEDA_PICTURES names the folder, and without it nothing is taken.

import path from "node:path";

/** Takes this page's pictures under a name that says what it shows. */
export async function picture(page, testInfo, name) {
  const folder = process.env.SCHEDA_PICTURES;
  if (!folder) return;
  // No transition between the two themes is caught half-way.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const theme = await page.evaluate(() => document.documentElement.dataset.bsTheme);
  for (const each of ["light", "dark"]) {
    await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), each);
    await page.screenshot({ path: path.join(folder, `${name}-${testInfo.project.name}-${each}.png`) });
  }
  await page.evaluate((value) => (document.documentElement.dataset.bsTheme = value), theme);
}
