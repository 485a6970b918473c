// Bundles what the pages load: node build.mjs NODE_MODULES OUTPUT_FOLDER
//
// Writes files named after their content, with gzip and brotli copies, and `bundle.rs`, which embeds them.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [modules, output] = process.argv.slice(2).map((folder) => path.resolve(folder));
const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(modules, "here.cjs"));
const esbuild = require("esbuild");
const { PurgeCSS } = require("purgecss");

/** JavaScript that an ordinary page may load, gzip. */
const SCRIPT_BUDGET = 60 * 1024;

mkdirSync(output, { recursive: true });

// Of Tabler, only the parts named in css/tabler.txt: the whole is twenty times as large.
async function tabler() {
  const wanted = readFileSync(path.join(here, "css/tabler.txt"), "utf8").replace(/^#.*$/gm, "");
  const [{ css }] = await new PurgeCSS().purge({
    content: [{ raw: wanted, extension: "txt" }],
    css: [{ raw: readFileSync(path.join(modules, "@tabler/core/dist/css/tabler.css"), "utf8") }],
    defaultExtractor: (text) => text.match(/\S+/g) ?? [],
    variables: false,
    keyframes: true,
  });
  return css.replace(/\/\*[^!][\s\S]*?\*\//g, "");
}

const tablerPart = {
  name: "tabler-part",
  setup(build) {
    build.onResolve({ filter: /^tabler-part$/ }, () => ({ path: "tabler-part", namespace: "tabler-part" }));
    build.onLoad({ filter: /.*/, namespace: "tabler-part" }, async () => ({ contents: await tabler(), loader: "css", resolveDir: here }));
  },
};

const built = await esbuild.build({
  absWorkingDir: here,
  entryPoints: ["css/app.css", "js/app.js"],
  outdir: output,
  entryNames: "[name]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox121", "safari17.5"],
  charset: "utf8",
  legalComments: "none",
  loader: { ".woff2": "file" },
  nodePaths: [modules],
  plugins: [tablerPart],
  write: false,
  logLevel: "warning",
});

// esbuild's own hash covers paths too, and would differ from one machine to the next.
const files = built.outputFiles.map((file) => {
  const { name, ext, base } = path.parse(file.path);
  const body = Buffer.from(file.contents);
  return name === "app" ? named(name, ext.slice(1), body) : { name: base, body };
});

/** Named after its content, for files that esbuild does not bundle. */
function named(stem, extension, body) {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 8).toUpperCase();
  return { name: `${stem}-${hash}.${extension}`, body };
}

files.push(named("favicon", "svg", readFileSync(path.join(here, "css/favicon.svg"))));
files.push(named("licences", "txt", Buffer.from(licences())));
files.sort((left, right) => (left.name < right.name ? -1 : 1));

/** Who made what we embed, and on which terms, as their licences ask. */
function licences() {
  const { dependencies } = JSON.parse(readFileSync(path.join(here, "package.json"), "utf8"));
  return Object.keys(dependencies)
    .map((name) => {
      const folder = path.join(modules, name);
      const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file ? readFileSync(path.join(folder, file), "utf8").trim() : "Copyright 2018-2026 The Tabler Authors, codecalm.net Paweł Kuna. MIT License.";
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join("\n" + "-".repeat(72) + "\n\n");
}

/** One drawing per name in icons.txt, on one line, coloured by the text around it. */
function icons() {
  return readFileSync(path.join(here, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean)
    .map((line) => {
      const [name, drawing = name] = line.split(/\s*=\s*/);
      const file = path.join(modules, "@tabler/icons/icons/outline", `${drawing}.svg`);
      if (!existsSync(file)) throw new Error(`icons.txt: Tabler has no icon "${drawing}"`);
      const inner = readFileSync(file, "utf8")
        .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
        .replace(/<\/svg>\s*$/, "")
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
        .replace(/\s*\n\s*/g, "")
        .replace(/ \/>/g, "/>")
        .trim();
      return [
        name,
        `<svg class="icon" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${inner}</svg>`,
      ];
    });
}

const kinds = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** The compressed copy, or nothing where it would not be smaller. */
function smaller(compressed, body) {
  return compressed.length < body.length * 0.95 ? compressed : Buffer.alloc(0);
}

const rust = [];
for (const { name, body } of files) {
  const gzip = smaller(gzipSync(body, { level: 9 }), body);
  const brotli = smaller(brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }), body);
  writeFileSync(path.join(output, name), body);
  writeFileSync(path.join(output, `${name}.gz`), gzip);
  writeFileSync(path.join(output, `${name}.br`), brotli);
  const embed = (ending) => `include_bytes!(concat!(env!("OUT_DIR"), "/bundle/${name}${ending}"))`;
  const etag = createHash("sha256").update(body).digest("hex").slice(0, 16);
  rust.push(
    `    Asset { path: "/assets/${name}", kind: "${kinds[path.extname(name)]}", etag: "\\"${etag}\\"", body: ${embed("")}, gzip: ${embed(".gz")}, brotli: ${embed(".br")} },`,
  );
}

const pathOf = (start, ending) => `/assets/${files.find(({ name }) => name.startsWith(start) && name.endsWith(ending)).name}`;
writeFileSync(
  path.join(output, "bundle.rs"),
  `static ALL: &[Asset] = &[
${rust.join("\n")}
];

/// The address of the styles of every page.
pub const APP_CSS: &str = "${pathOf("app-", ".css")}";
/// The address of the module of every page.
pub const APP_JS: &str = "${pathOf("app-", ".js")}";
/// The address of the sign in the browser's tab.
pub const FAVICON: &str = "${pathOf("favicon-", ".svg")}";
/// The address of the licences of what is embedded here.
pub const LICENCES: &str = "${pathOf("licences-", ".txt")}";
/// The address of the typeface of most pages, to be asked for early.
pub const FONT: &str = "${pathOf("inter-latin-wght-normal-", ".woff2")}";

static ICONS: &[(&str, &str)] = &[
${icons()
  .sort(([left], [right]) => (left < right ? -1 : 1))
  .map(([name, svg]) => `    ("${name}", r#"${svg}"#),`)
  .join("\n")}
];
`,
);

const weight = (ending) => gzipSync(files.find(({ name }) => name.startsWith("app-") && name.endsWith(ending)).body, { level: 9 }).length;
const [script, styles] = [weight(".js"), weight(".css")];
const kilobytes = (bytes) => (bytes / 1024).toFixed(1);
console.log(`a page loads ${kilobytes(script)} KB of JavaScript (budget ${SCRIPT_BUDGET / 1024}) and ${kilobytes(styles)} KB of styles, gzip`);
if (script > SCRIPT_BUDGET) {
  console.error("the JavaScript of every page is over its budget");
  process.exitCode = 1;
}
