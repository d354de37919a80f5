/**
 * Adds up the test runner's JSON and the Linux report, and prints `N passed, N failed` as the last line.
 *
 * Usage: node .ci/summary.js FOLDER NPM_CI_BROKEN TEST_EXIT LINUX_EXIT LINUX_OPS
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, broken, testExit, linuxExit, linuxOps] = process.argv.slice(2);

const read = name => {
  try {
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
};

let passed = 0;
let failed = 0;

const tests = read('tests.json');
if (tests === undefined) {
  console.log('tests: the test runner left no result');
  failed++;
} else {
  passed += tests.numPassedTests;
  failed += tests.numFailedTests;
  // A file that does not even load has no failed test of its own.
  failed += tests.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  if (tests.numPendingTests > 0) console.log(`tests: ${tests.numPendingTests} skipped`);
  if (testExit !== '0' && failed === 0) {
    console.log(`tests: npm test ended with exit code ${testExit} although no test failed`);
    failed++;
  }
}
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
