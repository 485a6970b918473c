// The album: a picture of every page, for docs/ and to be looked at. `bin/test --album` takes it.

import { defineConfig } from "@playwright/test";
import { chromium } from "./browser.js";

const desk = { viewport: { width: 1366, height: 768 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 };

// Each of light, dark, desk, phone, Italian and English with each other at least once.
export default defineConfig({
  testDir: ".",
  testMatch: "album.js",
  outputDir: "../../target/browser/album",
  reporter: [["list"]],
  workers: 1,
  timeout: 240_000,
  use: { browserName: "chromium", launchOptions: chromium, timezoneId: "Europe/Rome", database: "sqlite", reducedMotion: "reduce" },
  projects: [
    { name: "desk-light-it", use: { ...desk, locale: "it-IT", colorScheme: "light" } },
    { name: "desk-dark-en", use: { ...desk, locale: "en-GB", colorScheme: "dark" } },
    { name: "phone-light-en", use: { ...phone, locale: "en-GB", colorScheme: "light" } },
    { name: "phone-dark-it", use: { ...phone, locale: "it-IT", colorScheme: "dark" } },
  ],
});
