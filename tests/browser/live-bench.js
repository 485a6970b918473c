// How long one browser waits for what another one writes: bin/bench live. Prints the milliseconds of each change as JSON.
//
//   node live-bench.js ADDRESS EMAIL PASSWORD

import { chromium } from "@playwright/test";
import { chromium as debian } from "./browser.js";

const CHANGES = 40;
const [address, email, password] = process.argv.slice(2);

const browser = await chromium.launch(debian);
const signedIn = async () => {
  const page = await (await browser.newContext({ baseURL: address, locale: "it-IT" })).newPage();
  await page.goto("/sign-in");
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("form .btn-primary").click();
  await page.locator("nav.rail").waitFor();
  return page;
};

const [writer, reader] = [await signedIn(), await signedIn()];
await writer.goto("/accounts/new");
await writer.locator("#name").fill("Cliente visto da due");
await writer.locator("[data-save]").click();
await writer.locator(".composer textarea").waitFor();
await writer.evaluate(() => document.addEventListener("submit", () => (window.pressed = Date.now()), { capture: true }));
await reader.goto(new URL(writer.url()).pathname);
await reader.waitForTimeout(1_500);

const times = [];
for (let number = 0; number < CHANGES; number += 1) {
  const text = `Detto per la ${number}ª volta`;
  // From the key that saves, to what stands on the other screen: both told by the clock of the machine.
  const seen = reader.evaluate(
    (text) =>
      new Promise((resolve) => {
        const look = () => {
          if ([...document.querySelectorAll(".happening .note")].some((note) => note.textContent.includes(text))) resolve(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
    text,
  );
  await writer.locator(".composer textarea").fill(text);
  await writer.keyboard.press("Control+Enter");
  const shown = await seen;
  times.push(shown - (await writer.evaluate(() => window.pressed)));
  await writer.waitForTimeout(800 + (number % 5) * 100);
}
await browser.close();
console.log(JSON.stringify(times));
