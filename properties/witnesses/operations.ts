/** Things that ops must sometimes show. */
import type { Done, Observation, Return } from '../../abi/observation.ts';
import type { Witness } from '../witness.ts';

const returnsOf = function* (observation: Observation): Generator<readonly Return[]> {
  const { result, completions } = observation;
  if (result !== 'pending' && result.returns !== undefined) yield result.returns;
  for (const { done } of completions) if (done.returns !== undefined) yield done.returns;
};

const someReturn = (observation: Observation, test: (one: Return) => boolean): boolean => {
  for (const returns of returnsOf(observation)) if (returns.some(test)) return true;
  return false;
};

const answers = (id: Witness['id'], says: string, br: Return['br']): Witness => ({
  id,
  says,
  onOp: observation => someReturn(observation, one => one.br === br),
});

const finished = (observation: Observation, test: (done: Done) => boolean): boolean =>
  (observation.result !== 'pending' && test(observation.result)) ||
  observation.completions.some(({ done }) => test(done));

export const operations: readonly Witness[] = [
  answers('WIT-CALL-01', 'A call is delivered.', 'BR_TRANSACTION'),
  answers('WIT-CALL-02', 'A call is answered.', 'BR_REPLY'),
  answers('WIT-CALL-03', 'A call fails because the other side is gone.', 'BR_DEAD_REPLY'),
  answers('WIT-CALL-04', 'A call or reply is refused.', 'BR_FAILED_REPLY'),
  answers('WIT-FREEZE-01', 'A call meets a frozen process.', 'BR_FROZEN_REPLY'),
  answers('WIT-ONEWAY-01', 'A flood of oneways is suspected.', 'BR_ONEWAY_SPAM_SUSPECT'),
  answers('WIT-THREAD-01', 'A new looper is asked for.', 'BR_SPAWN_LOOPER'),
  answers('WIT-NODE-01', 'An owner learns of a strong reference.', 'BR_ACQUIRE'),
  answers('WIT-NODE-02', 'An owner learns that the last strong reference is gone.', 'BR_RELEASE'),
  answers('WIT-NODE-03', 'An owner learns of a weak reference.', 'BR_INCREFS'),
  answers('WIT-NODE-04', 'An owner learns that the last reference is gone.', 'BR_DECREFS'),
  answers('WIT-DEATH-01', 'A death is delivered.', 'BR_DEAD_BINDER'),
  answers('WIT-DEATH-02', 'A cleared registration is confirmed.', 'BR_CLEAR_DEATH_NOTIFICATION_DONE'),
  {
    id: 'WIT-CALL-05',
    says: 'One op completes two parked reads.',
    onOp: ({ completions }) => completions.length > 1,
  },
  {
    id: 'WIT-CALL-06',
    says: 'A waiting caller is called back.',
    onOp: observation => {
      for (const returns of returnsOf(observation)) {
        const at = returns.findIndex(({ br }) => br === 'BR_TRANSACTION_COMPLETE');
        if (at >= 0 && returns.slice(at).some(one => one.br === 'BR_TRANSACTION' && (one.flags & 1) === 0)) return true;
      }
      return false;
    },
  },
  {
    id: 'WIT-CALL-07',
    says: 'A caller gets the completion and the answer in one read.',
    onOp: observation => {
      for (const returns of returnsOf(observation)) {
        if (returns.length > 2 && returns.at(-2)?.br === 'BR_TRANSACTION_COMPLETE' && returns.at(-1)?.br === 'BR_REPLY')
          return true;
      }
      return false;
    },
  },
  {
    id: 'WIT-OBJECT-01',
    says: 'A message carries a node to somebody.',
    onOp: observation => someReturn(observation, one => 'offsets' in one && one.offsets.length > 0),
  },
  {
    id: 'WIT-OBJECT-02',
    says: 'A message carries scatter-gather pieces.',
    onOp: observation => someReturn(observation, one => 'pieces' in one && one.pieces.some(piece => piece !== '')),
  },
  {
    id: 'WIT-OBJECT-03',
    says: 'A message carries several objects.',
    onOp: observation => someReturn(observation, one => 'offsets' in one && one.offsets.length > 1),
  },
  {
    id: 'WIT-READ-01',
    says: 'A read finds nothing and does not wait.',
    onOp: ({ result }, call) => call.op === 'write_read' && result !== 'pending' && result.status === 'EAGAIN',
  },
  {
    id: 'WIT-READ-02',
    says: 'A signal ends a read.',
    onOp: observation => finished(observation, ({ status }) => status === 'EINTR'),
  },
  {
    id: 'WIT-READ-03',
    says: 'Memory that a call points to is missing.',
    onOp: (observation, call) => call.op === 'write_read' && finished(observation, ({ status }) => status === 'EFAULT'),
  },
  {
    id: 'WIT-READ-04',
    says: 'A read parks its thread.',
    onOp: ({ result }) => result === 'pending',
  },
  {
    id: 'WIT-WRITE-01',
    says: 'A failed command holds up those behind it.',
    onOp: ({ result }, call) =>
      call.op === 'write_read' &&
      result !== 'pending' &&
      result.status === 'OK' &&
      call.write.length > 1 &&
      (result.wrote ?? 0) === 68,
  },
  {
    id: 'WIT-READ-05',
    says: 'A read is too small for what waits.',
    onOp: ({ result }, call) =>
      call.op === 'write_read' &&
      (call.read?.size ?? 0) > 3 &&
      (call.read?.size ?? 0) < 80 &&
      result !== 'pending' &&
      result.read === 4,
  },
];
