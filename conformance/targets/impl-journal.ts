/** What the text of the optimised driver's debugfs files tells. */
import type { Journal } from '../../abi/journal.ts';
import type { BinderDriver } from '../../impl/driver.ts';
import { procOfPid, threadOfTid, type Cast } from './impl-cast.ts';
import { journalFrom, NOTHING_BEFORE } from './linux/journal.ts';

const PERSONS = {
  procOf: procOfPid,
  threadOf: threadOfTid,
  deviceIn: (context: string) => Number(context.replace('binder', '')),
};

/** The journal of the sequence that a cast plays on a driver. */
export const journalOf = (driver: BinderDriver, cast: Cast): Journal => {
  const text = (file: string): string => driver.debugFile(file) ?? '';
  const processes = cast.processes.flatMap(([proc, { group }]) => {
    const file = driver.debugFile(`proc/${group.pid}`);
    return file === null ? [] : [{ proc, text: file }];
  });
  const texts = {
    ...{ stats: text('stats'), state: text('state'), transactions: text('transactions'), processes },
    ...{ log: text('transaction_log'), failed: text('failed_transaction_log') },
  };
  return journalFrom(PERSONS, texts, NOTHING_BEFORE);
};
