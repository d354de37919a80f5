/** Profiles: for which drivers a sequence is made and judged. A profile is the set of differences that it allows. */
import { FLAGS, type Flag, type FlagId } from './flags.ts';

export interface Profile {
  readonly name: string;
  readonly says: string;
  readonly flags: ReadonlySet<FlagId>;
}

/** Exactly what Linux 6.1 does. */
export const LINUX: Profile = {
  name: 'linux-6.1',
  says: 'Exactly what the driver of Linux 6.1 does, numbers and addresses included.',
  flags: new Set(),
};

/** What every Binder driver must do. */
export const CORE: Profile = {
  name: 'core',
  says: 'What every Binder driver must do: the differences between the known drivers are allowed.',
  flags: new Set(FLAGS.map(({ id }) => id)),
};

/** Every profile by name. */
export const PROFILES = { [LINUX.name]: LINUX, [CORE.name]: CORE } as Readonly<Record<'linux-6.1' | 'core', Profile>>;

/** The difference because of which no sequence reaches a rule or witness; `undefined` where one may. */
export const hiddenBy = ({ flags }: Profile, id: string): Flag | undefined =>
  FLAGS.find((flag: Flag) => flags.has(flag.id as FlagId) && flag.hides.includes(id));

/** The rules that mark what a profile avoids, each with its difference. */
export const marksOf = ({ flags }: Profile): ReadonlyMap<string, FlagId> =>
  new Map(
    FLAGS.filter(({ id }) => flags.has(id)).flatMap(({ id, avoids }: Flag) =>
      avoids.map(rule => [rule, id as FlagId] as const),
    ),
  );

/** True where nothing may differ: then everything is compared as it is. */
export const isExact = ({ flags }: Profile): boolean => flags.size === 0;
