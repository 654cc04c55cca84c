#!/usr/bin/env node
// Starts the executable of the package for this platform, which npm has installed beside this one.
const { spawn } = require("node:child_process");

const platform = `pipectl-${process.platform}-${process.arch}`;
let executable;
try {
  executable = require.resolve(`${platform}/pipectl`);
} catch {
  console.error(`error: there is no ${platform}: no release for this platform, or it was installed with --omit=optional`);
  process.exit(1);
}
const child = spawn(executable, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl+C to both, and a second one ends an apply at once; who ends a job asks this process alone.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`error: ${executable}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + require("node:os").constants.signals[signal]));
