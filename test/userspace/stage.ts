/** The optimised driver with a judge beside it, for programs of the tests. */
import { driverBench, JudgedKernel } from '../../conformance/scenarios/judged.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import {
  ProcessState,
  ServiceManager,
  System,
  type ProcessOptions,
  type SystemOptions,
} from '../../userspace/index.ts';

export interface Stage {
  readonly kernel: JudgedKernel;
  readonly system: System;
  readonly manager: ServiceManager;
  process(options?: ProcessOptions): ProcessState;
  /** Nothing goes on, nothing was left uncaught, and the driver's state is the specification's. */
  settled(): Promise<void>;
}

/** A system with a running service manager. */
export const stage = async (options: SystemOptions = {}, declared: readonly string[] = []): Promise<Stage> => {
  const kernel = new JudgedKernel(driverBench(new ImplTarget(), { devices: 2 }));
  const system = new System(kernel, options);
  const manager = new ServiceManager(system, { declared });
  if (!(await manager.start())) throw new Error('there is a manager already');
  await system.idle();
  const processes = [manager.process];
  return {
    kernel,
    system,
    manager,
    process: (own = {}) => {
      const process = new ProcessState(system, own);
      processes.push(process);
      return process;
    },
    settled: async () => {
      await system.idle();
      const uncaught = processes.flatMap(process => process.uncaught);
      if (uncaught.length > 0) throw uncaught[0];
      await kernel.check();
    },
  };
};
