import type { Engine } from '../../engine/engine.ts';
import type { EtcdctlEntry } from '../../scenario/timeline.ts';
import type { Store } from './store.ts';

/** Carries out what the scenario's administrator does to etcd's database. */
export class Etcdctl {
  constructor(engine: Engine, store: Store, entries: readonly EtcdctlEntry[]) {
    const due = engine.on('etcdctl/command-due', (index) => {
      const { now } = engine;
      switch (entries[index]!.command) {
        case 'alarm disarm':
          store.size.disarm();
          return;
        case 'compact':
          store.compact(now);
          return;
        case 'defrag':
          store.advance(now);
          store.size.defragment(now);
      }
    });
    entries.forEach(({ atMicros }, index) => engine.at(atMicros, due, index));
  }
}
