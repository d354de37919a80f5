/** `doctor`: is this adapter right? Asked before any conformance claim about its driver. */
import colors from 'picocolors';
import { claims, greeting, guarded, oversize, reset, speed, strangers, type Finding } from '../doctor/checks.ts';
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { adapterWords, type TargetChoice } from '../options.ts';
import { whyUndeclared, RULE_IDS } from '../rulebook.ts';
import { RULES } from '../../model/model.ts';
import { CAPABILITY_NAMES } from '../protocol/capabilities.ts';
import { ProcessTarget, type ProcessOptions } from '../targets/process/target.ts';

/** Options of `doctor` as the command line parses them. */
export interface DoctorOptions {
  readonly target: TargetChoice;
}

const MARK = { right: 'ok   ', wrong: 'WRONG', note: '     ' } as const;

/** Which rules the report will call not applicable, by the capability that is missing. */
const notApplicable = ({ capable }: ProcessTarget): Finding[] => {
  const undeclared = CAPABILITY_NAMES.filter(name => !capable.has(name));
  if (undeclared.length === 0) return [{ verdict: 'note', says: 'everything is declared: every rule applies' }];
  const hidden = RULE_IDS.filter(
    id => RULES[id].level === 'MUST' && RULES[id].status.kind === 'modelled' && whyUndeclared(id, RULES[id], capable),
  );
  return [
    { verdict: 'note', says: `not declared: ${undeclared.join(', ')}` },
    { verdict: 'note', says: `MUST rules that will be NOT-APPLICABLE: ${hidden.length} (${hidden.join(' ')})` },
  ];
};

/** Examines an adapter: exit code 0 when it is right, 1 when it is not, 3 when it cannot even be greeted. */
export const doctor = async (io: Io, { target: choice }: DoctorOptions): Promise<ExitCode> => {
  if (choice.kind !== 'process') throw new UsageError('doctor needs an adapter: binder-spec doctor -- CMD');
  const { command, timeScale: scale, timeouts } = choice;
  const options: ProcessOptions = { command, patience: { scale, timeouts } };
  const paint = colors.createColors(io.color);
  const findings: Finding[] = [];
  const tell = (some: readonly Finding[]): void => {
    for (const finding of some) {
      const { verdict, says } = finding;
      findings.push(finding);
      const mark = MARK[verdict];
      io.out(`${verdict === 'wrong' ? paint.red(mark) : verdict === 'right' ? paint.green(mark) : mark} ${says}\n`);
    }
  };
  const target = await ProcessTarget.start(options);
  const dead = (): boolean => target.connection.dead !== undefined;
  try {
    tell(greeting(target));
    const checks: readonly (readonly [string, () => Promise<Finding[]>])[] = [
      ['strangers', () => strangers(target)],
      ['oversize', () => oversize(target)],
      ['reset', () => reset(target, () => ProcessTarget.start({ ...options, slots: 1 }))],
      ['claims', () => claims(target)],
      ['speed', () => speed(target)],
    ];
    for (const [name, check] of checks) {
      if (!dead()) tell(await guarded(name, check));
    }
    if (!dead()) tell(await guarded('end', async () => (await target.leftovers(), [])));
    tell(notApplicable(target));
  } finally {
    await target.stop();
  }
  const wrongs = findings.filter(({ verdict }) => verdict === 'wrong').length;
  const said = target.log.length;
  if (said > 0) io.out(`      it said ${said} lines of log text\n`);
  if (wrongs === 0) {
    io.out(`\nThe adapter is right. Now its driver: npx binder-spec run ${adapterWords(command)}\n`);
    return EXIT.conformant;
  }
  io.out(`\nThe adapter is not right yet: ${wrongs} of its answers break docs/protocol.md.\n`);
  return EXIT.notConformant;
};
