// Signing in through a provider of the company: a real one, on this machine, with its own pages to sign in and to agree.

import Provider from "oidc-provider";
import { createServer } from "node:http";
import { administrator, expect, test } from "./start.js";

/** A provider that knows whoever signs in, by the name he gives, as the administrator of the journeys. */
async function provider(back) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: "scheda", client_secret: "un-segreto-da-non-mostrare", redirect_uris: [back], grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // What is asked with the code stands in the token itself.
    conformIdTokenClaims: false,
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: administrator.email, email_verified: true, name: administrator.name }) }),
    pkce: { required: () => true },
  });
  oidc.on("server_error", (_, error) => console.error(error));
  server.on("request", oidc.callback());
  return { issuer, own: issuer.slice("http://".length), close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))) };
}

/** What the provider's own pages ask: who one is, and whether one agrees. */
async function agree(page) {
  await page.locator("[name=login]").fill("giulia");
  await page.locator("[name=password]").fill("qualunque");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("an account is connected to the company's provider, and comes in through it", async ({ page, server, signIn }) => {
  const company = await provider(`${server.address}/sign-in/company/return`);
  try {
    await signIn();
    await page.goto("/administration/provider");
    for (const [id, value] of [["name", "Azienda"], ["issuer", company.issuer], ["client", "scheda"], ["secret", "un-segreto-da-non-mostrare"], ["own", company.own]]) await page.locator(`#${id}`).fill(value);
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
    await page.goto("/administration/provider");
    await page.getByRole("button", { name: "Togli" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Togli" }).click();
    await expect(page.locator(".toast")).toContainText("Accesso aziendale tolto");
  } finally {
    await company.close();
  }
});
