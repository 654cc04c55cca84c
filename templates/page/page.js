// The page of `pipectl ui`. It asks the program that serves it and nobody else, and writes what it is told as text: what
// stands in an event is somebody else's.
'use strict';

// What opens the answers stands behind `#`, which is never sent. A reload has it from the tab's own memory.
const token = location.hash.slice(1) || sessionStorage.getItem('token') || '';
sessionStorage.setItem('token', token);
history.replaceState(null, '', location.pathname);

const by = (id) => document.getElementById(id);

function element(name, content = [], set = {}) {
  const made = document.createElement(name);
  Object.assign(made, set);
  made.append(...[content].flat().map((one) => (one instanceof Node ? one : String(one))));
  return made;
}

const cell = (content, className = '') => element('td', content, { className });
const row = (...cells) => element('tr', cells);

function fill(table, rows) {
  table.hidden = rows.length === 0;
  table.tBodies[0].replaceChildren(...rows);
}

const grouped = (number) => Number(number).toLocaleString('en-US');

function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
  return `${unit === 0 ? bytes : bytes.toPrecision(3)} ${units[unit]}`;
}

const counted = (count, what) => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
const at = (time) => new Date(time).toISOString().replace('T', ' ').slice(0, 19);

function span(seconds) {
  if (seconds <= 0) return 'now';
  const two = (number) => String(Math.floor(number)).padStart(2, '0');
  if (seconds >= 86400) return `in ${Math.floor(seconds / 86400)} d ${Math.floor((seconds / 3600) % 24)} h`;
  return seconds >= 3600
    ? `in ${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
    : `in ${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

function age(seconds) {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

function problem(words) {
  by('problem').textContent = words || '';
  by('problem').hidden = !words;
}

// Asks, and gives the answer; what went wrong is thrown as words, with what helps.
async function ask(question) {
  const answered = await fetch('ask', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  if (!answered.ok) throw new Error(await answered.text());
  const { answer, error } = await answered.json();
  if (!error) return answer;
  throw new Error(error.hint ? `${error.message}\n${error.hint}` : error.message);
}

// While a button's work goes on, it cannot be pressed again.
async function busy(button, work) {
  button.disabled = true;
  problem();
  try {
    return await work();
  } catch (error) {
    problem(error.message);
    return undefined;
  } finally {
    button.disabled = false;
  }
}

// ---- The pipeline, and how it is

let pipeline = {};
let state = null;

function showPipeline(told) {
  const first = !pipeline.name;
  pipeline = told;
  by('name').textContent = `${told.name}/${told.stage}`;
  document.title = `${told.name}/${told.stage} · pipectl`;
  by('place').textContent = told.place;
  by('ticks').hidden = !told.local;
  const chosen = by('named').value;
  by('named').replaceChildren(
    element('option', 'none', { value: '' }),
    ...told.queries.map(({ name }) => element('option', name, { value: name })),
  );
  by('named').value = told.queries.some(({ name }) => name === chosen) ? chosen : '';
  if (!first) return;
  showFiles('');
  showCost();
}

const boxes = new Map();

// A box of the flow. What has become more than it was lights up for a moment.
function box(key, title, big, small, share) {
  let made = boxes.get(key);
  if (!made) {
    made = element('li', [element('h3'), element('p', '', { className: 'big' }), element('p', '', { className: 'small' })]);
    boxes.set(key, made);
  }
  const [heading, figure, words] = ['h3', '.big', '.small'].map((one) => made.querySelector(one));
  const news = figure.textContent !== '' && figure.textContent !== big;
  heading.textContent = title;
  figure.textContent = big;
  words.textContent = small;
  let bar = made.querySelector('progress');
  if (share === undefined) {
    bar?.remove();
  } else {
    if (!bar) {
      bar = element('progress', [], { max: 1 });
      bar.setAttribute('aria-label', 'how full the buffer is');
      figure.after(bar);
    }
    bar.value = Math.min(1, share);
  }
  if (news) {
    made.classList.add('news');
    setTimeout(() => made.classList.remove('news'), 900);
  }
  return made;
}

function showState(told) {
  state = told;
  const now = Date.parse(told.now);
  by('now').textContent = `${at(told.now)} UTC`;
  const flow = [];
  const { answered, refused } = told.requests;
  flow.push(box('endpoint', 'Endpoint', counted(answered, 'request'), refused ? `${grouped(refused)} refused` : 'none refused'));
  if (told.waiting_events > 0) flow.push(box('track', 'Lambda', grouped(told.waiting_events), 'events wait for their functions'));
  flow.push(buffer(told.streams.find(({ name }) => name === pipeline.stream), now));
  for (const { folder, what, table } of pipeline.folders) {
    const files = told.files.find((one) => one.bucket === pipeline.bucket && one.folder === folder);
    const count = files ? files.objects : 0;
    if (what === 'errors' && count === 0) continue;
    const newest = files?.newest ? `, newest ${age((now - Date.parse(files.newest)) / 1000)} ago` : '';
    const made = box(`files ${folder}`, `S3 ${folder} (${what})`, counted(count, 'file'), count ? size(files.bytes) + newest : 'nothing yet');
    made.classList.toggle('fault', what === 'errors');
    flow.push(made);
    if (!table) continue;
    const rows = told.tables.find((one) => one.database === pipeline.database && one.name === table);
    flow.push(rows
      ? box(`table ${table}`, `Table ${table}`, counted(rows.rows, 'row'), counted(rows.partitions, 'partition'))
      : box(`table ${table}`, `Table ${table}`, 'not there yet', ''));
  }
  const list = by('flow');
  if (flow.length !== list.children.length || flow.some((one, index) => list.children[index] !== one)) {
    list.replaceChildren(...flow);
  }
  showSchedules(told.schedules, now);
  // What has come or gone is shown in the folder that is open.
  const files = JSON.stringify(told.files);
  if (files !== seenFiles) {
    seenFiles = files;
    showFiles(openFolder);
  }
}

function buffer(stream, now) {
  const { records, bytes, due } = stream || { records: 0, bytes: 0 };
  const words = records > 0 ? `${size(bytes)}, delivered ${span((Date.parse(due) - now) / 1000)}` : 'empty';
  return box('stream', `Firehose ${pipeline.stream}`, counted(records, 'record'), words, bytes / pipeline.buffer.bytes);
}

const due = new Map();

function showSchedules(schedules, now) {
  by('schedules-note').hidden = schedules.length > 0;
  const rows = schedules.map(({ kind, name, next }) => {
    const key = `${kind} ${name}`;
    let made = due.get(key);
    if (!made) {
      made = row(cell([`${kind} `, element('code', name)]), cell('', 'time'), cell(startOf(name)));
      due.set(key, made);
    }
    made.children[1].textContent = span((Date.parse(next) - now) / 1000);
    return made;
  });
  const body = by('schedules').tBodies[0];
  if (rows.length !== body.children.length || rows.some((one, index) => body.children[index] !== one)) {
    fill(by('schedules'), rows);
  }
}

function startOf(name) {
  const part = (pipeline.runs || []).find((one) => one.name === name || name.startsWith(one.name));
  if (!part || !pipeline.local) return [];
  const button = element('button', 'Now', { type: 'button' });
  button.setAttribute('aria-label', `Start ${name} now`);
  button.addEventListener('click', () => busy(button, () => ask({ ask: 'run', what: part.what })));
  return button;
}

function showHealth(told) {
  by('now').textContent = `${at(told.now)} UTC`;
  const lines = [
    ...told.faults.map((one) => element('li', `${one.part}: ${one.what} ${one.message}: ${one.hint}`, { className: 'bad' })),
    ...told.unread.map((one) => element('li', `not read: ${one.what}: ${one.why}`)),
    ...told.notes.map((one) => element('li', one)),
    ...told.work.map((one) => element('li', `${one.name}: ${one.last ? one.last.state : 'never ran'}, next ${one.next ? at(one.next) : 'never'}`)),
    ...told.tables.map((one) => element('li', `${one.name}: ${one.newest_file ? `newest file ${age(one.newest_file.age)} old` : 'no file yet'}`)),
  ];
  const good = told.verdict === 'healthy';
  by('health').replaceChildren(element('p', element('strong', told.verdict), { className: good ? 'good' : 'bad' }), element('ul', lines));
  if (!state) {
    const counts = (told.last_hour || []).map((one) =>
      box(`hour ${one.part} ${one.what}`, `${one.what}, last hour`, one.of === null ? '' : grouped(one.of), `${grouped(one.errors)} errors, ${grouped(one.throttled)} throttled`),
    );
    by('flow').replaceChildren(...counts);
  }
}

// ---- Events

const SHOWN = 100;
// When how many events came, by the pipeline's clock: of the last hour.
let came = [];
let total = 0;

function verdict(one) {
  if (one.misfits.length > 0) return cell(`does not fit: ${one.misfits.join(', ')}`, 'bad');
  if (one.without_column.length > 0) return cell(`no column: ${one.without_column.join(', ')}`);
  return cell('fits', 'good');
}

function showEvents({ count, last, events }) {
  came.push([Date.parse(last), count]);
  total += count;
  came = came.filter(([time]) => Date.parse(last) - time <= 3600e3);
  const rows = events.map((one) =>
    row(cell(at(one.at).slice(11), 'time'), cell(element('code', one.event)), verdict(one)),
  );
  const table = by('events');
  table.hidden = false;
  table.tBodies[0].prepend(...rows.reverse());
  while (table.tBodies[0].children.length > SHOWN) table.tBodies[0].lastChild.remove();
  by('events-note').textContent = `${counted(total, 'event')} since the page was opened, and those that are remembered`;
}

// ---- Query

async function runQuery(event) {
  event?.preventDefault();
  const named = by('named').value;
  by('query-end').textContent = 'running';
  const began = performance.now();
  const told = await busy(by('run-query'), () => ask(named ? { ask: 'query', named } : { ask: 'query', sql: by('sql').value }));
  by('query-end').textContent = told ? `${told.end}` : `failed after ${((performance.now() - began) / 1000).toFixed(1)} s`;
  if (told) showRows(told);
}

function showRows({ columns, rows, chart }) {
  const table = by('rows');
  table.tHead.replaceChildren(element('tr', columns.map((name) => element('th', name, { scope: 'col' }))));
  const value = (one) => (one === null ? cell('null', 'null') : cell(one));
  table.tBodies[0].replaceChildren(...rows.map((one) => element('tr', one.map(value))));
  table.hidden = columns.length === 0;
  showChart(chart);
}

// What the program has drawn, for two widths: read as XML, in which nothing runs.
function showChart({ figures, wide, narrow, notes, style }) {
  const drawn = [['wide', wide], ['narrow', narrow]].filter(([, svg]) => svg).map(([className, svg]) => {
    const read = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    return element('div', read.nodeName === 'svg' ? document.adoptNode(read) : [], { className });
  });
  by('chart').replaceChildren(
    element('style', style),
    ...figures.map(([name, value]) => element('p', [element('span', name, { className: 'note' }), ` ${value}`], { className: 'figure' })),
    ...drawn,
    ...notes.map((note) => element('p', note, { className: 'note' })),
  );
}

// ---- Files

let openFolder = '';
let seenFiles = '';

async function showFiles(prefix) {
  openFolder = prefix;
  const steps = prefix.split('/').filter(Boolean);
  const step = (name, below) => {
    const button = element('button', name, { type: 'button' });
    button.addEventListener('click', () => showFiles(below));
    return button;
  };
  by('files-path').replaceChildren(
    step(`s3://${pipeline.bucket}`, ''),
    ...steps.flatMap((name, index) => [' / ', step(name, `${steps.slice(0, index + 1).join('/')}/`)]),
  );
  let told;
  try {
    told = await ask({ ask: 'files', prefix });
  } catch (error) {
    by('files-note').textContent = error.message;
    return;
  }
  // Another one was opened meanwhile.
  if (openFolder !== prefix) return;
  const folder = (name) => {
    const button = element('button', name.slice(prefix.length), { type: 'button', className: 'folder' });
    button.addEventListener('click', () => showFiles(name));
    return row(cell(button), cell('', 'number'), cell(''));
  };
  const file = ({ key, bytes, written }) =>
    row(cell(element('code', key.slice(prefix.length))), cell(size(bytes), 'number'), cell(written ? at(written * 1000) : '', 'time'));
  fill(by('files'), [...told.folders.map(folder), ...told.files.map(file)]);
  const empty = told.folders.length + told.files.length === 0;
  by('files-note').textContent = empty ? 'Nothing is here.' : told.more ? 'There is more: these are the first 1,000.' : '';
}

// ---- Costs

async function showCost(events) {
  let told;
  try {
    told = await ask({ ask: 'cost', events: events ?? null });
  } catch (error) {
    by('cost-note').textContent = error.message;
    return;
  }
  const dollars = (cents) => (cents === null ? 'unknown' : `$${(cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`);
  const input = told.inputs.find((one) => one.name === 'events_per_month');
  by('cost-total').textContent = told.total_cents === null ? `at least ${dollars(told.total_at_least_cents)}` : dollars(told.total_cents);
  fill(by('costs'), Object.entries(told.parts_cents).map(([part, cents]) => row(cell(part), cell(dollars(cents), 'number'))));
  by('cost-note').textContent = `${grouped(input ? input.value : 0)} events a month, in ${told.region}, at list prices without taxes.`;
}

function asNow() {
  const now = state ? Date.parse(state.now) : Date.now();
  came = came.filter(([time]) => now - time <= 3600e3);
  const hour = came.reduce((sum, [, count]) => sum + count, 0);
  by('volume').value = String(hour * 730);
  showCost(hour * 730);
}

function askCost(event) {
  event.preventDefault();
  const text = by('volume').value.replaceAll(/[,_\s]/g, '');
  const factor = { K: 1e3, M: 1e6, B: 1e9 }[text.slice(-1).toUpperCase()] || 1;
  const number = Number(factor === 1 ? text : text.slice(0, -1)) * factor;
  if (text !== '' && !(Number.isSafeInteger(number) && number >= 0)) {
    by('cost-note').textContent = 'Write a number of events, such as 100M.';
    return;
  }
  showCost(text === '' ? undefined : number);
}

// ---- Plan

async function showPlan() {
  by('plan-note').textContent = 'comparing';
  const told = await busy(by('plan-look'), () => ask({ ask: 'plan' }));
  if (!told) {
    by('plan-note').textContent = '';
    return;
  }
  const steps = told.steps.filter((step) => step.action !== 'no-op');
  by('plan-note').textContent = steps.length === 0 ? `Nothing: ${counted(told.steps.length, 'resource')} as the file says.` : counted(steps.length, 'change');
  const change = (one) => element('div', [element('code', one.attribute), `: ${short(one.before)} → ${short(one.after)}`]);
  if (told.note) by('plan-note').textContent += `. ${told.note}`;
  const who = (one) => element('div', `${one.who}: ${one.event}, ${one.time}`);
  fill(by('plan'), steps.map((step) =>
    row(cell(step.action), cell(element('code', step.address)), cell([step.cause || '', ...step.changed_by.map(who)]), cell(step.action === 'update' ? step.changes.map(change) : `${step.changes.length || ''}`)),
  ));
}

function short(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

// ---- What is told without asking

const heard = {
  pipeline: showPipeline,
  state: showState,
  health: showHealth,
  events: showEvents,
  lost: (why) => problem(why),
  events_lost: (why) => { if (why) by('events-note').textContent = why; },
};

function connected(is) {
  by('connection').textContent = is ? 'connected' : 'not connected: is pipectl still running?';
  by('connection').className = is ? 'on' : 'off';
}

// Server-sent events through `fetch`: an EventSource cannot send the token.
async function follow() {
  for (;;) {
    try {
      const answered = await fetch('feed', { headers: { authorization: `Bearer ${token}` } });
      if (answered.status === 401) {
        connected(false);
        problem(await answered.text());
        return;
      }
      if (!answered.ok) throw new Error(String(answered.status));
      connected(true);
      came = [];
      total = 0;
      by('events').tBodies[0].replaceChildren();
      await read(answered.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch {
      // Said below: it ended, or was never there.
    }
    connected(false);
    await new Promise((done) => { setTimeout(done, 1000); });
  }
}

async function read(reader) {
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (rest + value).split('\n\n');
    rest = messages.pop();
    for (const message of messages) {
      const fields = new Map(message.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]));
      if (fields.has('event')) heard[fields.get('event')]?.(JSON.parse(fields.get('data')));
    }
  }
}

by('query').addEventListener('submit', runQuery);
by('sql').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) runQuery();
});
by('named').addEventListener('change', () => {
  const query = pipeline.queries.find(({ name }) => name === by('named').value);
  if (query) by('sql').value = query.sql;
});
// What is edited is no longer the file's.
by('sql').addEventListener('input', () => { by('named').value = ''; });
by('cost').addEventListener('submit', askCost);
by('as-now').addEventListener('click', asNow);
by('plan-look').addEventListener('click', showPlan);
by('health-look').addEventListener('click', () => busy(by('health-look'), async () => showHealth(await ask({ ask: 'health' }))));
for (const button of by('ticks').querySelectorAll('button')) {
  button.addEventListener('click', () => busy(button, () => ask({ ask: 'tick', seconds: Number(button.dataset.tick) })));
}
follow();
