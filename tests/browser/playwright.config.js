// Every journey runs on a desk and on a phone, over the embedded database; those in which the database has a part also on a desk over
// PostgreSQL, when SCHEDA_TEST_POSTGRES gives one. What the others ask of a server the stories over HTTP ask of both.

import { defineConfig } from "@playwright/test";
import { chromium } from "./browser.js";

const databases = process.env.SCHEDA_TEST_POSTGRES ? ["sqlite", "postgres"] : ["sqlite"];
/** Journeys about what the browser does with a page. */
const aboutPages = /(around|boards|cells|checks|conditions|filters|head|hostile|keyboard|layouts|modules|palette|phone)\.spec\.js$/;
const screens = {
  desktop: { viewport: { width: 1366, height: 768 } },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
};

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.js",
  outputDir: "../../target/browser/results",
  reporter: [["list"], ["html", { outputFolder: "../../target/browser/report", open: "never" }]],
  forbidOnly: true,
  fullyParallel: false,
  workers: 2,
  // Journeys are long, with axe in both themes on the way, and the machine may be small.
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: "chromium",
    launchOptions: chromium,
    locale: "it-IT",
    timezoneId: "Europe/Rome",
    screenshot: "only-on-failure",
    // A trace costs as much time as the journey: only the second try leaves one.
    trace: "on-first-retry",
  },
  projects: databases.flatMap((database) =>
    Object.entries(screens)
      .filter(([screen]) => database === "sqlite" || screen === "desktop")
      .map(([screen, use]) =>
        database === "sqlite" ? { name: screen, use: { ...use, database } } : { name: `${screen}-${database}`, use: { ...use, database }, testIgnore: aboutPages },
      ),
  ),
});
