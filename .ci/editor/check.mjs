// Checks the JSON Schemas in the language server that most editors use for YAML: what it reports, offers and shows in the
// example files. `npm ci` comes first; the server itself is kept off the network.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const example = join(root, 'examples', 'acme');
const schemas = join(root, 'schema');
const server = join(here, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
const PATIENCE = 20_000; // milliseconds for one answer

// Which files of a project each schema is for, as a user would write it into `yaml.schemas`.
const KINDS = {
  'route-table': 'routes/*.yaml',
  catalog: 'catalog/*.yaml',
  policy: 'policies/*.yaml',
  project: 'routec.yaml',
  expectations: 'expectations/*.yaml',
};
const schemaPath = (kind) => join(schemas, `${kind}.schema.json`);

// ---------------------------------------------------------------------------------------------------------------------
// A client of the Language Server Protocol: as much of one as is needed here.

class Client {
  #buffer = Buffer.alloc(0);
  #lastId = 0;
  #version = 0; // the server takes a text of the same path and version for the same text
  #waiting = new Map(); // id of a request -> its promise
  #diagnostics = new Map(); // URI -> published, not yet taken
  #readers = new Map(); // URI -> waits for the next publication
  #configured = [];
  #noise = '';
  settings = {};
  refused = []; // what the server tried to get from elsewhere

  constructor() {
    // Whoever opens a connection is told so, and does not get one.
    const guard = `import net from 'node:net';
      net.Socket.prototype.connect = function (...to) {
        process.stderr.write('CONNECTION ' + JSON.stringify(to.flat().find((x) => x && (x.host || x.port || x.path))) + '\\n');
        process.nextTick(() => this.destroy(new Error('no network here')));
        return this;
      };`;
    this.process = spawn(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(guard)}`, server, '--stdio'],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.process.stdout.on('data', (chunk) => this.#read(chunk));
    this.process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#noise += text;
    });
    this.process.on('error', (error) => this.#end(`the server cannot be started: ${error.message}`));
    this.process.on('exit', (code) => this.#end(`the server ended with ${code}`));
    this.process.stdin.on('error', () => {});
  }

  get connections() {
    return [...this.#noise.matchAll(/^CONNECTION .*$/gm)].map((match) => match[0]);
  }

  #end(why) {
    const error = new Error(`${why}\n${this.#noise}`);
    for (const { reject } of [...this.#waiting.values(), ...this.#readers.values(), ...this.#configured]) reject(error);
  }

  #read(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#buffer.toString('latin1', 0, end))[1]);
      if (this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.toString('utf8', end + 4, end + 4 + length);
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#receive(JSON.parse(body));
    }
  }

  #receive({ id, method, params, result, error }) {
    if (method === undefined) {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    } else if (id !== undefined) {
      this.#answer(id, method, params);
    } else if (method === 'textDocument/publishDiagnostics') {
      const reader = this.#readers.get(params.uri);
      this.#readers.delete(params.uri);
      if (reader) reader.resolve(params.diagnostics);
      else this.#diagnostics.set(params.uri, [...(this.#diagnostics.get(params.uri) ?? []), params.diagnostics]);
    }
  }

  #answer(id, method, params) {
    if (method === 'workspace/configuration') {
      this.#write({ id, result: params.items.map(({ section }) => this.settings[section] ?? null) });
      if (params.items.some(({ section }) => section === 'yaml')) this.#configured.shift()?.resolve();
    } else if (method === 'client/registerCapability' || method === 'client/unregisterCapability') {
      this.#write({ id, result: null });
    } else {
      this.refused.push(`${method} ${JSON.stringify(params)}`);
      this.#write({ id, error: { code: -32601, message: `${method} is not answered here` } });
    }
  }

  #write(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #promise(what, keep) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer: ${what}`)), PATIENCE);
      const settle = (then) => (value) => {
        clearTimeout(timer);
        then(value);
      };
      keep({ resolve: settle(resolve), reject: settle(reject) });
    });
  }

  request(method, params) {
    const id = ++this.#lastId;
    const answer = this.#promise(method, (waiting) => this.#waiting.set(id, waiting));
    this.#write({ id, method, params });
    return answer;
  }

  notify(method, params) {
    this.#write({ method, params });
  }

  #published(uri) {
    const [first, ...others] = this.#diagnostics.get(uri) ?? [];
    if (first === undefined) return this.#promise(`diagnostics of ${uri}`, (reader) => this.#readers.set(uri, reader));
    this.#diagnostics.set(uri, others);
    return Promise.resolve(first);
  }

  async start() {
    const folder = pathToFileURL(root).href;
    await this.request('initialize', {
      processId: process.pid,
      rootUri: folder,
      workspaceFolders: [{ uri: folder, name: 'routec' }],
      capabilities: {
        workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true }, workspaceFolders: true },
        textDocument: { hover: { contentFormat: ['markdown'] }, completion: { completionItem: { snippetSupport: true } } },
      },
    });
    const configured = this.#promise('the first configuration', (waiting) => this.#configured.push(waiting));
    this.notify('initialized', {});
    await configured;
  }

  async configure(settings) {
    this.settings = settings;
    const configured = this.#promise('configuration', (waiting) => this.#configured.push(waiting));
    this.notify('workspace/didChangeConfiguration', { settings });
    await configured;
    await this.fence();
  }

  /** Waits until the server has worked off what it was sent: nothing that was published for it is still on its way. */
  async fence() {
    await this.request('textDocument/documentSymbol', { textDocument: { uri: 'file:///none.yaml' } });
  }

  /** Opens a text under the path of a file, waits for its diagnostics, asks, and closes it. */
  async with(path, text, ask = () => {}) {
    const uri = pathToFileURL(path).href;
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: ++this.#version, text } });
    const diagnostics = await this.#published(uri);
    const at = (offset) => ({ textDocument: { uri }, position: position(text, offset) });
    const answer = await ask({
      complete: async (offset) => {
        const list = await this.request('textDocument/completion', at(offset));
        return (list?.items ?? list ?? []).map((item) => item.label);
      },
      hover: async (offset) => {
        const hover = await this.request('textDocument/hover', at(offset));
        const contents = hover?.contents ?? '';
        return contents.value ?? [contents].flat().map((part) => part.value ?? part).join('\n');
      },
    });
    this.notify('textDocument/didClose', { textDocument: { uri } });
    await this.fence();
    this.#diagnostics.delete(uri);
    return { diagnostics, answer };
  }

  async stop() {
    await this.request('shutdown');
    this.process.removeAllListeners('exit');
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.notify('exit');
    await ended;
  }
}

