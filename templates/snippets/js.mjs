// As it stands for Node and for pages of a listed origin. More than one event: `pipectl client --js`.
const answer = await fetch("{endpoint}", {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "x-api-key": {key},
  },
  body: JSON.stringify({event}),
  keepalive: true,
});
if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
