import { Heap } from 'heap-js';
import type { Work } from '../suite.ts';
import { TABLE, type HoldModel } from './hold-model.ts';
import { RollingHash } from './rolling-hash.ts';

interface PendingEvent {
  readonly time: number;
  readonly sequence: number;
  readonly event: number;
  isCancelled: boolean;
}

/** The usual way: one object an event, cancelled by a mark. */
export function holdOnHeapJs({ pending, timers, delays, timerDelays, putsOff }: HoldModel): Work {
  const heap = new Heap<PendingEvent>((left, right) => left.time - right.time || left.sequence - right.sequence);
  const hash = new RollingHash();
  const objectOf: PendingEvent[] = [];
  const cursor = new Int32Array(1);
  let sequence = 0;
  const schedule = (event: number, now: number, turn: number): void => {
    const delay = event < timers ? timerDelays[turn]! : delays[turn]!;
    const object = { time: now + delay, sequence: sequence++, event, isCancelled: false };
    if (event < timers) objectOf[event] = object;
    heap.push(object);
  };
  for (let event = 0; event < pending; event++) schedule(event, 0, event & (TABLE - 1));
  return {
    run: (operations) => {
      for (let left = operations; left > 0;) {
        const { time, event, isCancelled } = heap.pop()!;
        if (isCancelled) continue;
        left--;
        hash.add(time, event);
        const turn = cursor[0]!++ & (TABLE - 1);
        schedule(event, time, turn);
        const timer = putsOff[turn]!;
        if (timer >= 0) {
          objectOf[timer]!.isCancelled = true;
          schedule(timer, time, turn);
        }
      }
    },
    hash: () => hash.toString(),
  };
}
