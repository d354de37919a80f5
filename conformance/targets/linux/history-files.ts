/** Reading the files that tell of the history of a sequence that is alone, in the program that looks at its state. */
import type { ProcIndex } from '../../../abi/ids.ts';
import type { Journal } from '../../../abi/journal.ts';
import type { Cast } from './cast.ts';
import { journalFrom, type Before } from './journal.ts';
import type { Program } from './program.ts';
import type { Outcome } from './wire.ts';

export class HistoryFiles {
  readonly #program: Program;
  readonly #folder: string;
  readonly #most: number;
  readonly #stats: number;
  readonly #log: number;
  readonly #failed: number;
  #processes: readonly { readonly proc: ProcIndex; readonly tag: number }[] = [];

  /** Reads what looking at does not change: counts and logs. `most`: bytes of a file. */
  constructor(program: Program, folder: string, most: number) {
    this.#program = program;
    this.#folder = folder;
    this.#most = most;
    this.#stats = this.#read('stats');
    this.#log = this.#read('transaction_log');
    this.#failed = this.#read('failed_transaction_log');
  }

  /** Reads the files of processes, which touches their nodes; those of processes that ended must be gone. */
  readProcesses(cast: Cast): void {
    this.#processes = [...cast.pids].map(([pid, proc]) => ({ proc, tag: this.#read(`proc/${pid}`) }));
  }

  /** Puts together what was read with the texts of `state` and `transactions`. Throws when a text cannot be understood. */
  journal(
    cast: Cast,
    before: Before,
    state: string,
    transactions: string,
    answerOf: (tag: number) => Outcome | undefined,
  ): Journal {
    const textOf = (tag: number): string => Buffer.from(answerOf(tag)?.outs[0] ?? []).toString('latin1');
    const processes = this.#processes.filter(({ tag }) => (answerOf(tag)?.value ?? -1n) >= 0n);
    const texts = {
      ...{ stats: textOf(this.#stats), state, transactions },
      processes: processes.map(({ proc, tag }) => ({ proc, text: textOf(tag) })),
      ...{ log: textOf(this.#log), failed: textOf(this.#failed) },
    };
    const persons = {
      procOf: (pid: number) => cast.procOf(pid),
      threadOf: (tid: number) => cast.threadOf(tid),
      deviceIn: (context: string) => cast.deviceIn(context),
    };
    return journalFrom(persons, texts, before);
  }

  #read(file: string): number {
    return this.#program.readFile(0, `${this.#folder}/${file}`, this.#most);
  }
}
