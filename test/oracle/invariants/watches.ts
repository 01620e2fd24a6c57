import { deepStrictEqual } from 'node:assert';
import { keyOf } from '../../../src/sim/api/kinds.ts';
import { must, stateAt, versionsOf } from '../reference-history.ts';
import type { Seen } from '../seen.ts';

/** A watch, with its resumptions, tells every change after its version once and in order, or that it cannot. */
export function I5({ commits, watches }: Seen): void {
  for (const { kind, from, events, expired } of watches) {
    const told = events.map(({ type, object }) => `${type} ${keyOf(object)}@${object.metadata.resourceVersion}`);
    const happened = commits
      .filter(({ object, revision }) => object.kind === kind && revision > from)
      .map(({ type, object }) => `${type} ${keyOf(object)}@${object.metadata.resourceVersion}`);
    deepStrictEqual(told, expired ? happened.slice(0, told.length) : happened, `a watch of ${kind} from ${from}`);
  }
}

/** A cache shows states that were, never an earlier one after a later one, and in the end what is there. */
export function I6({ commits, caches, cachesAtRest, end }: Seen): void {
  for (const kind of new Set(caches.map((cache) => cache.kind))) {
    const ofKind = commits.filter(({ object }) => object.kind === kind);
    let reached = 0;
    for (const { objects } of caches.filter((cache) => cache.kind === kind)) {
      const cached = versionsOf(objects).join();
      // Whatever it shows, it showed nothing later before.
      const at = (taken: number): string => versionsOf(stateAt(ofKind.slice(0, taken), kind, Infinity)).join();
      const before = reached;
      while (reached <= ofKind.length && at(reached) !== cached) reached++;
      must(reached <= ofKind.length, `a cache of ${kind} is no state after ${before} changes: ${cached}`);
    }
  }
  for (const { kind, objects } of cachesAtRest) {
    const there = end.filter((object) => object.kind === kind);
    deepStrictEqual(versionsOf(objects), versionsOf(there), `the cache of ${kind} at rest`);
  }
}
