// Serves Local AWS and this folder, and tells the page where its events go.

import { execFileSync, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const aws = spawn("pipectl", ["local"], { stdio: ["ignore", "inherit", "pipe"] });
process.on("SIGTERM", () => process.exit());
process.on("exit", () => aws.kill());
for await (const line of createInterface(aws.stderr)) {
  console.error(line);
  if (line.startsWith("Local AWS serves")) break;
}

const pipectl = (...words) => execFileSync("pipectl", words, { encoding: "utf8" });
const types = { html: "text/html", js: "text/javascript" };
const output = JSON.parse(pipectl("output", "--local", "--json", "--show-secrets"));
const events = JSON.stringify({ endpoint: output.endpoint, key: output.api_keys[0].value });
const client = pipectl("client", "--js");
const files = new Map(["index.html", "thanks.html"].map((name) => ["/" + name, name]));
files.set("/", "index.html");

createServer(async (request, answer) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const send = (type, body) => answer.writeHead(200, { "content-type": type }).end(body);
  if (pathname == "/events.json") return send("application/json", events);
  if (pathname == "/pipectl.js") return send(types.js, client);
  const name = files.get(pathname);
  if (!name) return answer.writeHead(404).end();
  send(types.html, await readFile(new URL(name, import.meta.url)));
}).listen(3000, "localhost");
