/** What a fuzzed process does besides talking to the driver: it watches files, gives up memory, runs out of descriptors. */
import type { BinderDriver } from '../../../impl/driver.ts';
import type { Process } from '../../../impl/process.ts';
import type { Task } from '../../../impl/task.ts';
import type { Dice } from '../../../properties/generator/dice.ts';
import type { Player } from './cast.ts';

const PAGE = 4096;

/** Changes what a thread watches, or waits for it; it may sleep afterwards. */
export const watch = (driver: BinderDriver, dice: Dice, player: Player, process: Process, task: Task): void => {
  const epoll = player.epollOf(driver, task);
  const kind = dice.below(100);
  if (kind < 30) driver.epollCtl(epoll, process, task, process.fd, 'add');
  else if (kind < 38) driver.epollCtl(epoll, process, task, process.fd, 'mod');
  else if (kind < 44) driver.epollCtl(epoll, process, task, process.fd, 'del');
  else if (kind < 47) player.closeEpoll(driver, task);
  else driver.epollWait(epoll, task, dice.chance(80) ? Infinity : 1, dice.chance(50));
};

/** Changes what the process sees of its mapping, or how many descriptors it may get. */
export const advise = (driver: BinderDriver, dice: Dice, player: Player, process: Process): void => {
  const kind = dice.below(100);
  if (kind < 50) driver.madvise(process, dice.below(5) * PAGE, dice.pick([0, 1, PAGE, 3 * PAGE, 1 << 23]));
  else if (kind < 65) driver.mprotect(process, { read: dice.chance(60), write: dice.chance(30) });
  else player.files.room = dice.below(13);
};
