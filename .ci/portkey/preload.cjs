// Keeps the gateway on the loopback, and shortens the waits between retries: they are a second and more.
const net = require('node:net');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number') return listen.call(this, args[0], '127.0.0.1', args.find((arg) => typeof arg === 'function'));
  if (args[0] && typeof args[0] === 'object') return listen.call(this, { ...args[0], host: '127.0.0.1' }, ...args.slice(1));
  return listen.apply(this, args);
};

const wait = globalThis.setTimeout;
globalThis.setTimeout = (call, delay, ...args) => wait(call, delay >= 900 && delay <= 40_000 ? delay / 200 : delay, ...args);
