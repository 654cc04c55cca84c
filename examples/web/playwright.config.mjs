import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  use: {
    baseURL: "http://localhost:3000",
    // A browser of the system's, in place of the one that `npx playwright install` fetches.
    launchOptions: process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] } : {},
  },
  webServer: { command: "node serve.mjs", url: "http://localhost:3000/events.json", gracefulShutdown: { signal: "SIGTERM", timeout: 5000 } },
});
