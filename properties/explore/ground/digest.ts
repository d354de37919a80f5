/** States of a driver told apart by a number. */
import type { Driver } from '../../../abi/driver.ts';

/** A number for what a driver's state looks like. */
export const digestOf = (driver: Driver): number => {
  const text = JSON.stringify(driver.snapshot());
  let low = 0x811c_9dc5;
  let high = 0x1234_5678;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x0100_0193);
    high = Math.imul(high + code, 0x9e37_79b1) ^ (high >>> 13);
  }
  return (low >>> 0) * 0x20_0000 + (high >>> 11);
};
