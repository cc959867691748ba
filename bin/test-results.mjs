// Reads the reports that bin/test leaves in artifacts/test-results.
//   test-results.mjs line SUITE   one line about a suite
//   test-results.mjs times        how long each class and file took
//   test-results.mjs sum          each failed test with its first message and its log, then `N passed, N failed`; exit code 1 if any failed
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'artifacts/test-results');
const [command, only] = process.argv.slice(2);

/**
 * @typedef {{ group: string, name: string, status: 'passed' | 'failed' | 'skipped', ms: number, message?: string }} Test
 * `group` is the class or file of the test.
 */

/** The reports' formats by the ends of their names: each makes tests of what it reads. @type {Record<string, (text: string) => Test[]>} */
const formats = {
  '.exit': (text) => [{ group: 'checks', name: '', status: text.trim() === '0' ? 'passed' : 'failed', ms: 0 }],

  '.ctrf.json': (text) =>
    JSON.parse(text).results.tests.map(({ name, status, duration, message }) => {
      const method = name.split('(')[0];
      return {
        group: method.slice(0, method.lastIndexOf('.')),
        name,
        status: status === 'passed' || status === 'skipped' ? status : 'failed',
        ms: duration,
        message,
      };
    }),

  '.vitest.json': (text) =>
    JSON.parse(text).testResults.flatMap(({ name: file, message, status, assertionResults }) => {
      const group = relative(root, file);
      // A file that can't be loaded has no tests, only a message.
      if (status === 'failed' && assertionResults.length === 0) return [{ group, name: group, status, ms: 0, message }];
      return assertionResults.map((test) => ({
        group,
        name: test.fullName,
        status: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
        ms: test.duration ?? 0,
        message: test.failureMessages?.[0],
      }));
    }),

  '.playwright.json': (text) => {
    const report = JSON.parse(text);
    const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
    const tests = report.suites.flatMap(specsOf).flatMap((spec) =>
      spec.tests.map((test) => ({
        group: `web/e2e/${spec.file}`,
        name: spec.title,
        status: test.status === 'expected' ? 'passed' : test.status === 'skipped' ? 'skipped' : 'failed',
        ms: test.results.reduce((sum, result) => sum + result.duration, 0),
        message: test.results.findLast((result) => result.error)?.error.message,
      })),
    );
    return [...tests, ...report.errors.map((error) => ({ group: 'web/e2e', name: 'the suite', status: 'failed', ms: 0, message: error.message }))];
  },
};

/** The tests of a suite. One without a readable report, or without a test, has crashed or was ended: that is one failure. @returns {Test[]} */
function testsOf(suite) {
  const ending = Object.keys(formats).find((end) => existsSync(join(folder, suite + end)));
  let problem = 'It ended without a report.';
  if (ending) {
    try {
      const tests = formats[ending](readFileSync(join(folder, suite + ending), 'utf8'));
      if (tests.length > 0) return tests.map((test) => ({ ...test, name: test.name || suite }));
      problem = 'It ran no test.';
    } catch (error) {
      problem = `Its report can't be read: ${error.message}`;
    }
  }
  const running = stillRunning(suite);
  const message = running.length > 0 ? `${problem} These tests were running: ${running.join(', ')}` : problem;
  return [{ group: suite, name: suite, status: 'failed', ms: 0, message }];
}

/** What the log named last as running for long. @returns {string[]} */
function stillRunning(suite) {
  const log = readIfThere(join(folder, `${suite}.log`));
  const block = log.slice(Math.max(0, log.lastIndexOf('::')));
  return [...block.matchAll(/\[Long Running Test\] '([^']+)'/g)].map((match) => match[1]);
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Every suite that left a log, in the order of its end. */
function suites() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => basename(name, '.log'));
}

/** Where nothing may be skipped, what is skipped has failed. @param {Test[]} tests */
function count(tests) {
  const skipped = tests.filter((test) => test.status === 'skipped').length;
  const strict = process.env.CI === 'true';
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + (strict ? skipped : 0),
    skipped: strict ? 0 : skipped,
  };
}

function printLine(suite) {
  const { passed, failed, skipped } = count(testsOf(suite));
  console.log(`${failed === 0 ? '✓' : '✗'} ${suite}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}

function printTimes() {
  /** @type {Map<string, { seconds: number, tests: number }>} */
  const groups = new Map();
  for (const suite of suites()) {
    for (const { group, ms } of testsOf(suite)) {
      const key = `${suite} | ${group.replace(/^FastChat\.\w+Tests\./, '')}`;
      const { seconds, tests } = groups.get(key) ?? { seconds: 0, tests: 0 };
      groups.set(key, { seconds: seconds + ms / 1000, tests: tests + 1 });
    }
  }
  console.log('| suite | class or file | tests | seconds |\n| --- | --- | ---: | ---: |');
  for (const [key, { seconds, tests }] of [...groups].sort((a, b) => b[1].seconds - a[1].seconds)) {
    if (seconds >= 0.1) console.log(`| ${key} | ${tests} | ${seconds.toFixed(1)} |`);
  }
}

function printSum() {
  let [passed, failed] = [0, 0];
  for (const suite of suites()) {
    const tests = testsOf(suite);
    const sum = count(tests);
    passed += sum.passed;
    failed += sum.failed;
    const bad = tests.filter((test) => test.status === 'failed' || (test.status === 'skipped' && process.env.CI === 'true'));
    for (const { name, status, message } of bad) {
      const first = status === 'skipped' ? `It was skipped. ${message ?? ''}` : firstLines(message ?? lastLine(suite));
      console.log(`✗ ${name}\n    ${first}\n    ${relative(root, join(folder, `${suite}.log`))}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** Playwright colors its messages. */
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, '');
const firstLines = (message) => plain(message).trim().split('\n').slice(0, 3).join('\n    ');
const lastLine = (suite) => readIfThere(join(folder, `${suite}.log`)).trim().split('\n').at(-1) ?? '';

if (command === 'line') printLine(only);
else if (command === 'times') printTimes();
else printSum();
