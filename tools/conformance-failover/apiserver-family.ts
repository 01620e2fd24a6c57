import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import { sampler } from '../../src/sim/engine/samplers.ts';
import type { Stream } from '../../src/sim/engine/streams.ts';
import type { Change } from '../../src/sim/api/change.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import { NO_LABELS } from '../../src/sim/api/meta.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { Parameters } from '../../src/sim/scenario/parameters.ts';
import { API_MACHINE } from './machine.ts';
import type { Recording } from './recording.ts';
import { secondsAfter } from './timers.ts';

const SECOND = 1_000_000;
const WRITE_EVERY = 50_000;
const COUNTER = 'counter';

/** What a folder says was done. */
interface Plan {
  readonly instances: number;
  readonly informers: number;
  readonly graceful: boolean;
  /** After so long it is started again; undefined: when the informers are well. */
  readonly restartsAfter: number | undefined;
}

/** API servers that are killed or stopped under informers, while somebody writes a running number twenty times a second. */
export function runApiServerFamily(recording: Recording, repeats: number, seed: string): Record<string, unknown>[] {
  const plan = planOf(recording);
  return Array.from({ length: repeats }, (_, rep) => new Rig(plan, `${seed}/${rep}`).run(rep)).flat();
}

function planOf({ input, words, name }: Recording): Plan {
  const cluster = input['cluster'] as { readonly 'kube-apiserver'?: { readonly instances?: number } } | undefined;
  return {
    instances: cluster?.['kube-apiserver']?.instances ?? 2,
    informers: Number(/(\d+) (?:shared )?informers/.exec(words)?.[1] ?? 20),
    graceful: /-term/.test(name) || words.includes('sigterm'),
    restartsAfter: words.includes('started again') ? (secondsAfter(words, 'started again') ?? 200_000) : undefined,
  };
}

/** One informer, as the recordings' client sees it. */
interface Follower {
  readonly events: { readonly at: number; readonly number: number }[];
}

class Rig {
  readonly #plan: Plan;
  readonly #engine: Engine;
  readonly #api: SimulatedApiServer;
  readonly #noise: Stream;
  readonly #doKind: EventKind;
  readonly #followers: Follower[] = [];
  readonly #reopened = new Map<string, { readonly anew: boolean; readonly at: number }>();
  #written = 0;

  constructor(plan: Plan, seed: string) {
    this.#plan = plan;
    this.#engine = new Engine({ seed });
    this.#api = new SimulatedApiServer(this.#engine, machineParameters(), { instances: plan.instances });
    this.#noise = this.#engine.stream('harness/noise');
    this.#doKind = this.#engine.on('harness/do', (_a, _b, what) => (what as () => void)());
    this.#api.instances.observe({
      reopened: (anew, _micros, process) => this.#reopened.set(process, { anew, at: this.#engine.now }),
    });
    const metadata = { ...META, name: 'default', namespace: '' };
    this.#api.install({ kind: 'Namespace', metadata, status: { phase: 'Active' } });
    this.#api.install(counter(0));
    for (let i = 0; i < plan.informers; i++) this.#follow(i);
  }

  run(rep: number): Record<string, unknown>[] {
    const engine = this.#engine;
    const { instances } = this.#api;
    const writer = this.#api.client('writer', undefined);
    // A number is written until it is there; then comes the next.
    const write = (): void => {
      const sentAt = engine.now;
      const patch = { metadata: { annotations: { number: String(this.#written + 1) } } };
      writer.send({ verb: 'patch', kind: 'ConfigMap', key: `default/${COUNTER}`, patch }, ({ ok }) => {
        if (ok) this.#written++;
        engine.at(Math.max(engine.now, sentAt + WRITE_EVERY), this.#doKind, 0, 0, write);
      });
    };
    write();
    engine.run({ until: 2 * SECOND });
    const faultAt = engine.now;
    let endedAt = -1;
    if (this.#plan.graceful) {
      instances.terminate(0);
      endedAt = faultAt + 60 * SECOND;
    } else {
      // The signal is there at once; the kernel takes a while to close the sockets.
      endedAt = faultAt + sampler(API_MACHINE.exit)(this.#noise);
      engine.at(endedAt, this.#doKind, 0, 0, () => instances.kill(0));
    }
    const { restartsAfter } = this.#plan;
    if (restartsAfter !== undefined) {
      engine.at(Math.max(endedAt + 1, faultAt + restartsAfter), this.#doKind, 0, 0, () => instances.start(0));
    }
    const inSync = (): boolean => this.#followers.every(({ events }) => (events.at(-1)?.at ?? 0) > endedAt + 1_000);
    const patience = faultAt + 150 * SECOND;
    while (engine.now < patience && !(engine.now > endedAt && inSync())) {
      engine.run({ until: engine.now + 10_000 });
    }
    return this.#followers.map((follower, client) => this.#row(rep, client, follower, faultAt, endedAt));
  }

  #follow(index: number): void {
    const follower: Follower = { events: [] };
    this.#followers.push(follower);
    const receive = (change: Change): void => {
      follower.events.push({ at: this.#engine.now, number: numberIn(change.object) });
    };
    // The balancer prefers the first server, who has all of them; the writer is with another where there is one.
    this.#api.instances.prefer(0);
    this.#api.watch({ kind: 'ConfigMap', receive }, `informer-${index}`);
    if (index === this.#plan.informers - 1 && this.#plan.instances > 1) this.#api.instances.prefer(1);
  }

  #row(rep: number, client: number, { events }: Follower, faultAt: number, endedAt: number): Record<string, unknown> {
    const ms = (at: number | undefined): number => (at === undefined ? -1 : Math.round((at - faultAt) / 100) / 10);
    const after = events.filter(({ at }) => at > endedAt);
    const first = after.find(({ at }) => at > endedAt + 1_000);
    let missed = 0;
    let duplicates = 0;
    let silence = 0;
    for (let i = 1; i < events.length; i++) {
      const step = events[i]!.number - events[i - 1]!.number;
      if (step > 1) missed += step - 1;
      if (step <= 0) duplicates++;
      if (events[i]!.at > faultAt) silence = Math.max(silence, events[i]!.at - events[i - 1]!.at);
    }
    const opening = this.#reopened.get(`informer-${client}`);
    return {
      rep,
      client,
      noticed_ms: ms(endedAt),
      first_retry_ms: ms(endedAt),
      watch_open_ms: ms(opening?.at),
      first_event_ms: ms(first?.at),
      relists: opening?.anew === true ? 1 : 0,
      updates_missed: missed,
      duplicates,
      longest_silence_ms: Math.round(silence / 100) / 10,
    };
  }
}

const META = {
  name: '',
  namespace: 'default',
  uid: '',
  resourceVersion: 0,
  generation: 0,
  creationTimestamp: 0,
  labels: NO_LABELS,
  annotations: NO_LABELS,
  ownerReferences: [],
  finalizers: [],
};

/** The number stands where every kind has room for it. */
function counter(number: number): ApiObject {
  const annotations = { number: String(number) };
  return { kind: 'ConfigMap', metadata: { ...META, name: COUNTER, annotations } } as ApiObject;
}

function numberIn({ metadata }: ApiObject): number {
  return Number(metadata.annotations['number']);
}

/** Nothing but what the recordings' machine adds. */
function machineParameters(): Parameters {
  return {
    ...DEFAULT_PARAMETERS,
    network: { clientToApiServer: API_MACHINE.network },
    apiServer: { ...DEFAULT_PARAMETERS.apiServer, start: API_MACHINE.start },
  };
}
