import type { Work } from '../suite.ts';
import { BareHeap } from './bare-heap.ts';
import { TABLE, type HoldModel } from './hold-model.ts';
import { RollingHash } from './rolling-hash.ts';

/** A timer that was put off is recognised by its sequence number when it comes up. */
export function holdOnBareHeap({ pending, timers, delays, timerDelays, putsOff }: HoldModel): Work {
  const heap = new BareHeap();
  const hash = new RollingHash();
  const sequenceOf = new Float64Array(timers);
  const cursor = new Int32Array(1);
  const schedule = (event: number, now: number, turn: number): void => {
    if (event < timers) sequenceOf[event] = heap.push(now + timerDelays[turn]!, event);
    else heap.push(now + delays[turn]!, event);
  };
  for (let event = 0; event < pending; event++) schedule(event, 0, event & (TABLE - 1));
  return {
    run: (operations) => {
      for (let left = operations; left > 0;) {
        heap.pop();
        const event = heap.payload;
        if (event < timers && sequenceOf[event] !== heap.sequence) continue;
        left--;
        const now = heap.time;
        hash.add(now, event);
        const turn = cursor[0]!++ & (TABLE - 1);
        schedule(event, now, turn);
        const timer = putsOff[turn]!;
        if (timer >= 0) schedule(timer, now, turn);
      }
    },
    hash: () => hash.toString(),
  };
}
