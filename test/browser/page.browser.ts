/** The HTML report in a real browser, opened from a file as a person would. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pageData } from '../../conformance/report/html-page.ts';
import type { PageData } from '../../conformance/report/html/data.ts';
import { render } from '../../conformance/report/formats.ts';
import type { FinishedRun } from '../../conformance/report/run-report.ts';
import { readRunLog, tallyOf } from '../../conformance/run-log/reader.ts';
import { command } from '../conformance/command.ts';
import { hostileRun } from '../conformance/hostile.ts';
import { browserIn } from './chromium.ts';

let folder: string;
let browser: BrowserContext;
let data: PageData;
let page: Page;
const troubles: string[] = [];

const fileOf = (name: string): string => pathToFileURL(path.join(folder, name)).href;

const open = async (name: string, hash = ''): Promise<void> => {
  page = await browser.newPage();
  page.on('pageerror', error => troubles.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('request', request => {
    if (!/^(?:file|data):/.test(request.url())) troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(fileOf(name) + hash);
};

const sidewaysScroll = (): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-browser-'));
  const log = path.join(folder, 'run.jsonl');
  const args = ['-t', 'mutant:async-space', '-n', '1500', '-s', '5', '--max-failures', '2', '--no-corpus'];
  await command(['run', ...args, '--log', log, '--save', folder]);
  const { head, events, seconds, interrupted } = readRunLog(log);
  const run: FinishedRun = { head, tally: tallyOf({ events }), seconds, interrupted };
  data = pageData(run);
  writeFileSync(path.join(folder, 'wrong.html'), render('html', run));
  writeFileSync(path.join(folder, 'hostile.html'), render('html', hostileRun()));
  browser = await browserIn(folder);
});

afterEach(async () => {
  await page.close();
  expect(troubles.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the overview', () => {
  test('shows the verdict, every failure and a square for each rule', async () => {
    await open('wrong.html');
    expect(await page.locator('h1').innerText()).toBe('NOT CONFORMANT');
    expect(await page.locator('.card').count()).toBe(data.failures.length);
    expect(await page.locator('.square').count()).toBe(data.rules.length);
    expect(await page.locator('.square.fail').count()).toBe(
      data.rules.filter(({ status }) => status === 'fail').length,
    );
  });

  test('opens the text and the evidence of a rule, and keeps its address', async () => {
    await open('wrong.html');
    await page.locator('.square[href="#rule/TXN-44"]').click();
    const rule = data.rules.find(({ id }) => id === 'TXN-44');
    expect(await page.locator('.rule-says').innerText()).toBe(rule?.says);
    expect(await page.locator('.rule-detail').innerText()).toContain(rule?.kernel[0]);
    expect(page.url()).toMatch(/#rule\/TXN-44$/);
  });

  test('finds rules by words and by status', async () => {
    await open('wrong.html');
    await page.getByRole('searchbox').fill('death notification');
    const wanted = data.rules.filter(({ id, says }) => `${id} ${says}`.toLowerCase().includes('death notification'));
    expect(wanted.length).toBeGreaterThan(1);
    expect(await page.locator('.square:not(.dimmed)').count()).toBe(wanted.length);
    await page.getByRole('searchbox').fill('');
    await page.getByLabel('Status').selectOption('not-applicable');
    expect(await page.locator('.found li a').count()).toBe(
      Math.min(60, data.rules.filter(({ status }) => status === 'not-applicable').length),
    );
  });
});

describe('the page of a failure', () => {
  const step = async (): Promise<string> => (await page.locator('.stepper output').innerText()).trim();
  /** Waits until the stepper shows `wanted`: the page follows its address, and that is announced after the key. */
  const shows = (wanted: string): Promise<void> => expect.poll(step, { timeout: 10_000 }).toBe(wanted);

  test('is reached from the overview and begins where it goes wrong', async () => {
    await open('wrong.html');
    await page.locator('.card').first().click();
    const { failing, steps, rule } = data.failures[0]!;
    await shows(`step ${failing + 1} of ${steps.length}`);
    expect(await page.locator('.failure-head').innerText()).toContain(rule);
    expect(await page.locator('.lanes .step').count()).toBe(steps.length);
  });

  test('is walked with the keyboard, and its address follows', async () => {
    await open('wrong.html', '#failure/1/step/1');
    const { steps } = data.failures[0]!;
    const seen: string[] = [];
    for (let at = 0; at < steps.length; at++) {
      await shows(`step ${at + 1} of ${steps.length}`);
      expect(page.url()).toMatch(new RegExp(`#failure/1/step/${at + 1}$`));
      seen.push(await page.locator('.step-panel header').innerText());
      await page.keyboard.press('ArrowRight');
    }
    expect(new Set(seen).size).toBe(steps.length);
    await page.keyboard.press('Home');
    await shows(`step 1 of ${steps.length}`);
    await page.keyboard.press('End');
    await shows(`step ${steps.length} of ${steps.length}`);
    await page.keyboard.press('ArrowLeft');
    await shows(`step ${steps.length - 1} of ${steps.length}`);
  });

  test('is walked with the buttons, the slider and the rows of the drawing', async () => {
    await open('wrong.html', '#failure/1/step/1');
    const { failing, steps } = data.failures[0]!;
    const at = (number: number): Promise<void> => shows(`step ${number} of ${steps.length}`);
    await page.getByLabel('Step forward').click();
    await at(2);
    await page.getByLabel('Step back').click();
    await at(1);
    await page.getByLabel('Step', { exact: true }).fill('3');
    await at(3);
    await page.locator('.lanes .step').nth(1).click();
    await at(2);
    await page.getByText('where it fails').click();
    await at(failing + 1);
  });

  test('marks the same place in the state of the specification and in that of the driver', async () => {
    const { failing } = data.failures[0]!;
    await open('wrong.html', `#failure/1/step/${failing + 1}`);
    expect(await page.locator('.differences tbody tr').first().innerText()).toContain('freeAsync');
    const marked = async (side: string): Promise<string> =>
      page.locator(`.column.${side} .fact.marked dd`).first().innerText();
    expect(Number(await marked('expected')) - Number(await marked('seen'))).toBe(8);
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('.fact.marked').count(), { timeout: 10_000 }).toBe(0);
  });

  test('draws the mapping with what is in it', async () => {
    const { failing, steps } = data.failures[0]!;
    await open('wrong.html', `#failure/1/step/${failing + 1}`);
    const buffers = (steps[failing]?.driver?.procs ?? []).flatMap(file => file.buffers);
    expect(await page.locator('.strip li.async, .strip li.live').count()).toBe(buffers.length);
    expect(await page.locator('.strip li.async').first().getAttribute('title')).toMatch(/sent by op \d+: oneway/);
  });

  test('shows what was allowed beside what was observed', async () => {
    const number = data.failures.findIndex(({ kind }) => kind === 'observation');
    const { failing } = data.failures[number]!;
    await open('wrong.html', `#failure/${number + 1}/step/${failing + 1}`);
    const [allowed, observed] = [page.locator('.pair .allowed'), page.locator('.pair .observed')];
    expect(await allowed.innerText()).toMatch(/ALLOWED/i);
    expect(await observed.innerText()).toMatch(/OBSERVED/i);
    expect(await page.locator('.verdict-of-step .differences tbody tr').count()).toBeGreaterThan(0);
  });

  test('copies the op log, the C program and the command', async () => {
    await open('wrong.html', '#failure/1/step/1');
    const { log, c, command: line } = data.failures[0]!;
    const copied = async (what: string): Promise<string> => {
      await page.locator(`[data-copy="${what}"]`).click();
      await page.locator(`[data-copy="${what}"]`, { hasText: 'Copied' }).waitFor();
      return page.evaluate('navigator.clipboard.readText()');
    };
    expect(await copied('op log')).toBe(log);
    expect(await copied('C')).toBe(c);
    expect(await copied('command')).toBe(line);
    expect(line).toMatch(/^npx binder-spec replay /);
  });

  test('that does not exist is the overview', async () => {
    await open('wrong.html', '#failure/999/step/1');
    expect(await page.locator('h1').innerText()).toBe('NOT CONFORMANT');
  });
});

