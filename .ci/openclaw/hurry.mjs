// Loaded into OpenClaw before anything else: waits between its retries pass two hundred times as fast.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);
const timers = require('node:timers');
const promises = require('node:timers/promises');
const [wait, sleep] = [globalThis.setTimeout, promises.setTimeout];
// Retries wait between half a second and thirty; what is longer are limits, and what is shorter is not worth it.
const hurried = (ms) => (ms >= 400 && ms <= 30_000 ? ms / 200 : ms);

function setTimeoutHurried(then, ms, ...rest) {
  return wait(then, hurried(ms), ...rest);
}
Object.defineProperty(setTimeoutHurried, Symbol.for('nodejs.util.promisify.custom'), {
  value: (ms, value) => new Promise((done) => setTimeoutHurried(() => done(value), ms)),
});
globalThis.setTimeout = setTimeoutHurried;
timers.setTimeout = setTimeoutHurried;
promises.setTimeout = (ms, value, options) => sleep(hurried(ms), value, options);
syncBuiltinESMExports();
