/** The browser of the tests: Debian's Chromium, or the one that CHROMIUM names. */
import { accessSync, constants } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const isThere = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** What a person must do when there is none. */
export const NEEDS =
  'npm run test:browser needs Chromium and installs nothing itself: `apt-get install chromium`, or CHROMIUM=/path/to/it';

/** The program. Throws with what is needed when there is none. */
export const chromiumProgram = (): string => {
  const given = process.env['CHROMIUM'];
  const found = given === undefined ? PLACES.find(isThere) : isThere(given) ? given : undefined;
  if (found === undefined) throw new Error(given === undefined ? NEEDS : `CHROMIUM=${given} is no program; ${NEEDS}`);
  return found;
};

/** Options that let it run as root in a container and speak to nobody. */
export const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