function position(text, offset) {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1).length };
}

// ---------------------------------------------------------------------------------------------------------------------
// What a check is.

let passed = 0;
let failed = 0;

async function check(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}

function must(holds, message) {
  if (!holds) throw new Error(message);
}

const show = (diagnostics) =>
  diagnostics.map((one) => `line ${one.range.start.line + 1}: ${one.message.replaceAll('\n', ' ')}`).join('; ');

function clean(diagnostics) {
  must(diagnostics.length === 0, show(diagnostics));
}

/** That exactly these lines (counted from 1) carry diagnostics. */
function reportedAt(diagnostics, lines) {
  const found = [...new Set(diagnostics.map((one) => one.range.start.line + 1))].sort((a, b) => a - b);
  const wanted = [...lines].sort((a, b) => a - b);
  must(`${found}` === `${wanted}`, `wanted lines ${wanted}, found: ${show(diagnostics) || 'nothing'}`);
}

function offers(labels, wanted) {
  const missing = wanted.filter((word) => !labels.includes(word));
  must(missing.length === 0, `${missing.join(', ')} not among: ${labels.join(', ') || 'nothing'}`);
}

/** The text with the first match replaced; it must match, or the check would say nothing. */
function change(text, pattern, replacement) {
  must(pattern.test(text), `nothing in the example matches ${pattern}`);
  return text.replace(pattern, replacement);
}

const lineOf = (text, part) => {
  const offset = text.indexOf(part);
  must(offset >= 0, `${part} is not in the text`);
  return text.slice(0, offset).split('\n').length;
};

/** The place right after the mark `█`, and the text without the mark. */
function marked(text) {
  const offset = text.indexOf('█');
  must(offset >= 0, 'there is no mark');
  return [text.replace('█', ''), offset];
}

/** All descriptions that a schema gives to a property of this name. */
function descriptions(node, key) {
  if (node === null || typeof node !== 'object') return [];
  const own = node.properties?.[key]?.description;
  const nested = Object.values(node).flatMap((value) => descriptions(value, key));
  return typeof own === 'string' ? [own, ...nested] : nested;
}

