/** The explorer page in a real browser, opened from a file as a person would. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseOpLog } from '../../conformance/oplog-file.ts';
import type { ExplorerData } from '../../conformance/report/html/explorer/data.ts';
import { opsTo } from '../../conformance/report/html/explorer/graph.ts';
import { unshelve, type Shelf } from '../../conformance/report/html/explorer/shelf.ts';
import { command } from '../conformance/command.ts';
import { browserIn } from './chromium.ts';

let folder: string;
let browser: BrowserContext;
let data: ExplorerData;
let page: Page;
const troubles: string[] = [];

const open = async (hash = '', name = 'explorer.html'): Promise<void> => {
  page = await browser.newPage();
  page.on('pageerror', error => troubles.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('request', request => {
    if (!/^(?:file|data):/.test(request.url())) troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(path.join(folder, name)).href + hash);
};

const title = (): Promise<string> => page.locator('.state-title').innerText();
const hash = (): Promise<string> => page.evaluate('location.hash');
const stateIs = (state: number): Promise<void> =>
  page.locator('.state-title', { hasText: new RegExp(`^State ${state} `) }).waitFor();

const dataOf = (name: string): ExplorerData => {
  const text = readFileSync(path.join(folder, name), 'utf8');
  const json = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
  return unshelve(JSON.parse(json) as Shelf) as ExplorerData;
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-browser-'));
  const explored = async (name: string, ...more: string[]): Promise<void> => {
    const args = ['explore', '-q', '-c', 'oneway-defects', '--save', folder, '--html', path.join(folder, name)];
    expect((await command([...args, ...more])).code).toBe(0);
  };
  await explored('explorer.html');
  await explored('cut.html', '--html-states', '20');
  data = dataOf('explorer.html');
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

describe('the explorer page', () => {
  test('begins at state 0 with every operation that is possible there', async () => {
    await open();
    expect(await title()).toMatch(/^State 0 /);
    expect(await page.locator('.op').count()).toBe(new Set(data.states[0]?.steps.map(({ op }) => op)).size);
    expect(await page.locator('.outcome').count()).toBe(data.states[0]?.steps.length);
    expect(await page.locator('.near-state.here').textContent()).toBe('0');
    expect(await page.locator('.explorer-head').innerText()).toContain(`All ${data.states.length} states`);
  });

  test('is walked by keyboard: a step is chosen and followed, twice, and the way back is kept', async () => {
    await open();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const first = data.states[0]!.steps.findIndex(({ to }) => to !== null && to !== 0);
    const one = data.states[0]!.steps[first]!.to!;
    await stateIs(one);
    expect(await hash()).toBe(`#state/${one}/from/0/${first + 1}`);
    await page.keyboard.press('1');
    const second = data.states[one]!.steps.findIndex(({ to }) => to !== null && to !== one);
    const two = data.states[one]!.steps[second]!.to!;
    await stateIs(two);
    expect(await hash()).toBe(`#state/${two}/from/${one}/${second + 1}`);
    const rows = await page.locator('.arrival .differences tbody tr').count();
    expect(rows).toBeGreaterThan(0);
    expect(await page.locator('.arrival .differences th').allInnerTexts()).toEqual([
      'where',
      `state ${one}`,
      `state ${two}`,
    ]);
    await page.keyboard.press('ArrowLeft');
    await stateIs(one);
    await page.keyboard.press('ArrowRight');
    await stateIs(two);
    await page.goBack();
    await stateIs(one);
    await page.keyboard.press('Home');
    await stateIs(0);
  });

  test('shows the rules of a step, and every place where one of them fires', async () => {
    await open('#state/0');
    await page.locator('.ending summary').first().click();
    const chip = page.locator('.ending .chip').first();
    const rule = await chip.innerText();
    expect(data.states[0]?.steps[0]?.rules).toContain(rule);
    await chip.click();
    const places = data.states.flatMap(({ steps }) => steps.filter(({ rules }) => rules.includes(rule)));
    const said = (await page.locator('.search .tag').innerText()).replaceAll('\u00a0', '');
    expect(said).toContain(`${places.length} places`);
    expect(await page.locator('.places a').count()).toBe(Math.min(40, places.length));
  });

  test('finds a witness by its words and goes to a state where it is seen', async () => {
    await open('#state/0');
    const seen = data.states.findIndex(({ witnesses }) => witnesses.length > 0);
    const id = data.states[seen]!.witnesses[0]!;
    await page.keyboard.press('/');
    await page.keyboard.type(data.witnesses.find(each => each.id === id)!.says);
    await page.keyboard.press('Enter');
    await page.locator('.places a').first().click();
    await stateIs(seen);
    expect(await page.locator('.holding').innerText()).toContain(id);
  });

  test('leads to what the exploration found', async () => {
    await open();
    expect(await page.locator('.findings li').count()).toBe(2);
    await page.locator('.findings a').first().click();
    await stateIs(data.findings[0]!.state!);
  });

  test('says of every invariant whether it holds', async () => {
    await open('#state/20');
    await page.locator('.holding summary').click();
    expect(await page.locator('.laws li.holds').count()).toBe(data.states[20]?.weights.filter(each => each > 0).length);
    expect(await page.locator('.laws li.broken').count()).toBe(0);
  });

  test('copies the shortest log, which the program reads', async () => {
    await open('#state/53');
    await page.locator('[data-copy="op log"]').click();
    await page.locator('[data-copy="op log"]', { hasText: 'Copied' }).waitFor();
    const log = parseOpLog('copied', await page.evaluate('navigator.clipboard.readText()'));
    expect(log.ops).toEqual(opsTo(data, 53));
    expect(log.ops.length).toBe(data.begins.ops.length + data.states[53]!.depth);
  });

  test('says what lies outside when it holds a part', async () => {
    await open('#state/19', 'cut.html');
    expect(await page.locator('.explorer-head').innerText()).toContain('The first 20 states');
    expect(await page.locator('.outcome:disabled .goal').allInnerTexts()).toContain('outside this page');
  });

  test('takes an address that makes no sense for the nearest that does', async () => {
    await open('#state/999999');
    await stateIs(data.states.length - 1);
    await page.evaluate('location.hash = "#state/x"');
    await stateIs(0);
  });

  test.each(['', '#state/20', `#state/53/find/READ-41`])('fits a phone, light and dark, at "%s"', async at => {
    await open(at);
    await page.setViewportSize({ width: 360, height: 780 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.reload();
      await page.locator('.state-title').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(
        0,
      );
      const paper: string = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = (paper.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
      expect(colorScheme === 'dark' ? light < 150 : light > 600).toBe(true);
    }
  });

  test('has a name for every control', async () => {
    await open('#state/20');
    const nameless = await page.evaluate(
      `[...document.querySelectorAll('button, a, input, summary')].filter(each =>
        !(each.getAttribute('aria-label') ?? each.textContent ?? '').trim()).length`,
    );
    expect(nameless).toBe(0);
  });
});
