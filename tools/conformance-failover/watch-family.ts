import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import type { ApiObject, Kind } from '../../src/sim/api/kinds.ts';
import { NO_LABELS } from '../../src/sim/api/meta.ts';
import type { WatchEvent } from '../../src/sim/api/request.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { WatchCache } from '../../src/sim/control-plane/watch/watch-cache.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { Recording, Row } from './recording.ts';
import { secondsAfter } from './timers.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
/** How often something is written to a resource that is busy. */
const DEFAULT_RATE = 2;

type Rows = Record<string, unknown>[];

/** What a watch cache does for clients outside: bookmarks, the window of versions, and a client that does not read. */
export function runWatchFamily(recording: Recording, repeats: number, seed: string): Rows {
  if (recording.header.includes('annotated_initial_end')) return bookmarks(recording, seed);
  if (recording.header.includes('oldest_rv_accepted_age_s')) return window(recording, seed);
  return Array.from({ length: repeats }, (_, rep) => slowReaders(recording, rep, `${seed}/${rep}`)).flat();
}

/** An API server with nobody else on it. */
class Rig {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly #doKind: EventKind;

  constructor(seed: string, compactionIntervalMicros?: number) {
    this.engine = new Engine({ seed });
    this.api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS, { compactionIntervalMicros });
    this.#doKind = this.engine.on('harness/do', (_a, _b, what) => (what as () => void)());
    const metadata = { ...META, name: 'default', namespace: '' };
    this.api.install({ kind: 'Namespace', metadata, status: { phase: 'Active' } });
  }

  at(micros: number, what: () => void): void {
    this.engine.at(Math.max(this.engine.now, Math.round(micros)), this.#doKind, 0, 0, what);
  }

  /** Commits a new version of one object at this moment: how long a request takes is not the point. */
  write(kind: Kind, data = ''): void {
    this.api.store.advance(this.engine.now);
    const metadata = { ...META, name: 'one', resourceVersion: this.api.store.nextRevision, annotations: { data } };
    this.api.store.put('default/one', { kind, metadata } as ApiObject, this.engine.now);
  }
}

/** Watches one after the other, each with the time-out and on the resource that the recorded one had. */
function bookmarks({ rows, words }: Recording, seed: string): Rows {
  const rig = new Rig(seed);
  const { engine, api } = rig;
  const resources = [...new Set(rows.map((row) => row['resource']!))];
  const kindOf = (resource: string): Kind => (resource.startsWith('persistent') ? 'PersistentVolume' : 'ConfigMap');
  for (const resource of resources) {
    const rate = Number(/\((\d+(?:\.\d+)?) writes\/s\)/.exec(resource)?.[1] ?? 0);
    if (rate === 0) continue;
    const write = (): void => {
      rig.write(kindOf(resource));
      rig.at(engine.now + SECOND / rate, write);
    };
    rig.at(0, write);
  }
  const apart = secondsAfter(words, 'watches,') ?? 370_000;
  const began = 10 * SECOND + Math.floor(engine.keyed('harness').uniform(0, 0) * SECOND);
  const found: Rows = [];
  for (const watch of new Set(rows.map((row) => row['watch']!))) {
    const row = rows.find((one) => one['watch'] === watch)!;
    rig.at(began + Number(watch) * apart, () => {
      const { now } = engine;
      const timeout = Number(row['timeout_s']);
      let events = 0;
      const tell = (type: string, annotated: unknown): void => {
        const t_s = ((engine.now - now) / SECOND).toFixed(2);
        const common = { watch, resource: row['resource'], timeout_s: timeout };
        found.push({ ...common, event_no: events, t_s, type, annotated_initial_end: annotated });
      };
      api.openWatch(
        {
          kind: kindOf(row['resource']!),
          allowWatchBookmarks: true,
          sendInitialEvents: Number(watch) % 2 === 1,
          timeoutSeconds: timeout,
        },
        {
          receive: (event) => {
            events++;
            if (event.type === 'BOOKMARK') tell('BOOKMARK', event.isInitialEnd);
          },
          ended: () => tell('END', ''),
        },
      );
    });
  }
  rig.at(began + 4 * MINUTE, () => undefined);
  engine.run({ until: began + 4 * MINUTE });
  return found;
}

