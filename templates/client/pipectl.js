// pipectl client --js

// A browser still sends 64 KiB of a page that is left: all its requests together.
const LIMIT = 6e4;

export function connect(endpoint, { key, keyIn, count = 25, wait = 5000, max = 1000, ids = true, gpc, onError = console.warn } = {}) {
  // A header costs a preflight, and a beacon can have none.
  const inHeader = key && keyIn == "header";
  const url = endpoint + (key && !inHeader ? "?key=" + encodeURIComponent(key) : "");
  const headers = inHeader ? { "x-api-key": key } : {};
  const store = "pipectl " + endpoint;
  let queue = [], sending = [], failures = 0, running, timer, leaving;

  const size = (text) => new Blob([text]).size;
  const body = (texts) => "[" + texts + "]";
  const post = (texts) => fetch(url, { method: "POST", body: body(texts), headers, keepalive: true, credentials: "omit" });
  const tell = (status, message, texts) => texts[0] && onError({ status, message, events: JSON.parse(body(texts)) });
  const take = (room) => {
    let end = 0;
    while (end < queue.length && (room -= size(queue[end]) + 1) > 0) end++;
    return queue.splice(0, end);
  };
  // What another page could not send, or this one before it was loaded again.
  const stored = () => {
    try {
      const texts = localStorage[store];
      delete localStorage[store];
      return JSON.parse(texts);
    } catch {
      return [];
    }
  };

  const send = async () => {
    sending = take(LIMIT);
    let status, message;
    try {
      const answer = await post(sending);
      status = answer.status;
      message = await answer.text();
      // Of a request whose other events were taken. There is none in any other answer, which ends this here.
      sending = JSON.parse(message).rejected.map(({ event }) => sending[event - 1]);
    } catch {}
    if (!status || status == 429 || status > 499) {
      failures++;
      queue.unshift(...sending);
    } else {
      failures = 0;
      status > 299 && tell(status, message, sending);
    }
    sending = [];
  };
  const drain = async () => {
    do await send();
    while (!failures && queue.length >= count);
    running = 0;
    queue[0] && later();
  };
  const flush = () => {
    timer = clearTimeout(timer);
    queue.unshift(...stored());
    return (running ||= queue[0] && drain());
  };
  const later = () => {
    timer ||= setTimeout(flush, failures ? Math.min(6e4, 1e3 * 2 ** failures) * (1 - Math.random() / 2) : wait);
  };
  const leave = () => {
    // Until the page's own handlers, which come after these, have been run: nothing else of it may run then.
    leaving = setTimeout(() => (leaving = 0));
    if (failures || navigator.onLine == false) queue.unshift(...sending.splice(0));
    // A page that is only hidden hears the answer of this, and sends again what was refused.
    else if (inHeader) flush();
    else {
      const texts = take(LIMIT - size(body(sending)));
      texts[0] && !navigator.sendBeacon(url, body(texts)) && queue.unshift(...texts);
    }
    try {
      if (queue[0]) localStorage[store] = JSON.stringify(stored().concat(queue).slice(-max));
      queue = [];
    } catch {}
  };

  if (globalThis.document) {
    addEventListener("pagehide", () => {
      leave();
      // Its request goes on without the page, to which it seems cut off.
      sending = [];
    });
    addEventListener("online", () => flush((failures = 0)));
    addEventListener("visibilitychange", () => (document.hidden ? leave() : flush()));
  }
  flush();

  const track = (event) => {
    if (gpc && navigator.globalPrivacyControl) return;
    const text = JSON.stringify(ids ? { event_id: uuid(), sent_at: new Date().toISOString(), ...event } : event);
    if (size(text) > LIMIT - 2) return tell(413, "too large", [text]);
    queue.push(text);
    tell(0, "queue full", queue.splice(0, queue.length - max));
    failures || queue.length < count ? later() : flush();
    leaving && queueMicrotask(leave);
  };
  return { track, flush };
}

// Version 7: the time in milliseconds, of eleven digits until 2527, then chance.
function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => (byte + 256).toString(16).slice(1)).join("");
  const all = 0 + Date.now().toString(16) + 7 + hex.slice(0, 3) + "89ab"["0x" + hex[3] & 3] + hex.slice(4, 19);
  return all.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
