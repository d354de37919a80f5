/** The browser of the tests: Debian's Chromium, or the one that CHROMIUM names. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

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
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

/** Starts it with a profile of its own in `folder`, which goes when the folder goes. */
export const browserIn = (folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath: chromiumProgram(),
    headless: true,
    args: ARGUMENTS,
    viewport: { width: 1280, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
