// Runs OpenClaw against providers that fail as told, and compares whom it calls with what `routec trace` says.
// `npm ci` comes first; OpenClaw is kept off the network, and its waits are made short.
// Usage: node walks.mjs ROUTEC
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [routec, ...only] = process.argv.slice(2);

// What a status is called in routec.
const SYMPTOMS = {
  400: 'not-entitled',
  401: 'auth',
  402: 'billing',
  403: 'auth',
  404: 'not-entitled',
  408: 'timeout',
  429: 'rate-limit',
  500: 'overloaded',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
  long: 'context-overflow',
};

// For each case the model of the defaults, and how every model fails: always so, or each call in turn and the last for
// ever. One without a word answers.
const CASES = {
  'refused keys and empty accounts take a provider out, a missing model does not': {
    model: { primary: 'alpha/a1', fallbacks: ['alpha/a2', 'beta/b1', 'alpha/a3', 'beta/b2', 'gamma/g1'] },
    fails: { 'alpha/a1': 404, 'alpha/a2': 401, 'alpha/a3': 404, 'beta/b1': 402, 'beta/b2': 404, 'gamma/g1': 403 },
  },
  'rate limits, errors and overload are waited for': {
    model: { primary: 'alpha/a1', fallbacks: ['alpha/a2', 'beta/b1', 'gamma/g1'] },
    fails: { 'alpha/a1': 429, 'alpha/a2': 500, 'beta/b1': 503 },
  },
  'timeouts are waited for, and retries of several kinds are counted together': {
    model: { primary: 'alpha/a1', fallbacks: ['beta/b1', 'beta/b2', 'gamma/g1'] },
    fails: {
      'alpha/a1': 504,
      'beta/b1': [500, 500, 429],
      'beta/b2': [429, 429, 529],
      'gamma/g1': [429, 429, 401],
    },
  },
  'an overlong prompt ends the turn': {
    model: { primary: 'alpha/a1', fallbacks: ['beta/b1', 'gamma/g1'] },
    fails: { 'alpha/a1': 404, 'beta/b1': 'long' },
  },
  'names without a provider, aliases, repeats and providers that are nowhere': {
    model: { primary: 'alpha/a1', fallbacks: ['b1', 'fast', 'nowhere/x', 'alpha/a1', 'beta/b2', 'GAMMA/g1'] },
    fails: { 'alpha/a1': 404, 'alpha/b1': 404, 'beta/b2': 400, 'gamma/g1': 404 },
  },
};

const PROVIDERS = { alpha: ['a1', 'a2', 'a3'], beta: ['b1', 'b2'], gamma: ['g1'] };

function config(name, port, { model }) {
  const at = Object.keys(CASES).indexOf(name);
  const provider = ([id, models]) => [
    id,
    {
      baseUrl: `http://127.0.0.1:${port}/${at}/${id}/v1`,
      apiKey: `key-of-${id}`,
      models: models.map((one) => ({ id: one, name: one })),
    },
  ];
  return {
    agents: {
      defaults: {
        model,
        models: { 'beta/b2': { alias: 'fast' } },
        modelPolicy: {},
        embeddedAgent: { cyberFailover: { mode: 'off' } },
      },
    },
    models: {
      mode: 'replace',
      catalogRefresh: { enabled: false },
      providers: Object.fromEntries(Object.entries(PROVIDERS).map(provider)),
    },
    update: { checkOnStart: false },
  };
}

// The providers: they note every call and fail as the case says.
const seen = new Map(Object.keys(CASES).map((name) => [name, []]));
function fate(name, called) {
  const fails = CASES[name].fails[called];
  if (!Array.isArray(fails)) return fails;
  return fails[seen.get(name).filter((call) => call.called === called).length] ?? fails.at(-1);
}
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    const [, at, provider] = request.url.split('/');
    const name = Object.keys(CASES)[at];
    const { model } = JSON.parse(body);
    const called = `${provider}/${model}`;
    const fails = fate(name, called);
    seen.get(name).push({ called, ended: SYMPTOMS[fails] ?? 'answer' });
    if (fails === undefined) {
      const part = (delta, finish_reason) =>
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${part({ role: 'assistant', content: 'ok' }, null)}${part({}, 'stop')}data: [DONE]\n\n`);
      return;
    }
    const message = fails === 'long' ? 'maximum context length exceeded: prompt is too long' : `fails with ${fails}`;
    response.writeHead(fails === 'long' ? 400 : fails, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message, type: fails === 'long' ? 'context_length_exceeded' : 'stub' } }));
  });
});

// What OpenClaw calls.
function really(name, folder, file) {
  const args = ['agent', 'exec', '--config', file, '--cwd', join(folder, 'work'), '--json', 'hi'];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    OPENCLAW_STATE_DIR: join(folder, 'state'),
    OPENCLAW_OFFLINE: '1',
    DO_NOT_TRACK: '1',
    NODE_COMPILE_CACHE: join(tmpdir(), 'openclaw-compiled'),
  };
  const node = ['--import', join(here, 'hurry.mjs'), join(here, 'node_modules', 'openclaw', 'openclaw.mjs')];
  const run = spawn(process.execPath, [...node, ...args], { env, cwd: join(folder, 'work'), timeout: 120_000 });
  let shown = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (part) => (shown += part));
  return new Promise((done) => run.on('close', () => done({ calls: seen.get(name), shown })));
}

// What routec says it calls while the calls end so in turn, and the last of these for ever.
function predicted(file, ends) {
  const on = ends.join(',') || 'answer';
  const run = spawnSync(routec, ['trace', 'agents.defaults.model', file, '--format', 'json', '--on', on]);
  if (run.status !== 0) throw new Error(String(run.stderr));
  const steps = JSON.parse(run.stdout).steps;
  return steps.filter((step) => step.calls).map((step) => step.calls);
}

// A list of calls with repeats counted.
function told(calls) {
  const runs = [];
  for (const call of calls) {
    if (runs.at(-1)?.[0] === call) runs.at(-1)[1] += 1;
    else runs.push([call, 1]);
  }
  return runs.map(([call, times]) => (times > 1 ? `${call}*${times}` : call)).join(', ') || 'nobody';
}

let failed = 0;
async function compare(name, port) {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
  mkdirSync(join(folder, 'work'));
  const file = join(folder, 'openclaw.json');
  writeFileSync(file, JSON.stringify(config(name, port, CASES[name])));
  const { calls: made, shown } = await really(name, folder, file);
  const calls = made.map((call) => call.called);
  const wanted = told(predicted(file, made.map((call) => call.ended)));
  const holds = told(calls) === wanted;
  if (!holds) failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${wanted}`);
  if (!holds) console.log(`     OpenClaw calls ${told(calls)}\n     ${shown.slice(-600)}`);
  rmSync(folder, { recursive: true, force: true });
}

await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const { port } = server.address();
const names = Object.keys(CASES).filter((name) => only.length === 0 || only.some((part) => name.includes(part)));
const waiting = [...names];
// Two at a time: almost all of a run is the start of OpenClaw.
const worker = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await compare(name, port);
};
await Promise.all([worker(), worker()]);
server.close();
console.log(`${names.length - failed} walks agree, ${failed} do not`);
process.exitCode = failed === 0 && names.length > 0 ? 0 : 1;
