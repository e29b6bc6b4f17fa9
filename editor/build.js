// SPDX-License-Identifier: EUPL-1.2
// Bundles the editor into one file beside the product's other static files, and says how large it became.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [place("src/main.js")],
  outfile: place("../src/mukatabat/web/static/built/editor.js"),
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: ["chrome105", "firefox115", "safari16.4"],
});