/** The oldest version that a watch may begin at, at each moment at which it was looked for in the recording. */
function window({ rows, input }: Recording, seed: string): Rows {
  const flags = JSON.stringify(input);
  const interval = Number(/etcd-compaction-interval=(\d+)s/.exec(flags)?.[1] ?? 300) * SECOND;
  return [...new Set(rows.map((row) => row['resource']!))].flatMap((resource) =>
    windowOf(
      resource,
      rows.filter((row) => row['resource'] === resource),
      interval,
      seed,
    ),
  );
}

/** One resource, written as often as the recording's machine got round to. */
function windowOf(resource: string, looks: readonly Row[], compactionIntervalMicros: number, seed: string): Rows {
  const kind: Kind = resource === 'events' ? 'Event' : 'ConfigMap';
  const rig = new Rig(`${seed}/${resource}`, compactionIntervalMicros);
  const { engine, api } = rig;
  rig.write(kind);
  const history = api.keepHistory(kind);
  const written: { readonly at: number; readonly revision: number }[] = [];
  let before = 0;
  let done = 0;
  for (const look of looks) {
    const at = Number(look['elapsed_s']) * SECOND;
    const until = Math.round(Number(look['writes_per_s_seen']) * Number(look['elapsed_s']));
    for (let i = done; i < until; i++) {
      rig.at(before + ((at - before) * (i - done + 1)) / (until - done + 1), () => {
        rig.write(kind);
        written.push({ at: engine.now, revision: api.store.revision });
      });
    }
    done = Math.max(done, until);
    before = at;
  }
  return looks.map((look) => {
    engine.run({ until: Number(look['elapsed_s']) * SECOND });
    const refusal = (revision: number): string => {
      let first: WatchEvent | undefined;
      const receive = (event: WatchEvent): void => void (first ??= event);
      api.openWatch({ kind, resourceVersion: revision }, { receive }).close();
      return first?.type === 'ERROR' ? first.type : '';
    };
    let low = 0;
    let high = written.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (refusal(written[middle]!.revision) === '') high = middle;
      else low = middle + 1;
    }
    const age = (i: number): number => (engine.now - (written[i]?.at ?? 0)) / SECOND;
    return {
      ...look,
      oldest_rv_accepted_age_s: age(low).toFixed(1),
      newest_rv_refused_age_s: low === 0 ? '-1.0' : age(low - 1).toFixed(1),
      events_since_oldest_accepted: written.length - low,
      cache_capacity: history instanceof WatchCache ? history.capacity : -1,
      how_refused: low === 0 ? '' : refusal(written[low - 1]!.revision),
    };
  });
}

/** A client that does not read and one that does, while one object is updated again and again. */
function slowReaders({ rows }: Recording, rep: number, seed: string): Rows {
  return [...new Set(rows.map((row) => row['object_bytes']!))].map((bytes) => {
    const recorded = rows.find((row) => row['object_bytes'] === bytes)!;
    const rig = new Rig(`${seed}/${bytes}`);
    const { engine, api } = rig;
    const rate = Number(recorded['writes_until_terminated']) / Number(recorded['seconds']);
    rig.write('ConfigMap', 'x'.repeat(Number(bytes)));
    let delivered = 0;
    let fast = 0;
    let longest = 0;
    let writes = 0;
    const at: number[] = [];
    const slow = api.openWatch(
      { kind: 'ConfigMap', resourceVersion: api.store.revision },
      { receive: () => delivered++ },
    );
    slow.stopReading();
    api.openWatch(
      { kind: 'ConfigMap', resourceVersion: api.store.revision },
      { receive: () => (longest = Math.max(longest, engine.now - at[fast++]!)) },
    );
    const write = (): void => {
      if (!slow.isOpen) return;
      rig.write('ConfigMap', 'x'.repeat(Number(bytes)));
      at.push(engine.now);
      writes++;
      rig.at(engine.now + SECOND / (rate || DEFAULT_RATE), write);
    };
    rig.at(SECOND, write);
    engine.run({ until: 10 * MINUTE });
    return {
      object_bytes: bytes,
      rep,
      writes_until_terminated: writes,
      seconds: ((at.at(-1)! - SECOND) / SECOND).toFixed(2),
      bytes_written_by_then: writes * Number(bytes),
      events_delivered_before_close: delivered,
      bytes_delivered: delivered * Number(bytes),
      fast_watcher_events: fast,
      fast_watcher_max_delay_ms: (longest / 1_000).toFixed(1),
    };
  });
}

const META = {
  name: '',
  namespace: 'default',
  uid: 'u',
  resourceVersion: 0,
  generation: 0,
  creationTimestamp: 0,
  labels: NO_LABELS,
  annotations: NO_LABELS,
  ownerReferences: [],
  finalizers: [],
};
