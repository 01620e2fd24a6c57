import type { Engine } from '../../engine/engine.ts';
import { metaAt, withMetadata } from '../../api/versions.ts';
import { keyOf } from '../../api/kinds.ts';
import { Commit, type Store } from './store.ts';
import { LEASES_LOOKED_AT_EVERY_MICROS } from './event-leases.ts';

/** What of etcd the leases hang on. */
export interface Leadership {
  readonly hasLeader: boolean;
  onElected: (() => void) | undefined;
}

/** Who watches Events. */
export interface EventWatchers {
  isWatched(kind: 'Event'): boolean;
  publish(commit: Commit): void;
}

/**
 * Who ends leases: etcd's leader, which looks for those that are over twice a second. Without a leader nothing ends, and a
 * new one counts every lease from the beginning.
 */
export class Lessor {
  constructor(engine: Engine, etcd: Leadership, store: Store, watchers: EventWatchers) {
    const { leases } = store;
    const look = engine.on(
      'etcd/leases-looked-at',
      () => {
        if (!etcd.hasLeader) {
          engine.after(LEASES_LOOKED_AT_EVERY_MICROS, look);
          return;
        }
        const { now } = engine;
        const isWatched = watchers.isWatched('Event');
        store.revokeExpired(now, (event) => {
          if (!isWatched) return;
          const last = withMetadata(event, metaAt(event.metadata, store.revision));
          watchers.publish(new Commit(now, keyOf(event), 'DELETED', last, event));
        });
      },
      { background: true },
    );
    leases.onGrant = (expiresAt) => {
      const every = LEASES_LOOKED_AT_EVERY_MICROS;
      engine.at(Math.ceil(expiresAt / every) * every, look);
    };
    etcd.onElected = () => leases.promote(engine.now);
  }
}
