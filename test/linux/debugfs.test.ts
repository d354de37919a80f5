/** The text of the optimised driver's debugfs files is what the real driver prints after the same calls. */
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { Machine } from '../../conformance/targets/linux/machine.ts';
import { DEVICES, PROCESSES, STORY } from '../impl/debugfs/story.ts';
import { comparable, freshTarget } from '../impl/debugfs/tell.ts';
import { Narrator } from './debug-files.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
const machine = new Machine({ devices: DEVICES });

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

describe('every file reads the same after', () => {
  const ours = freshTarget();
  let theirs: Narrator;

  beforeAll(async () => {
    if (!wanted) return;
    await machine.start();
    theirs = new Narrator(machine);
  });
  afterAll(() => machine.stop());

  // Chapters build on one another, so they are told in their order.
  test.for(STORY)('$name', async ({ calls }, context) => {
    need(context);
    for (const call of calls) ours.perform(call);
    for (const [file, text] of await theirs.tell(calls, PROCESSES)) {
      expect(comparable(ours.driver.debugFile(file)), file).toBe(text);
    }
  });
});
