// Reads what `routec convert --to openclaw` writes with OpenClaw itself: valid without a warning, every reference known,
// and for every agent the chain that stands in the file. `npm ci` comes first; OpenClaw is kept off the network.
// Usage: node check.mjs ROUTEC INPUT…
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [routec, ...inputs] = process.argv.slice(2);
let passed = 0;
let failed = 0;

function check(name, holds, shown = '') {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds || !shown ? '' : `\n     ${shown}`}`);
}

// The one JSON object among what a command prints; notes may stand before it.
function answer(text) {
  const start = text.indexOf('{');
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

for (const input of inputs) {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-'));
  const file = join(folder, 'openclaw.json');
  const converted = spawnSync(routec, ['convert', input, '--to', 'openclaw@2026.9', '--output', file]);
  check(`${input}: routec writes a file`, converted.status === 0, String(converted.stderr));
  if (converted.status !== 0) continue;
  const config = JSON.parse(readFileSync(file, 'utf8'));
  const secrets = Object.values(config.models.providers).flatMap((provider) => provider.apiKey?.id ?? []);
  const env = {
    ...process.env,
    HOME: folder,
    OPENCLAW_STATE_DIR: join(folder, 'state'),
    OPENCLAW_CONFIG_PATH: file,
    OPENCLAW_OFFLINE: '1',
    DO_NOT_TRACK: '1',
    ...Object.fromEntries(secrets.map((name) => [name, 'not-a-secret'])),
  };
  const openclaw = (...args) => {
    const run = spawnSync(process.execPath, [join(here, 'node_modules', 'openclaw', 'openclaw.mjs'), ...args], {
      env,
      cwd: folder,
      timeout: 120_000,
    });
    return { status: run.status, told: answer(String(run.stdout)), shown: `${run.stdout}${run.stderr}` };
  };
  const valid = openclaw('config', 'validate', '--json');
  check(`${input}: OpenClaw takes the file`, valid.status === 0 && valid.told?.valid === true, valid.shown);
  check(`${input}: and warns of nothing`, valid.told?.warnings?.length === 0, valid.shown);
  const lint = openclaw('doctor', '--lint', '--only', 'core/doctor/model-references', '--severity-min', 'info', '--json');
  check(`${input}: every reference is known`, lint.told?.ok === true && lint.told.findings.length === 0, lint.shown);
  for (const [agent, { model }] of Object.entries(config.agents.entries)) {
    const status = openclaw('models', 'status', '--agent', agent, '--json');
    const seen = [status.told?.resolvedDefault, ...(status.told?.fallbacks ?? [])];
    const wanted = [model.primary, ...model.fallbacks];
    check(`${input}: ${agent} goes ${wanted.join(', ')}`, JSON.stringify(seen) === JSON.stringify(wanted), status.shown);
  }
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
