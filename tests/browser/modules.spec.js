// What the modules of the pages do, each alone.

import { expect, test } from "./stage.js";

const list = `<main class="listing"><input class="filter-text" aria-label="Filtra"><input data-search aria-label="Cerca">
  <a href="/new" data-key="c">Nuovo</a>
  <table class="list"><tbody>
    <tr><td><a class="row-link" href="/rossi">Rossi</a></td><td class="phone-end">Pisa</td></tr>
    <tr><td><a class="row-link" href="/bianchi">Bianchi</a></td><td class="phone-end">Livorno</td></tr>
  </tbody></table></main>`;

test("a list is walked with j and k, and opened with Enter", async ({ page, play }) => {
  await play(list);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(page.locator("tr.current")).toContainText("Bianchi");
  await page.keyboard.press("k");
  await expect(page.locator("tr.current")).toContainText("Rossi");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/rossi$/);
});

test("a click anywhere in a row opens it", async ({ page, play }) => {
  await play(list);
  await page.getByText("Livorno").click();
  await expect(page).toHaveURL(/bianchi$/);
});

test("letters are letters inside a field, and Ctrl-K leads to the search from there", async ({ page, play }) => {
  await play(list);
  await page.keyboard.press("/");
  await page.keyboard.type("cjk");
  await expect(page.locator(".filter-text")).toHaveValue("cjk");
  await page.keyboard.press("Control+k");
  await expect(page.locator("[data-search]")).toBeFocused();
});

test("AltGr writes signs and is never a command", async ({ page, play }) => {
  await play(list);
  await page.keyboard.press("Control+Alt+k");
  await expect(page.locator("[data-search]")).not.toBeFocused();
});

test("who does not want single letters is not surprised by them", async ({ page, play }) => {
  await play(`<body data-single-keys="off">${list}</body>`);
  await page.keyboard.press("c");
  await page.keyboard.press("j");
  await expect(page.locator("tr.current")).toHaveCount(0);
  await expect(page).toHaveURL(/\/$/);
});

test("what cannot be taken back is asked first", async ({ page, play }) => {
  let posts = 0;
  await play(`<form method="post" action="/gone"><button data-confirm="Eliminare Rossi?" data-confirm-label="Elimina">Via</button></form>`, {
    "/gone": (request, response) => {
      posts += 1;
      response.end("<!doctype html><title>Fatto</title>");
    },
  });
  await page.getByText("Via").click();
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog")).toHaveCount(0);
  expect(posts).toBe(0);
  await page.getByText("Via").click();
  await page.getByRole("button", { name: "Elimina" }).click();
  await expect(page).toHaveURL(/gone$/);
  expect(posts).toBe(1);
});

test("htmx asks too, and says what the server sends along", async ({ page, play }) => {
  await play(`<button id="b" hx-post="/done" hx-confirm="Sicuri?" hx-swap="none">Fai</button>`, {
    "/done": (request, response) => {
      response.setHeader("HX-Trigger", JSON.stringify({ toast: { text: "Fatto", undo: "/undo" } }));
      response.end();
    },
  });
  await page.getByText("Fai").click();
  await page.getByRole("button", { name: "Conferma" }).click();
  await expect(page.locator(".toast")).toContainText("Fatto");
  await expect(page.getByRole("button", { name: "Annulla operazione" })).toBeVisible();
});

test("a failure of the server changes nothing on the page and says so", async ({ page, play }) => {
  await play(`<div id="kept">Com’era</div><button hx-get="/broken" hx-target="#kept">Fai</button>`, {
    "/broken": (request, response) => {
      response.statusCode = 500;
      response.end("a trace that nobody should read");
    },
  });
  await page.getByText("Fai").click();
  await expect(page.locator(".toast[data-tone=bad]")).toBeVisible();
  await expect(page.locator("#kept")).toHaveText("Com’era");
});

test("a refused form comes back with its errors and the focus on them", async ({ page, play }) => {
  const form = (summary) => `<form class="edit" id="f" hx-post="/save" hx-target="this" hx-select="form.edit" hx-swap="outerMorph" novalidate>
    ${summary}<div class="form-field"><label for="vat">P.IVA</label><div class="control"><input class="form-control" id="vat" name="vat"></div></div>
    <button data-save>Salva</button></form>`;
  const sent = [];
  await play(form(""), {
    "/save": (request, response) => {
      request.on("data", (data) => sent.push(String(data)));
      request.on("end", () => {
        response.statusCode = 422;
        response.end(form(`<div class="error-summary" role="alert"><ul><li><a href="#vat">P.IVA errata</a></li></ul></div>`));
      });
    },
  });
  await page.fill("#vat", "123");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".error-summary")).toBeFocused();
  expect(sent.join("")).toBe("vat=123");
  await expect(page.locator("#vat")).toHaveValue("123");
  await expect(page.locator("form.edit"), "still unsaved").toHaveClass(/changed/);
  await page.getByText("P.IVA errata").click();
  await expect(page.locator("#vat")).toBeFocused();
});

