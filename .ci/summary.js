/**
 * Adds up what the test runner left (JSON, twice) and the Linux report, and prints `N passed, N failed` as the last line.
 *
 * Usage: node .ci/summary.js FOLDER NPM_CI_BROKEN TEST_EXIT LINUX_EXIT LINUX_OPS BROWSER_EXIT
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, broken, testExit, linuxExit, linuxOps, browserExit] = process.argv.slice(2);

const read = name => {
  try {
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
};

let passed = 0;
let failed = 0;

/** Adds what one run of the test runner left; `exit` is what it ended with. */
const add = (name, file, exit) => {
  const tests = read(file);
  if (tests === undefined) {
    console.log(`${name}: the test runner left no result`);
    failed++;
    return;
  }
  passed += tests.numPassedTests;
  // A file that does not even load has no failed test of its own.
  const unloaded = tests.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const broke = tests.numFailedTests + unloaded;
  failed += broke;
  if (tests.numPendingTests > 0) console.log(`${name}: ${tests.numPendingTests} skipped`);
  if (exit !== '0' && broke === 0) {
    console.log(`${name}: ended with exit code ${exit} although no test failed`);
    failed++;
  }
};

add('tests', 'tests.json', testExit);
add('browser', 'browser.json', browserExit);
if (broken !== '0') {
  console.log('npm ci failed');
  failed++;
}

// A short run cannot exercise every rule, so INCONCLUSIVE (exit code 4) passes here if everything that ran agreed.
const linux = read('linux.json');
const agreed =
  (linuxExit === '0' || linuxExit === '4') &&
  linux !== undefined &&
  linux.failures.length === 0 &&
  linux.errors.length === 0 &&
  linux.ops >= Number(linuxOps);
if (agreed) {
  console.log(`linux: ${linux.ops} operations on ${linux.target.version}, no divergence`);
  passed++;
} else {
  console.log(
    `linux: ${linux === undefined ? 'no report' : `${linux.failures.length} divergences`}, exit code ${linuxExit}`,
  );
  failed++;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
