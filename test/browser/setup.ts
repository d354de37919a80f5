/** Before the browser tests: without a browser there is one clear message instead of many failures. */
import { chromiumProgram } from './chromium.ts';

/** Ends the run with exit code 2 where there is no browser. */
export const setup = (): void => {
  try {
    chromiumProgram();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
};
