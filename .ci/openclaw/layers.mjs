// Puts the same variables around the same file, and compares the chain that OpenClaw resolves with the one routec reads.
// `npm ci` comes first; OpenClaw is kept off the network.
// Usage: node layers.mjs ROUTEC
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [routec, ...only] = process.argv.slice(2);

// For each case what every rank sets, `own` being `env.vars`, and the chain. The texts of the chain that a variable does
// not fill stay as they are, and OpenClaw takes what stands before a slash for a provider.
const CASES = {
  'the process wins over everything': {
    process: { A: 'alpha/p', B: 'beta/p' },
    workspace: { A: 'alpha/w' },
    state: { A: 'alpha/s', B: 'beta/s' },
    own: { A: 'alpha/o', B: 'beta/o' },
    asks: ['${A}', '${B}'],
  },
  'the workspace wins over the state, and the state over env.vars': {
    workspace: { A: 'alpha/w' },
    state: { A: 'alpha/s', B: 'beta/s' },
    own: { B: 'beta/o', C: 'gamma/o' },
    asks: ['${A}', '${B}', '${C}'],
  },
  'an empty variable of the process hides the files, and not env.vars': {
    process: { A: '', B: '' },
    state: { A: 'alpha/s', B: 'beta/s' },
    own: { A: 'alpha/o' },
    asks: ['${A}', 'x/${B}'],
  },
  'a blank one too': {
    process: { A: '  ' },
    state: { A: 'alpha/s' },
    own: { A: 'alpha/o' },
    asks: ['${A}'],
  },
  'an empty variable of the workspace hides the state': {
    workspace: { A: '' },
    state: { A: 's' },
    asks: ['x/${A}'],
  },
  'the workspace sets no variable of OpenClaw, of a provider or of an address': {
    workspace: {
      OPENCLAW_X: 'w',
      CODEX_API_KEY: 'w',
      ACME_BASE_URL: 'w',
      ACME_SKIP_AUTH: 'w',
      HTTPS_PROXY: 'w',
      DATABASE_URL: 'w',
      ACME_MODEL: 'w',
    },
    state: { CODEX_API_KEY: 's' },
    own: { OPENCLAW_X: 'o' },
    asks: [
      'x/${ACME_MODEL}',
      'x/${OPENCLAW_X}',
      'x/${ACME_BASE_URL}',
      'x/${ACME_SKIP_AUTH}',
      'x/${HTTPS_PROXY}',
      'x/${DATABASE_URL}',
    ],
  },
  'env.vars sets neither what starts programs nor what holds a variable': {
    own: { NODE_OPTIONS_X: 'o', LD_X: 'o', JAVA_OPTS: 'o', A: 'a${B}', B: 'o' },
    asks: ['x/${NODE_OPTIONS_X}', 'x/${LD_X}', 'x/${JAVA_OPTS}', 'x/${A}', 'x/${B}'],
  },
  'gateway.env comes behind the state': {
    state: { A: 'alpha/s' },
    gateway: { A: 'alpha/g', B: 'beta/g' },
    own: { B: 'beta/o' },
    asks: ['${A}', '${B}'],
  },
  'files are read as the package dotenv reads them': {
    text: 'export A = s # why\nB=b#c\nC="s t"\nD=\'$A\'\nE: e\nF\nA=last\nG=`q"`\n',
    asks: ['x/${A}', 'x/${B}', 'x/${C}', 'x/${D}', 'x/${E}', 'x/${F}', 'x/${G}', 'x/$${A}'],
  },
};

function config({ asks, own }) {
  const provider = (id) => [
    id,
    { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none', models: [{ id: 'm', name: 'm' }] },
  ];
  return {
    agents: { defaults: { model: { primary: asks[0], fallbacks: asks.slice(1) }, modelPolicy: {} } },
    ...(own ? { env: { vars: own } } : {}),
    models: {
      mode: 'replace',
      catalogRefresh: { enabled: false },
      providers: Object.fromEntries(['alpha', 'beta', 'gamma', 'x'].map(provider)),
    },
    update: { checkOnStart: false },
  };
}

const lines = (set) => Object.entries(set).map(([name, value]) => `${name}="${value}"\n`).join('');

// What OpenClaw resolves.
async function really(folder, layers) {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    OPENCLAW_OFFLINE: '1',
    DO_NOT_TRACK: '1',
    NODE_COMPILE_CACHE: join(tmpdir(), 'openclaw-compiled'),
    ...layers.process,
  };
  const args = [join(here, 'node_modules', 'openclaw', 'openclaw.mjs'), 'models', 'status', '--json'];
  const run = spawn(process.execPath, args, { env, cwd: join(folder, 'work'), timeout: 120_000 });
  let told = '';
  let shown = '';
  run.stdout.on('data', (part) => (told += part));
  run.stderr.on('data', (part) => (shown += part));
  await new Promise((done) => run.on('close', done));
  try {
    const { resolvedDefault, fallbacks } = JSON.parse(told.slice(told.indexOf('{')));
    return { chain: [resolvedDefault, ...fallbacks], shown };
  } catch {
    return { chain: [], shown: told + shown };
  }
}

// What routec reads: the hops of the graph, in order.
function read(folder, layers) {
  const args = ['graph', join(folder, '.openclaw', 'openclaw.json'), '--format', 'json'];
  for (const kind of ['process', 'workspace', 'gateway']) {
    if (!layers[kind]) continue;
    const file = join(folder, `${kind}.env`);
    writeFileSync(file, lines(layers[kind]));
    args.push('--env', `${kind}=${file}`);
  }
  const run = spawnSync(routec, args);
  if (run.status !== 0) throw new Error(String(run.stderr));
  const { nodes, edges } = JSON.parse(run.stdout);
  const hops = edges.filter((edge) => edge.from === 'agents.defaults.model').sort((a, b) => a.step - b.step);
  return [nodes.find((node) => node.name === 'agents.defaults.model').targets[0], ...hops.map((hop) => hop.to)];
}

let failed = 0;
async function compare(name) {
  const layers = CASES[name];
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
  for (const part of ['work', '.openclaw', join('.config', 'openclaw')]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, '.openclaw', 'openclaw.json'), JSON.stringify(config(layers)));
  if (layers.workspace) writeFileSync(join(folder, 'work', '.env'), lines(layers.workspace));
  if (layers.gateway) writeFileSync(join(folder, '.config', 'openclaw', 'gateway.env'), lines(layers.gateway));
  const state = layers.text ?? (layers.state && lines(layers.state));
  if (state) writeFileSync(join(folder, '.openclaw', '.env'), state);
  const { chain, shown } = await really(folder, layers);
  const wanted = read(folder, layers);
  const holds = JSON.stringify(chain) === JSON.stringify(wanted);
  if (!holds) failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${JSON.stringify(wanted)}`);
  if (!holds) console.log(`     OpenClaw resolves ${JSON.stringify(chain)}\n     ${shown.slice(-600)}`);
  rmSync(folder, { recursive: true, force: true });
}

const names = Object.keys(CASES).filter((name) => only.length === 0 || only.some((part) => name.includes(part)));
const waiting = [...names];
// Two at a time: almost all of a run is the start of OpenClaw.
const worker = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await compare(name);
};
await Promise.all([worker(), worker()]);
console.log(`${names.length - failed} of ${names.length} agree`);
process.exitCode = failed === 0 && names.length > 0 ? 0 : 1;
