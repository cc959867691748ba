// Prints how many times longer this machine takes now than a quiet machine with two cores: a number from 1 to 20, for FASTCHAT_TEST_PATIENCE.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What the work below takes on a quiet two-core machine (AMD EPYC, Node.js 20), in milliseconds. */
const reference = 600;

const cores = availableParallelism();
const work = `
  const { createHash } = require('node:crypto');
  let text = '';
  for (let round = 0; round < 120_000; round++) text = createHash('sha256').update(text + round).digest('hex');
  require('node:worker_threads').parentPort.postMessage(text);`;

// As many at once as there are cores, so that a core that something else uses counts.
const start = performance.now();
await Promise.all(
  Array.from({ length: cores }, () => new Promise((resolve, reject) => new Worker(work, { eval: true }).once('message', resolve).once('error', reject))),
);
const factor = ((performance.now() - start) / reference) * Math.max(1, 2 / cores);
console.log(Math.min(20, Math.max(1, factor)).toFixed(1));
