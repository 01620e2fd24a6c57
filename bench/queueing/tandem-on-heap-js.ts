import { Heap } from 'heap-js';
import { RollingHash } from '../event-queue/rolling-hash.ts';
import type { Work } from '../suite.ts';
import { exponentialTable, TABLE } from './tables.ts';

interface PendingEvent {
  readonly time: number;
  readonly sequence: number;
  readonly happens: () => void;
}

/** The same row of servers in the usual way: heap-js with a closure an event. */
export function tandemOnHeapJs(queues: number, load: number): Work {
  const heap = new Heap<PendingEvent>((left, right) => left.time - right.time || left.sequence - right.sequence);
  const hash = new RollingHash();
  const gaps = exponentialTable('arrivals', 1e6 / load);
  const services = exponentialTable('service', 1e6);
  const cursors = new Int32Array(2);
  const inside = new Int32Array(queues + 1);
  let now = 0;
  let sequence = 0;
  const after = (delay: number, happens: () => void): void => {
    heap.push({ time: now + delay, sequence: sequence++, happens });
  };
  const serve = (queue: number): void => {
    after(services[cursors[1]!++ & (TABLE - 1)]!, () => {
      hash.add(now, queue);
      if (--inside[queue]! > 0) serve(queue);
      enter(queue + 1);
    });
  };
  const enter = (queue: number): void => {
    if (inside[queue]!++ === 0 && queue < queues) serve(queue);
  };
  const arrive = (): void => {
    after(gaps[cursors[0]!++ & (TABLE - 1)]!, () => {
      hash.add(now, -1);
      enter(0);
      arrive();
    });
  };
  arrive();
  for (let queue = 0; queue < queues; queue++) for (let job = 0; job < queue % 6; job++) enter(queue);
  return {
    run: (operations) => {
      for (let left = operations; left > 0; left--) {
        const event = heap.pop()!;
        now = event.time;
        event.happens();
      }
    },
    hash: () => hash.toString(),
  };
}