test("leaving unsaved changes asks, saving them does not", async ({ page, play }) => {
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked += 1;
    dialog.dismiss();
  });
  await play(`<form class="edit" hx-post="/save" hx-swap="none"><input class="form-control" id="n" name="n" aria-label="Nome"><button data-save>Salva</button></form><a href="/away">Via</a>`, {
    "/save": (request, response) => {
      response.setHeader("HX-Redirect", "/saved");
      response.end();
    },
  });
  await page.locator("#n").pressSequentially("Rossi");
  await page.getByText("Via").click();
  await expect.poll(() => asked).toBe(1);
  await expect(page).toHaveURL(/\/$/);
  await page.locator("#n").press("Control+s");
  await expect(page).toHaveURL(/saved$/);
  expect(asked).toBe(1);
});

test("a line is added with a number of its own, and the main one is never lost", async ({ page, play }) => {
  const line = (n, main) =>
    `<div class="line"><input class="form-control" name="phones.${n}.value"><label class="main"><input type="radio" name="phones.main" value="${n}" ${main}>p</label><button type="button" data-line-remove>x</button></div>`;
  await play(`<form class="edit"><div class="lines" data-lines>${line(0, "checked")}${line(1, "")}<template>${line("__n__", "")}</template><button type="button" data-line-add>+</button></div></form>`);
  await page.locator("[data-line-add]").click();
  await expect(page.locator("[name='phones.2.value']")).toBeFocused();
  await page.locator("[data-line-remove]").first().click();
  await expect(page.locator("[name='phones.main'][value='1']")).toBeChecked();
  await page.locator("[data-line-add]").click();
  await expect(page.locator("[name='phones.3.value']")).toHaveCount(1);
});

test("a record is picked by writing some of its name", async ({ page, play }) => {
  await play(
    `<form class="edit"><div class="picker" data-picker="/users"><input type="hidden" name="owner" value="1"><input class="form-control" role="combobox" aria-expanded="false" aria-controls="o" aria-label="Agente" value="Giulia"><ul id="o" class="picker-options" role="listbox" hidden></ul></div></form>`,
    { "/users": `<li role="option" data-value="7" data-label="Sara Lotti">Sara Lotti <small>Agente</small></li><li role="option" data-value="8" data-label="Sara Neri">Sara Neri</li>` },
  );
  await page.getByRole("combobox").fill("sar");
  await expect(page.locator("[name=owner]")).toHaveValue("");
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("[name=owner]")).toHaveValue("8");
  await expect(page.getByRole("combobox")).toHaveValue("Sara Neri");
  await expect(page.getByRole("listbox")).toBeHidden();
});

test("a menu closes with Esc and with a click elsewhere", async ({ page, play }) => {
  await play(`<details class="menu"><summary>Altro</summary><div class="menu-items"><a href="#a">Uno</a><a href="#b">Due</a></div></details><p>Fuori dal menu, più in basso: <br><br><br><br><br><br><b>qui</b></p>`);
  const menu = page.locator("details.menu");
  await page.getByText("Altro").click();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByText("Uno")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).not.toHaveAttribute("open");
  await page.getByText("Altro").click();
  await page.getByText("qui").click();
  await expect(menu).not.toHaveAttribute("open");
});

test("the theme changes at once and is remembered", async ({ page, play }) => {
  await play(`<div class="segmented"><button data-theme-choice="dark" aria-pressed="false">Scuro</button></div>`);
  await page.getByText("Scuro").click();
  await expect(page.locator("html")).toHaveAttribute("data-bs-theme", "dark");
  expect(await page.evaluate(() => document.cookie)).toContain("scheda_theme=dark");
});

test("what somebody else changes appears, in every tab, over one stream", async ({ page, play, context }) => {
  const streams = new Set();
  let opened = 0;
  const body = (text) => `<body data-stream="/live"><section id="card" data-live="account account:1">${text}</section><section id="other" data-live="ticket">ferma</section></body>`;
  const stage = await play(body("prima"), {
    "/live": (request, response) => {
      opened += 1;
      response.setHeader("Content-Type", "text/event-stream");
      response.write(":\n\n");
      streams.add(response);
      request.on("close", () => streams.delete(response));
    },
  });
  const second = await context.newPage();
  await second.goto(page.url());
  await expect.poll(() => streams.size).toBe(1);
  stage.now(body("dopo"));
  for (const stream of streams) stream.write("event: changed\ndata: account:1\n\n");
  // A tab in the background waits until it is looked at; one of the two is in front.
  await expect(second.locator("#card")).toHaveText("dopo");
  await page.bringToFront();
  await expect(page.locator("#card")).toHaveText("dopo");
  expect(opened).toBe(1);
  await second.close();
});
