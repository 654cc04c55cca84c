// What the client for pages does without a page, against somebody who answers as told.
//
// usage: client_node.mjs MODULE

import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const { connect } = await import(pathToFileURL(process.argv[2]));
let answers = [], bodies = [];
const server = createServer(async (request, answer) => {
  let body = "";
  for await (const part of request) body += part;
  bodies.push({ url: request.url, key: request.headers["x-api-key"], events: JSON.parse(body) });
  const status = answers.shift() ?? 204;
  if (status.rejected) answer.writeHead(400).end(JSON.stringify(status));
  else status ? answer.writeHead(status).end(status == 204 ? undefined : "because") : request.socket.destroy();
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const endpoint = `http://127.0.0.1:${server.address().port}/track`;
const names = () => bodies.map(({ events }) => events.map(({ n }) => n).join(""));
async function tried(name, options, act) {
  const lost = [];
  bodies = [];
  const client = connect(endpoint, { wait: 50, onError: (why) => lost.push(why), ...options });
  await act(client, lost);
  console.log(`${name}:`, JSON.stringify(names()), JSON.stringify(lost.map(({ status, message, events }) => [status, message, events.length])));
}
const until = async (holds) => { for (let n = 0; n < 400 && !holds(); n++) await sleep(25); };

await tried("by count", { count: 3 }, async ({ track }) => {
  for (let n = 0; n < 7; n++) track({ n });
  await until(() => bodies.length == 2 && names().join("").length == 7);
});
await tried("by time", {}, async ({ track }) => {
  track({ n: 1 });
  await until(() => bodies.length == 1);
});
await tried("by hand", { wait: 60000 }, async ({ track, flush }) => {
  track({ n: 1 });
  await flush();
});
for (const answer of [429, 503, 500, 0]) {
  answers = [answer];
  await tried(`again after ${answer}`, {}, async ({ track }) => {
    track({ n: 1 });
    await until(() => bodies.length == 2);
  });
}
for (const answer of [400, 403, 413]) {
  answers = [answer];
  await tried(`given up at ${answer}`, {}, async ({ track }, lost) => {
    track({ n: 1 });
    await until(() => lost.length);
  });
}
answers = [{ message: "2 of 4", accepted: 2, rejected: [{ event: 2, why: "no int" }, { event: 4, why: "no column" }] }];
await tried("some rejected", { count: 4 }, async ({ track }, lost) => {
  for (let n = 0; n < 4; n++) track({ n });
  await until(() => lost.length);
  console.log(JSON.stringify(lost[0].events.map(({ n }) => n)));
});
answers = [503];
await tried("a full queue", { max: 2, count: 9 }, async ({ track, flush }) => {
  for (let n = 0; n < 5; n++) track({ n });
  await flush();
  await until(() => bodies.length == 2);
});
await tried("too large", {}, async ({ track }) => track({ n: "x".repeat(60000) }));
await tried("without a key, large and wide", { count: 1000 }, async ({ track }) => {
  for (let n = 0; n < 4; n++) track({ n, text: "é".repeat(10000) });
  await until(() => names().join("").length == 4);
});
await tried("the key in the query", { key: "a&b", count: 1 }, async ({ track }) => {
  track({ n: 1 });
  await until(() => bodies.length);
  console.log(bodies[0].url, bodies[0].key);
});
await tried("the key in a header", { key: "abc", keyIn: "header", count: 1 }, async ({ track }) => {
  track({ n: 1 });
  await until(() => bodies.length);
  console.log(bodies[0].url, bodies[0].key);
});
globalThis.navigator ??= {};
Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true });
await tried("privacy asked for", { gpc: true, count: 1 }, async ({ track }) => {
  track({ n: 1 });
  await sleep(200);
});
await tried("and not heeded", { count: 1 }, async ({ track }) => {
  track({ n: 1 });
  await until(() => bodies.length);
});
await tried("ids", { count: 2 }, async ({ track }) => {
  track({ n: 1 });
  track({ n: 2, event_id: "mine", sent_at: "then" });
  await until(() => bodies.length);
  const [{ event_id, sent_at }, own] = bodies[0].events;
  const age = Date.now() - parseInt(event_id.replaceAll("-", "").slice(0, 12), 16);
  console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(event_id), age < 10000, sent_at.endsWith("Z"), own.event_id, own.sent_at);
});
await tried("no ids", { count: 1, ids: false }, async ({ track }) => {
  track({ n: 1 });
  await until(() => bodies.length);
  console.log(JSON.stringify(bodies[0].events));
});
// A page that is hidden, and not left, hears the answer.
const handlers = {};
globalThis.document = { hidden: false };
globalThis.addEventListener = (name, act) => (handlers[name] = act);
answers = [503];
await tried("hidden, and refused", { key: "abc", keyIn: "header", wait: 60000 }, async ({ track }) => {
  track({ n: 1 });
  document.hidden = true;
  handlers.visibilitychange();
  await until(() => bodies.length == 2);
});
// Handlers of the page's own come after those of the module: what they track goes at once, together.
const beacons = [];
navigator.sendBeacon = (url, body) => beacons.push(JSON.parse(body));
const beaconed = () => JSON.stringify(beacons.map((events) => events.map(({ n }) => n).join("")));
await tried("tracked as it is hidden", { wait: 60000 }, async ({ track }) => {
  handlers.visibilitychange();
  track({ n: 1 });
  track({ n: 2 });
  await sleep(0);
  console.log(beaconed());
});
// A page in the background may live for hours: what it tracks waits for others, as ever.
await tried("tracked in the background", {}, async ({ track }) => {
  handlers.visibilitychange();
  await sleep(5);
  track({ n: 4 });
  track({ n: 5 });
  await until(() => bodies.length == 1);
  console.log(beaconed());
});
document.hidden = false;
await tried("tracked while shown again", {}, async ({ track }) => {
  track({ n: 3 });
  await until(() => bodies.length == 1);
  console.log(beaconed());
});
server.closeAllConnections();
server.close();
