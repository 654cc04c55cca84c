import { expect, test } from "@playwright/test";
import { execFileSync } from "node:child_process";

/** Fails with pipectl's own words. */
function tracked(...words) {
  try {
    execFileSync("pipectl", ["events", "assert", "--local", ...words], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error(error.stderr);
  }
}

const user = () => `u-${Math.random().toString(36).slice(2)}`;

test("a purchase is tracked once, with its amount", async ({ page }) => {
  const userid = user();
  await page.goto(`/?user=${userid}`);
  await page.getByRole("button", { name: "Buy" }).click();
  await expect(page).toHaveTitle("Bought");
  tracked("event=purchase", `userid=${userid}`, "amount=12.5", "--within", "15s");
});

test("what was tracked before the page is left arrives", async ({ page }) => {
  const userid = user();
  await page.goto(`/?user=${userid}`);
  await page.getByRole("button", { name: "Buy" }).click();
  await page.getByRole("link", { name: "Leave" }).click();
  await expect(page).toHaveTitle("Thanks");
  tracked("event=purchase", `userid=${userid}`, "--within", "15s");
  tracked("event=page_view", `userid=${userid}`, "--within", "15s");
});

test("nobody buys by looking", async ({ page }) => {
  const userid = user();
  await page.goto(`/?user=${userid}`);
  tracked("event=page_view", `userid=${userid}`, "--within", "15s");
  tracked("event=purchase", `userid=${userid}`, "--count", "0", "--within", "1s");
});
