// Signing in through a provider of the company: a real one, on this machine, with its own pages to sign in and to agree.

import Provider from "oidc-provider";
import { createServer } from "node:http";
import { administrator, expect, test } from "./start.js";

/** Whom the provider knows by other names. */
const people = { carla: { email: "carla@verdi.example", email_verified: true, name: "Carla Bianchi" }, dario: { email: "dario@verdi.example", email_verified: false, name: "Dario Neri" } };

/** A provider that knows whoever signs in by another name than these as the administrator of the journeys. */
async function provider(back) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: "scheda", client_secret: "un-segreto-da-non-mostrare", redirect_uris: [back], grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // What is asked with the code stands in the token itself.
    conformIdTokenClaims: false,
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...(people[id] ?? { email: administrator.email, email_verified: true, name: administrator.name }) }) }),
    pkce: { required: () => true },
  });
  oidc.on("server_error", (_, error) => console.error(error));
  server.on("request", oidc.callback());
  return { issuer, own: issuer.slice("http://".length), close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

/** What the provider's own pages ask: who one is, and whether one agrees. */
async function agree(page, name = "giulia") {
  await page.locator("[name=login]").fill(name);
  await page.locator("[name=password]").fill("qualunque");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Fills in who the provider is. */
async function named(page, company) {
  await page.goto("/administration/provider");
  for (const [id, value] of [["name", "Azienda"], ["issuer", company.issuer], ["client", "scheda"], ["secret", "un-segreto-da-non-mostrare"], ["own", company.own]]) await page.locator(`#${id}`).fill(value);
}

/** Takes the company's provider off again. */
async function takeOff(page) {
  await page.goto("/administration/provider");
  await page.getByRole("button", { name: "Togli" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Togli" }).click();
  await expect(page.locator(".toast")).toContainText("Accesso aziendale tolto");
}

test("an account is connected to the company's provider, and comes in through it", async ({ page, server, signIn }) => {
  const company = await provider(`${server.address}/sign-in/company/return`);
  try {
    await signIn();
    await named(page, company);
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Accesso aziendale salvato");
    await page.goto("/preferences/security");
    await page.locator("#company a.btn").click();
    await agree(page);
    await expect(page.locator("#company .stage")).toHaveText("Attiva");

    await page.context().clearCookies();
    await page.goto("/accounts");
    await page.getByRole("link", { name: "Accedi con Azienda" }).click();
    await agree(page);
    await expect(page).toHaveURL(/\/accounts$/);
    await expect(page.locator("nav.rail")).toBeVisible();
    await takeOff(page);
  } finally {
    await company.close();
  }
});

test("whoever the provider vouches for gets an account at the first sign-in", async ({ page, server, signIn }) => {
  const company = await provider(`${server.address}/sign-in/company/return`);
  try {
    await signIn();
    await named(page, company);
    await page.getByRole("switch", { name: /riceve un’utenza/ }).check();
    await page.locator("#domains").fill("verdi.example");
    await page.locator("[data-save]").click();
    await expect(page.locator("#roles-error")).toContainText("Serve almeno un ruolo");
    await page.locator("#secret").fill("un-segreto-da-non-mostrare");
    await page.getByRole("checkbox", { name: "Agente" }).check();
    await page.locator("[data-save]").click();
    await expect(page.locator(".toast")).toContainText("Accesso aziendale salvato");
    await expect(page.getByRole("checkbox", { name: "Agente" })).toBeChecked();

    for (const [name, in_] of [["dario", false], ["carla", true]]) {
      await page.context().clearCookies();
      await page.goto("/accounts");
      await page.getByRole("link", { name: "Accedi con Azienda" }).click();
      await agree(page, name);
      if (in_) await expect(page.locator("nav.rail")).toBeVisible();
      else await expect(page).toHaveURL(/company-unknown/);
    }
    await expect(page.locator("summary.user")).toHaveAccessibleName("Utenza di Carla Bianchi");

    await page.context().clearCookies();
    await signIn();
    await takeOff(page);
  } finally {
    await company.close();
  }
});