describe('the look', () => {
  const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const brightness = (colour: string): number =>
    (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);

  test('follows the system until somebody chooses, and the choice lasts', async () => {
    await open('wrong.html');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    expect(brightness(await paper())).toBeLessThan(150);
    await page.getByLabel('Switch to light colours').click();
    expect(brightness(await paper())).toBeGreaterThan(600);
    await page.reload();
    expect(brightness(await paper())).toBeGreaterThan(600);
    await page.getByLabel('Switch to dark colours').click();
    expect(brightness(await paper())).toBeLessThan(150);
    await page.evaluate('localStorage.clear()');
  });

  test.each(['', '#rule/TXN-44', '#failure/1/step/1', '#failure/1/step/5', '#failure/2/step/5'])(
    'fits a phone at "%s"',
    async hash => {
      await open('wrong.html', hash);
      await page.setViewportSize({ width: 360, height: 780 });
      expect(await sidewaysScroll()).toBe(0);
    },
  );

  test('moves nothing for those who asked for that', async () => {
    await open('wrong.html');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.card')).transitionDuration`)).toMatch(/^0s/);
  });

  test('has a name for every control', async () => {
    for (const hash of ['', '#failure/1/step/2']) {
      await open('wrong.html', hash);
      const nameless = await page.evaluate(
        `[...document.querySelectorAll('button, a, input, select')].filter(each =>
          !(each.getAttribute('aria-label') ?? each.textContent ?? '').trim()).length`,
      );
      expect(nameless).toBe(0);
      if (hash === '') await page.close();
    }
  });
});

describe('what a hostile adapter says', () => {
  test.each(['', '#failure/1/step/2', '#failure/2/step/1'])('runs nothing and adds nothing at "%s"', async hash => {
    await open('hostile.html', hash);
    await page.locator('h1').waitFor();
    for (const each of await page.locator('details').all()) await each.evaluate('node => { node.open = true; }');
    expect(await page.title()).not.toBe('owned');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('body').innerText()).toContain('<img src=x onerror=');
  });

  test('is shown cut, and whole when somebody asks', async () => {
    await open('hostile.html', '#failure/1/step/2');
    const cell = await page.locator('.differences td', { hasText: 'show all' }).first().elementHandle();
    const before = (await cell?.innerText()) ?? '';
    expect(before).toContain('…');
    await (await cell?.$('.quiet'))?.click();
    const after = (await cell?.innerText()) ?? '';
    expect(after).not.toContain('…');
    expect(after).toContain('show less');
    expect(after.replace('show less', '').length).toBeGreaterThan(before.replace(/….*$/, '').length);
  });

  test('fits a phone', async () => {
    await open('hostile.html', '#failure/1/step/2');
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await sidewaysScroll()).toBe(0);
  });
});

describe('the page without its script', () => {
  test('still shows the verdict and the rules', async () => {
    const text = readFileSync(path.join(folder, 'wrong.html'), 'utf8');
    writeFileSync(path.join(folder, 'still.html'), text.replace(/<script(?! id="data")[^>]*>[\s\S]*<\/script>/, ''));
    await open('still.html');
    expect(await page.locator('h1').innerText()).toBe('NOT CONFORMANT');
    expect(await page.locator('.square').count()).toBe(data.rules.length);
  });
});