/** The keys of a text, each with a place in its first occurrence. */
function keysOf(text) {
  const keys = new Map();
  for (const { 1: key, index } of text.matchAll(/(?<=^[^#\n]*)(?<![\w./-])([A-Za-z][\w-]*):(?=[ \n])/gm)) {
    if (!keys.has(key)) keys.set(key, index + 1);
  }
  return keys;
}

const plain = (markdown) => markdown.replaceAll('&nbsp;', ' ').replaceAll(/\\(?=[^A-Za-z0-9\s])/g, '').replaceAll(/\s+/g, ' ');

// ---------------------------------------------------------------------------------------------------------------------
// The checks.

const files = readdirSync(example, { recursive: true })
  .map((name) => join(example, name))
  .filter((path) => /\.ya?ml$/.test(path))
  .sort();
const inProject = (path) => relative(example, path).split(sep).join('/');
const kindOf = (path) =>
  Object.keys(KINDS).find((kind) => {
    const [folder, name] = KINDS[kind].split('/');
    return name === undefined ? inProject(path) === folder : inProject(path).startsWith(`${folder}/`);
  });
const read = (path) => readFileSync(path, 'utf8');
const MODELINE = /^# yaml-language-server: \$schema=(\S+)\n/;
const STRANGER = 'a-key-nobody-knows';

const client = new Client();
process.on('exit', () => client.process.kill());

const settings = (associations) => ({
  yaml: {
    validate: true,
    hover: true,
    completion: true,
    schemas: associations,
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
  },
});

async function everyFile(how, prepare) {
  for (const path of files) {
    const text = prepare(read(path), path);
    await check(`${inProject(path)}: no diagnostics${how}`, async () => {
      clean((await client.with(path, text)).diagnostics);
    });
    if (kindOf(path) === undefined) continue;
    // Without this, a schema that is not found would look like a clean file.
    await check(`${inProject(path)}: an unknown key is reported${how}`, async () => {
      const wrong = `${text.trimEnd()}\n${STRANGER}: 1\n`;
      const { diagnostics } = await client.with(path, wrong);
      reportedAt(diagnostics, [lineOf(wrong, STRANGER)]);
      must(diagnostics[0].message.includes(STRANGER), show(diagnostics));
    });
  }
}

async function main() {
  client.settings = settings({});
  await client.start();

  for (const kind of Object.keys(KINDS)) {
    await check(`${KINDS[kind]}: the example has such files, and their first line names ${kind}.schema.json`, async () => {
      const own = files.filter((path) => kindOf(path) === kind);
      must(own.length > 0, 'no such file');
      for (const path of own) {
        const named = MODELINE.exec(read(path))?.[1];
        must(named && join(path, '..', named) === schemaPath(kind), `${inProject(path)} names ${named}`);
      }
    });
  }

  // By the first line of each file.
  await everyFile(', schema by first line', (text) => text);

  // By the settings of the editor.
  await client.configure(
    settings(Object.fromEntries(Object.keys(KINDS).map((kind) => [pathToFileURL(schemaPath(kind)).href, [KINDS[kind]]]))),
  );
  await everyFile(', schema by settings', (text) => text.replace(MODELINE, '# A comment instead.\n'));

  const support = join(example, 'routes', 'support.yaml');
  const ladders = join(example, 'routes', 'ladders.yaml');

  // Mistakes.
  const unknownKey = (text) => change(text, /^( +)ladder: .*\n/m, '$&$1laddder: standard\n');
  const unknownWord = (text) => change(text, /tier: [a-z-]+/, 'tier: crucial');
  const mistakes = {
    'an unknown key': [unknownKey, 'laddder:', /laddder/],
    'a wrong word': [unknownWord, 'tier: crucial', /critical.*standard.*best-effort/s],
    'a duration without unit': [
      (text) => change(text, /deadline: ([0-9]+)[a-z]+/, 'deadline: $1'),
      /deadline: [0-9]+[,}]/,
      /./,
    ],
    'a step of no kind': [(text) => change(text, /ladder: .*\n/, '$&    failover:\n      timeout:\n        - retry: {}\n'), 'retry:', /retry/],
    'a step of two kinds': [
      (text) => change(text, /ladder: .*\n/, '$&    failover:\n      timeout:\n        - stop: {}\n          next-key: {}\n'),
      '- stop: {}',
      /./,
    ],
    'a missing key': [(text) => change(text, /^metadata: .*\n/m, 'metadata: {owner: nobody}\n'), 'metadata: {owner', /name/],
  };
  for (const [what, [mutate, part, message]] of Object.entries(mistakes)) {
    await check(`${inProject(support)}: ${what} is reported at its line`, async () => {
      const wrong = mutate(read(support));
      const { diagnostics } = await client.with(support, wrong);
      reportedAt(diagnostics, [lineOf(wrong, typeof part === 'string' ? part : part.exec(wrong)[0])]);
      must(message.test(show(diagnostics)), show(diagnostics));
    });
  }
  await check(`${inProject(support)}: three mistakes are reported at three lines`, async () => {
    // The first `tier` and the second `deadline`, which are in lines of their own.
    let wrong = unknownWord(unknownKey(read(support)));
    const second = wrong.indexOf('deadline: ', wrong.indexOf('deadline: ') + 1);
    wrong = wrong.slice(0, second) + change(wrong.slice(second), /deadline: ([0-9]+)[a-z]+/, 'deadline: $1');
    const { diagnostics } = await client.with(support, wrong);
    reportedAt(diagnostics, [
      lineOf(wrong, 'laddder:'),
      lineOf(wrong, 'tier: crucial'),
      wrong.slice(0, second).split('\n').length,
    ]);
  });

  // What is offered.
  const STEPS = ['backoff', 'next-key', 'fallback', 'stop'];
  const TIERS = ['critical', 'standard', 'best-effort'];
  const completions = {
    'a further step of a ladder': [ladders, (text) => change(text, /^( +)rate-limit:\n(?: +- .*\n)+/m, '$&$1  - █\n'), STEPS],
    'the first step of a ladder': [ladders, (text) => change(text, /^( +)rate-limit:\n(?: +- .*\n)+/m, '$1rate-limit:\n$1  - █\n'), STEPS],
    'the symptoms of a ladder': [ladders, (text) => change(text, /^( +)rate-limit:\n/m, '$1█\n$&'), ['any']],
    'a tier, in braces': [support, (text) => change(text, /tier: [a-z-]+}/, 'tier: █}'), TIERS],
    'a tier, on a line of its own': [
      support,
      (text) => change(text, /^( +)slo: {.*\n/m, '$1slo:\n$1  deadline: 90s\n$1  tier: █\n'),
      TIERS,
    ],
    'the keys of a route': [support, (text) => change(text, /^( +)ladder: .*\n/m, '$&$1█\n'), ['failover']],
    'the keys of a document': [support, (text) => `${text.trimEnd()}\n\n█\n`, ['waivers', 'targets']],
  };
  for (const [what, [path, prepare, wanted]] of Object.entries(completions)) {
    await check(`${inProject(path)}: ${what}: ${wanted.join(', ')} offered`, async () => {
      const [text, offset] = marked(prepare(read(path)));
      const { answer } = await client.with(path, text, ({ complete }) => complete(offset));
      offers(answer, wanted);
    });
  }

  // What is shown: the description of the key itself, not that of the kind of its value. `deadline` and `backoff` are
  // among the keys of the example, or the second check below would fail.
  const seen = new Set();
  for (const path of files.filter(kindOf)) {
    await check(`${inProject(path)}: hovering over each key shows its description`, async () => {
      const text = read(path);
      const schema = JSON.parse(read(schemaPath(kindOf(path))));
      const wrong = [];
      await client.with(path, text, async ({ hover }) => {
        for (const [key, offset] of keysOf(text)) {
          const wanted = descriptions(schema, key);
          if (wanted.length === 0) continue; // a name that the user gave
          const found = plain(await hover(offset));
          if (wanted.some((one) => found.includes(plain(one)))) seen.add(key);
          else wrong.push(`${key}: wanted “${wanted.join('” or “')}”, found “${found.slice(0, 100)}”`);
        }
      });
      must(wrong.length === 0, `${wrong.length} keys do not; the first: ${wrong[0]}`);
    });
  }
  await check('hovering over deadline, ladder, rate-limit, backoff and announce shows their descriptions', async () => {
    const missing = ['deadline', 'ladder', 'rate-limit', 'backoff', 'announce'].filter((key) => !seen.has(key));
    must(missing.length === 0, `not over ${missing.join(', ')}`);
  });

  await check('nothing was asked of the network or of the editor', async () => {
    must(client.connections.length === 0, client.connections.join('; '));
    must(client.refused.length === 0, client.refused.join('; '));
  });
  await client.stop();
}

try {
  await main();
} catch (error) {
  failed += 1;
  console.log(`FAILED  the language server: ${error.message}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
