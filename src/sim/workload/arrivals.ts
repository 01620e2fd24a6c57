import type { Engine, EventKind } from '../engine/engine.ts';
import { sampler, type Sampler } from '../engine/samplers.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import { newObjectMeta } from '../api/new-object-meta.ts';
import type { Pod } from '../api/pod.ts';
import type { ApiServer, Client } from '../api/request.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';
import { FinishedPods } from './finished-pods.ts';
import { podName } from './pod-ordinal.ts';

/** A workload under way. */
interface Stream {
  readonly spec: WorkloadSpec;
  readonly client: Client;
  readonly interarrival: Sampler | undefined;
  readonly gaps: KeyedDraws;
  readonly choices: KeyedDraws;
  /** Upper bounds of the templates' shares of [0, 1). */
  readonly shares: readonly number[];
  next: number;
}

/**
 * Creates the bare pods of the scenario's workloads as they arrive. Each workload has one pending event. The n-th pod
 * has the same arrival, template and lifetime whatever else happens; pods of one template share its spec and labels.
 */
export class Arrivals {
  readonly #engine: Engine;
  readonly #arrival: EventKind;
  readonly #streams: readonly Stream[];

  constructor(engine: Engine, api: ApiServer, workloads: readonly WorkloadSpec[]) {
    this.#engine = engine;
    this.#arrival = engine.on('workload/arrival', (index) => this.#arrive(index));
    this.#streams = workloads.map((spec) => streamOf(engine, api, spec));
    workloads.forEach((spec, index) => {
      if (spec.count > 0) engine.at(spec.startMicros, this.#arrival, index);
    });
    const swept = this.#streams.filter(({ spec }) => spec.deleteFinished);
    if (swept.length === 0) return;
    const finished = new FinishedPods(engine, api);
    for (const { spec, client } of swept) finished.deleteBy(client, spec);
  }

  #arrive(index: number): void {
    const stream = this.#streams[index]!;
    const { spec } = stream;
    for (;;) {
      const ordinal = stream.next++;
      stream.client.send({ verb: 'create', object: podOf(stream, ordinal) }, ignore);
      if (stream.next >= spec.count) return;
      const gap = gapBefore(stream, stream.next, this.#engine.now);
      if (gap === 0) continue;
      this.#engine.after(gap, this.#arrival, index);
      return;
    }
  }
}

function streamOf(engine: Engine, api: ApiServer, spec: WorkloadSpec): Stream {
  const name = spec.namespace + '/' + spec.name;
  let total = 0;
  for (const { weight } of spec.templates) total += weight;
  let sum = 0;
  const shares = spec.templates.map(({ weight }) => (sum += weight) / total);
  return {
    spec,
    // Faults of the network call it by its name alone.
    client: api.client('workload/' + name, undefined, 'workload/' + spec.name),
    interarrival: spec.interarrival === undefined ? undefined : sampler(spec.interarrival),
    gaps: engine.keyed('workload/interarrival/' + name),
    choices: engine.keyed('workload/template/' + name),
    shares,
    next: 0,
  };
}

/** Microseconds until the pod arrives; 0: at once. */
function gapBefore({ spec, interarrival, gaps }: Stream, ordinal: number, now: number): number {
  if (spec.recorded !== undefined) return spec.recorded.arrivalMicros[ordinal]! - now;
  return interarrival === undefined ? 0 : interarrival(gaps.of(ordinal, 0));
}

function podOf(stream: Stream, ordinal: number): Pod {
  const { spec, shares, choices } = stream;
  let choice = spec.recorded?.template[ordinal] ?? 0;
  if (spec.recorded === undefined && shares.length > 1) {
    const luck = choices.uniform(ordinal, 0);
    while (choice < shares.length - 1 && luck >= shares[choice]!) choice++;
  }
  const template = spec.templates[choice]!;
  return {
    kind: 'Pod',
    metadata: newObjectMeta({
      namespace: spec.namespace,
      name: podName(spec.name, ordinal),
      labels: template.labels,
      annotations: template.annotations,
    }),
    spec: template.spec,
    status: { phase: 'Pending', conditions: [] },
  };
}

function ignore(): void {}
