// How people come in: an authenticator app, a passkey of the browser, what is required, sessions and tokens of one's own.

import { createHmac } from "node:crypto";
import { expectAccessible } from "./accessibility.js";
import { picture } from "./pictures.js";
import { administrator, expect, test } from "./start.js";

/** What an authenticator app with this key shows now. */
function code(letters) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of letters.replaceAll(" ", "")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  const seed = Buffer.from(bits.match(/.{8}/g).map((eight) => Number.parseInt(eight, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", seed).update(step).digest();
  const four = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(four % 1_000_000).padStart(6, "0");
}

/** A browser that has a fingerprint reader, as Chromium lets one be made for tests. */
async function withFinger(page) {
  const browser = await page.context().newCDPSession(page);
  await browser.send("WebAuthn.enable");
  await browser.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

test("one's own pages, each in turn", async ({ page, signIn }, info) => {
  await signIn();
  for (const [address, name] of [["/preferences", "own-profile"], ["/preferences/notifications", "own-notifications"], ["/preferences/security", "own-security"], ["/preferences/sessions", "own-sessions"], ["/preferences/tokens", "own-tokens"], ["/administration/mail", "mail-account"], ["/administration/sign-in", "sign-in-rules"]]) {
    await page.goto(address);
    await expectAccessible(page);
    await picture(page, info, name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${address} keeps within the screen`).toBeLessThanOrEqual(0);
  }
  await page.goto("/preferences/tokens");
  await page.locator("#name").fill("Gestionale");
  await page.getByRole("button", { name: "Crea il token" }).click();
  await expect(page.locator("#token")).toContainText("scheda_");
  await page.goto("/preferences/tokens");
  await expect(page.locator("#token")).toHaveCount(0);
  await page.getByRole("button", { name: "Revoca" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoca" }).click();
  await expect(page.locator(".toast")).toContainText("Token revocato");
});

test("a passkey is added, and is enough alone", async ({ page, fresh }, info) => {
  test.setTimeout(120_000);
  await withFinger(page);
  // Passkeys answer to a name, not to a number.
  const there = fresh.address.replace("127.0.0.1", "localhost");
  await page.goto(fresh.said().match(/http\S+\/setup\?token=\S+/)[0].replace("127.0.0.1", "localhost"));
  await page.locator("#company").fill("Tirreno Sistemi S.r.l.");
  await page.locator("#name").fill("Anna Neri");
  await page.locator("#email").fill("anna@tirreno.test");
  await page.locator("#password").fill("cavallo lampada sette fiume");
  await page.locator("[name=demo]").uncheck();
  await page.locator("form .btn-primary").click();
  await expect(page.locator("h1")).toContainText("Primi passi", { timeout: 20_000 });

  await page.goto(`${there}/preferences/security`);
  await page.locator("#passkey-name").fill("Portatile");
  await page.locator("[data-passkey=create]").click();
  await expect(page.locator(".toast")).toContainText("Passkey aggiunta");
  await expect(page.locator("#passkeys .thing")).toContainText("Portatile");
  await page.getByRole("button", { name: "Crea i codici" }).click();
  await expect(page.locator(".own-codes li")).toHaveCount(10);
  const paper = await page.locator(".own-codes code").first().textContent();
  await expectAccessible(page);
  await picture(page, info, "recovery-codes");

  // An app beside it.
  await page.goto(`${there}/preferences/security`);
  await page.getByRole("button", { name: "Aggiungi un’app" }).click();
  await expect(page.locator("svg.qr")).toBeVisible();
  await expectAccessible(page);
  await picture(page, info, "app");
  const letters = await page.locator(".fact code").textContent();
  await page.locator("#code").fill(code(letters));
  await page.getByRole("button", { name: "Conferma" }).click();
  await expect(page.locator("#app .stage")).toHaveText("Attiva");

  const out = async () => {
    await page.locator("summary.user").click();
    await page.getByRole("button", { name: "Esci" }).click();
    await expect(page.locator("#email")).toBeVisible();
  };
  await out();
  await page.locator("[data-passkey=get]").click();
  await expect(page.locator("nav.rail")).toBeVisible();
  await out();
  // With the password there is a second step: a code on paper does.
  await page.locator("#email").fill("anna@tirreno.test");
  await page.locator("#password").fill("cavallo lampada sette fiume");
  await page.locator("form .btn-primary").click();
  await expect(page.locator("h1")).toHaveText("Secondo passaggio");
  await expectAccessible(page);
  await picture(page, info, "second-step");
  await page.locator("#code").fill("123456");
  await page.locator("form .btn-primary").click();
  await expect(page.locator(".error").first()).toBeVisible();
  await page.locator("#code").fill(paper);
  await page.locator("form .btn-primary").click();
  await expect(page.locator("nav.rail")).toBeVisible();
  await out();
  await page.locator("#email").fill("anna@tirreno.test");
  await page.locator("#password").fill("cavallo lampada sette fiume");
  await page.locator("form .btn-primary").click();
  await page.locator("[data-passkey=get]").click();
  await expect(page.locator("nav.rail")).toBeVisible();

  // What is required of everybody may not go.
  await page.goto(`${there}/administration/sign-in`);
  await page.locator("#second_factor").selectOption("everybody");
  await page.locator("[data-save]").click();
  await expect(page.locator(".toast")).toContainText("Regole salvate");
  await page.goto(`${there}/preferences/sessions`);
  await expect(page.locator(".thing")).toHaveCount(1);
});

test("whoever has forgotten his password reads the same as everybody", async ({ page }, info) => {
  const said = [];
  for (const email of [administrator.email, "nessuno@officina.test"]) {
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Password dimenticata" }).click();
    await expectAccessible(page);
    await page.locator("#email").fill(email);
    await page.locator("form .btn-primary").click();
    said.push(await page.locator("main").textContent());
  }
  expect(said[0]).toBe(said[1]);
  await picture(page, info, "forgotten");
  await page.goto("/sign-in/new-password?token=nothing");
  await expect(page.locator("h1")).toHaveText("Il collegamento non vale più");
  await expectAccessible(page);
});
