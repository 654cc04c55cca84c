import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  // The client sends what a page tracks every few seconds, and a machine of CI may be slow.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: "http://localhost:3000",
    // A browser of the system's, in place of the one that `npx playwright install` fetches.
    launchOptions: process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] } : {},
  },
  webServer: { command: "node serve.mjs", url: "http://localhost:3000/events.json", timeout: 120_000, gracefulShutdown: { signal: "SIGTERM", timeout: 5000 } },
});
