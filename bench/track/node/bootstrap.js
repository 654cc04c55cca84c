// The least that a Lambda runtime does for a Node handler: next event, handler, answer, over a connection that stays open.
// usage: node bootstrap.js article|current
const http = require('http');

const name = process.argv[2];
if (name === 'article') {
  // Version 2 of the SDK has its own names for the region and the endpoint, and opens a connection for each request unless told
  // otherwise.
  process.env.AWS_NODEJS_CONNECTION_REUSE_ENABLED = '1';
  const { AWS_REGION, AWS_ENDPOINT_URL_FIREHOSE } = process.env;
  require('aws-sdk').config.update({ region: AWS_REGION, firehose: { endpoint: AWS_ENDPOINT_URL_FIREHOSE } });
}
const { track } = require(`./${name}`);
const handler = track.length < 3 ? track : event => new Promise((done, failed) => {
  track(event, {}, (error, answer) => (error ? failed(error) : done(answer)));
});

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

const call = (method, path, body) => new Promise((done, failed) => {
  const options = { host, port, method, agent, path: `/2018-06-01/runtime/invocation/${path}` };
  if (body) {
    options.headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  }
  const request = http.request(options, (response) => {
    const chunks = [];
    response.on('data', chunk => chunks.push(chunk));
    response.on('end', () => done({ headers: response.headers, body: Buffer.concat(chunks) }));
  });
  request.on('error', failed).end(body);
});

(async () => {
  for (;;) {
    const next = await call('GET', 'next');
    const answer = await handler(JSON.parse(next.body));
    await call('POST', `${next.headers['lambda-runtime-aws-request-id']}/response`, JSON.stringify(answer));
  }
})();
