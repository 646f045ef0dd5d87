// Holds the walks that `routec trace` shows of Portkey configs against the calls that Portkey's gateway makes.
// `npm ci` comes first; gateway and provider run on the loopback. Usage: node check.mjs ROUTEC
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [routec] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'portkey-'));
const SYMPTOMS = { 'rate-limit': 429, overloaded: 503, auth: 401, billing: 402, 'not-entitled': 404, 'content-policy': 400 };

// The provider: the key of a call says which target it is, and the script how the call ends.
let calls = [];
let script = [];
const stub = http.createServer((request, response) => {
  const symptom = script[calls.length];
  calls.push((request.headers.authorization ?? '').replace('Bearer ', ''));
  request.resume();
  request.on('end', () => {
    if (symptom === 'timeout') {
      // With a timeout the gateway gives up; without one the connection breaks.
      if (timed) return;
      request.socket.destroy();
      return;
    }
    const status = SYMPTOMS[symptom] ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? '{"id":"x","object":"chat.completion","choices":[]}' : '{"error":{"message":"no"}}');
  });
});
let timed = false;

const address = await new Promise((ready) => stub.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${stub.address().port}`)));
const port = 20_000 + (process.pid % 20_000);
const gateway = spawn(
  process.execPath,
  ['--require', join(here, 'preload.cjs'), join(here, 'node_modules/@portkey-ai/gateway/build/start-server.js'), '--headless', `--port=${port}`],
  { stdio: 'ignore' },
);
for (let tries = 0; ; tries += 1) {
  const up = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  if (up) break;
  if (tries > 100 || gateway.exitCode !== null) {
    console.log('FAIL the gateway does not start');
    process.exit(1);
  }
  await new Promise((next) => setTimeout(next, 100));
}

// Configs are written without keys and hosts: each target gets its own place in the tree as its key.
function placed(node, path = '') {
  if (!node.targets) return { provider: 'openai', custom_host: address, api_key: path || 'config', ...node };
  return { ...node, targets: node.targets.map((target, number) => placed(target, `${path ? `${path}.` : ''}targets[${number}]`)) };
}

const hasTimeout = (node) => Boolean(node.request_timeout) || (node.targets ?? []).some(hasTimeout);

// The label of a target, and that of a load balance for those it may choose: which one is chance.
function groups(node, path = '', balance = undefined, out = {}) {
  const own = node.strategy?.mode === 'loadbalance' ? path : balance;
  if (!node.targets) out[path || 'config'] = balance ?? (path || 'config');
  (node.targets ?? []).forEach((target, number) => groups(target, `${path ? `${path}.` : ''}targets[${number}]`, own, out));
  return out;
}

async function asked(config, shows, metadata) {
  calls = [];
  script = shows;
  timed = hasTimeout(config);
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-portkey-config': JSON.stringify(placed(config)),
      'x-portkey-metadata': JSON.stringify(metadata ?? {}),
    },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }),
  });
  await response.text();
  return calls;
}

function traced(config, shows, branch) {
  const file = join(folder, 'chat.json');
  writeFileSync(file, JSON.stringify(placed(config)));
  const run = spawnSync(routec, ['trace', branch ? `chat/${branch}` : 'chat', file, '--on', shows.join(','), '--format', 'json']);
  if (run.status !== 0) return [`routec: ${run.stderr}`];
  return JSON.parse(String(run.stdout)).steps.filter((step) => step.calls).map((step) => step.calls);
}

const fallback = (targets, codes, more = {}) => ({
  strategy: { mode: 'fallback', ...(codes ? { on_status_codes: codes } : {}) },
  targets,
  ...more,
});
const balance = (...targets) => ({ strategy: { mode: 'loadbalance' }, targets });
const retry = (attempts, codes) => ({ retry: { attempts, ...(codes ? { on_status_codes: codes } : {}) } });
const always = (symptom) => Array(40).fill(symptom);
const conditional = (vip, rest) => ({
  strategy: { mode: 'conditional', conditions: [{ query: { 'metadata.plan': 'vip' }, then: 'vip' }], default: 'rest' },
  targets: [{ name: 'vip', ...vip }, { name: 'rest', ...rest }],
});

// By hand: what each shows, the config, how the calls end; for conditions also the metadata and the branch.
const cases = [
  ['one target', {}, ['overloaded']],
  ['one target that retries', retry(2), always('rate-limit')],
  ['retries leave other statuses alone', retry(2), ['auth']],
  ['any failure goes on', fallback([{}, {}, {}]), ['content-policy', 'auth', 'billing']],
  ['a listed status goes on', fallback([{}, {}], [429]), ['rate-limit', 'overloaded']],
  ['another one ends it', fallback([{}, {}], [429]), ['overloaded']],
  ['an empty list ends all', fallback([{}, {}], []), ['rate-limit']],
  ['a timeout is 408', fallback([{}, {}], [429], { request_timeout: 150 }), ['timeout']],
  ['408 in the list', fallback([{}, {}], [408], { request_timeout: 150 }), ['timeout', 'answer']],
  ['a broken connection is 500', fallback([{}, {}], [429, 503]), ['timeout']],
  ['500 in the list', fallback([{}, {}], [500]), ['timeout', 'answer']],
  ['a broken connection is retried whatever the list', fallback([{}, {}], [500], retry(2, [429])), ['timeout', 'timeout', 'timeout', 'answer']],
  ['retries before going on', fallback([{}, {}], undefined, retry(2)), always('overloaded')],
  ['retries count for the target, not for the symptom', fallback([{}, {}], [429], retry(2)), ['rate-limit', 'overloaded', 'rate-limit', 'answer']],
  ['mixed statuses use up the same retries', fallback([{}, {}], [429], retry(2)), ['overloaded', 'rate-limit', 'overloaded', 'answer']],
  ['a target replaces the retries around it', fallback([retry(0), {}], undefined, retry(2, [429])), always('rate-limit')],
  ['the inner fallback first', fallback([fallback([{}, {}], [429]), {}], undefined), ['overloaded', 'answer']],
  ['then the outer one', fallback([fallback([{}, {}], [429]), {}], [429, 503]), ['rate-limit', 'overloaded', 'answer']],
  ['the last status decides further out', fallback([fallback([{}, {}]), {}], [429]), ['rate-limit', 'overloaded', 'answer']],
  ['a nested group as second', fallback([{}, fallback([{}, {}], [401])]), ['auth', 'auth', 'billing', 'answer']],
  ['a balance does not go on', balance({ weight: 1 }, { weight: 1 }), ['overloaded', 'answer']],
  ['a fallback around a balance does', fallback([balance({}, {}), {}]), ['overloaded', 'answer']],
  ['a balance as the second', fallback([{}, balance({}, {})], [429]), ['rate-limit', 'rate-limit', 'answer']],
  ['a single target of a group', { strategy: { mode: 'single' }, targets: [{}, {}] }, ['overloaded']],
  ['a condition that holds', conditional(fallback([{}, {}]), {}), ['auth', 'answer'], { plan: 'vip' }, 'vip'],
  ['the default', conditional(fallback([{}, {}]), {}), ['auth', 'answer'], {}, 'rest'],
  ['a condition within a fallback', fallback([conditional({}, fallback([{}, {}], [429])), {}], [429, 401]), ['auth', 'answer'], {}, 'rest'],
];

// By chance, the same each time.
let seed = 20_261_125;
const random = (below) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};
const LISTS = [undefined, undefined, [429], [429, 503], [401, 503], [408, 429, 500, 502, 503, 504], [402, 404]];
function grown(depth) {
  const leaf = () => (random(4) === 0 ? retry(1 + random(2), LISTS[random(LISTS.length)]) : {});
  if (depth === 0 || random(3) === 0) return leaf();
  const targets = Array.from({ length: 2 + random(2) }, () => grown(depth - 1));
  return fallback(targets, LISTS[random(LISTS.length)], random(4) === 0 ? retry(1) : {});
}
for (let number = 1; number <= 40; number += 1) {
  const shown = Object.keys(SYMPTOMS);
  const shows = Array.from({ length: 30 }, () => (random(12) === 0 ? 'answer' : shown[random(shown.length)]));
  cases.push([`tree ${number}`, fallback([grown(2), grown(2), grown(1)], LISTS[random(LISTS.length)]), shows]);
}

let passed = 0;
let failed = 0;
for (const [name, config, shows, metadata, branch] of cases) {
  const filled = [...shows, ...Array(Math.max(0, 40 - shows.length)).fill('answer')];
  const got = await asked(config, filled, metadata);
  const told = traced(config, filled, branch);
  const label = groups(config);
  // A target with a name is told by it.
  const names = {};
  const walk = (node, path) => {
    if (node.name) names[node.name] = path;
    (node.targets ?? []).forEach((target, number) => walk(target, `${path ? `${path}.` : ''}targets[${number}]`));
  };
  walk(config, '');
  const same = (list) => JSON.stringify(list.map((call) => label[names[call] ?? call] ?? call));
  if (same(got) === same(told)) {
    passed += 1;
    continue;
  }
  failed += 1;
  console.log(`FAIL ${name}: ${JSON.stringify(config)}\n     on ${filled.slice(0, 12).join(',')}\n     gateway ${same(got)}\n     routec  ${same(told)}`);
}
gateway.kill();
stub.closeAllConnections();
stub.close();
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
