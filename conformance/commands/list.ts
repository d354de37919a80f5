/** `list` and `explain`: the rule book on the command line. */
import { RULES } from '../../model/model.ts';
import { FLAGS, type Flag } from '../../properties/profile/flags.ts';
import { hiddenBy, PROFILES } from '../../properties/profile/profile.ts';
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { RULE_IDS, aliases, lookUp, type Rule } from '../rulebook.ts';

/** Options of `list`. */
export interface ListOptions {
  readonly json?: boolean;
  /** The differences between drivers instead of the rules. */
  readonly flags?: boolean;
}

const profiles = () => Object.values(PROFILES).map(({ flags, ...rest }) => ({ ...rest, flags: [...flags] }));

const flagLines = (): string[] => [
  ...Object.values(PROFILES).map(({ name, says, flags }) => `${name.padEnd(20)} ${says} (${flags.size} differences)`),
  '',
  ...FLAGS.map(({ id, says }) => `${id.padEnd(20)} ${says}`),
  '',
];

const flagNamed = (id: string): Flag | undefined => FLAGS.find((flag: Flag) => flag.id === id);

/** Prints every rule: one a line, or as JSON. */
export const list = (io: Io, { json = false, flags = false }: ListOptions): ExitCode => {
  if (flags) {
    io.out(json ? `${JSON.stringify({ profiles: profiles(), flags: FLAGS }, null, 2)}\n` : flagLines().join('\n'));
    return EXIT.conformant;
  }
  if (json) {
    io.out(`${JSON.stringify({ rules: RULE_IDS.map(id => ({ id, ...RULES[id] })), aliases: aliases() }, null, 2)}\n`);
    return EXIT.conformant;
  }
  for (const id of RULE_IDS) {
    const { level, status, says } = RULES[id];
    const mark = status.kind === 'modelled' ? ' ' : '-';
    io.out(`${id.padEnd(10)} ${level.padEnd(6)} ${mark} ${says}\n`);
  }
  return EXIT.conformant;
};

const evidenceLines = ({ evidence }: Rule): string[] => [
  `evidence  ${evidence.seen ? 'seen on a running kernel' : 'derived from the source'}`,
  ...(evidence.kernel.length === 0 ? [] : [`kernel    ${evidence.kernel.join(', ')}`]),
];

const hidden = (id: string): string[] =>
  Object.values(PROFILES).flatMap(profile => {
    const flag = hiddenBy(profile, id);
    return flag === undefined ? [] : [`hidden    under ${profile.name}, which allows ${flag.id}: ${flag.says}`];
  });

const restrictions = (rule: Rule): string[] => [
  rule.status.kind === 'modelled' ? 'status    modelled' : `status    not applicable: ${rule.status.why}`,
  ...(rule.determinism === 'set' ? ['outcomes  several are legal; the specification answers all of them'] : []),
  ...(rule.firesIn === 'snapshot' ? ['shown by  comparing states'] : []),
  ...(rule.firesIn === 'journal' ? ['shown by  comparing journals'] : []),
  ...(rule.applies === undefined ? [] : [`applies   ${rule.applies}`]),
];

const ruleLines = (id: string, rule: Rule): string[] => [
  `${id}  ${rule.level}`,
  '',
  `  ${rule.says}`,
  '',
  `profiles  ${rule.profiles.join(', ')}`,
  ...evidenceLines(rule),
  ...restrictions(rule),
  ...hidden(id),
];

/** Prints all there is to say about one rule. Throws `UsageError` for an id that the catalogue does not have. */
export const explain = (io: Io, word: string): ExitCode => {
  const flag = flagNamed(word);
  if (flag !== undefined) {
    const allowed = Object.values(PROFILES).filter(({ flags }) => ([...flags] as string[]).includes(flag.id));
    const hides = flag.hides.length === 0 ? [] : [`hides     ${flag.hides.join(', ')}`];
    io.out(
      `${[
        `${flag.id}  a difference between drivers`,
        '',
        `  ${flag.says}`,
        `  ${flag.relaxes}`,
        '',
        `how       ${flag.how}`,
        `allowed   under ${allowed.map(({ name }) => name).join(', ')}`,
        ...hides,
      ].join('\n')}\n`,
    );
    return EXIT.conformant;
  }
  const found = lookUp(word);
  if (found === undefined) {
    const area = word.toUpperCase().replace(/-?\d*$/, '');
    const near = RULE_IDS.filter(id => id.startsWith(`${area}-`));
    const hint = near.length === 0 ? 'see `binder-spec list`' : `${area} has ${near[0]} to ${near.at(-1)}`;
    throw new UsageError(`no rule has the id ${word}: ${hint}`);
  }
  const lines =
    'rule' in found
      ? ruleLines(found.id, found.rule)
      : [
          `${found.id} restates ${found.aliasOf.join(', ')}`,
          ...found.aliasOf.flatMap(id => {
            const target = lookUp(id);
            return target !== undefined && 'rule' in target ? ['', ...ruleLines(id, target.rule)] : [];
          }),
        ];
  io.out(`${lines.join('\n')}\n`);
  return EXIT.conformant;
};
