// Whether Mermaid's own parser takes what it is given: the kind of each drawing, or what is wrong with it.
//
// usage: parse_mermaid.mjs HOME FILE..., where HOME has the npm packages `mermaid` and `jsdom`

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [home, ...files] = process.argv.slice(2);
const resolve = createRequire(`${home}/`).resolve;
const { JSDOM } = createRequire(`${home}/`)("jsdom");
// Labels are cleaned by DOMPurify, which wants a page.
globalThis.window = new JSDOM("").window;
globalThis.document = globalThis.window.document;
const { default: mermaid } = await import(pathToFileURL(resolve("mermaid").replace(/mermaid(\.core)?\.[a-z]+$/, "mermaid.core.mjs")));
for (const file of files) {
  const text = await readFile(file, "utf8");
  try {
    console.log(`${(await mermaid.parse(text)).diagramType}`);
  } catch (error) {
    console.log(`wrong: ${String(error.message ?? error).split("\n")[0]}`);
  }
}
