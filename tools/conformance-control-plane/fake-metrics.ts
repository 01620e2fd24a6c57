import type { MetricSample, MetricsQuery, MetricsSource } from '../../src/sim/api/metrics.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import { parseSelector } from './selector.ts';

/** What a step says of the load on the pods with one label `app`. Thousandths of a CPU, MiB. */
export interface RecordedLoad {
  /** Shared equally by the running pods. */
  readonly total?: number;
  readonly perPod?: number;
  readonly mem?: number;
  /** Ordinals of pods without a sample, in order of creation, from 1. */
  readonly missing?: readonly number[];
  readonly none?: boolean;
}

const WINDOW = 10_000_000;
const MILLI_PER_MEBIBYTE = 1024 * 1024 * 1000;
/** Of the recordings' pods. */
const CONTAINER = 'c';

/** The recordings' metrics.k8s.io: samples of the present, as the last step has it. */
export class FakeMetrics implements MetricsSource {
  readonly #pods: () => Iterable<Pod>;
  readonly #now: () => number;
  #loads: Readonly<Record<string, RecordedLoad>> = {};

  constructor(pods: () => Iterable<Pod>, now: () => number) {
    this.#pods = pods;
    this.#now = now;
  }

  set(loads: Readonly<Record<string, RecordedLoad>>): void {
    this.#loads = { ...this.#loads, ...loads };
  }

  answer(query: MetricsQuery): readonly MetricSample[] | string {
    if (query.api !== 'resource') return 'the server could not find the requested resource';
    const matches = parseSelector(query.selector);
    const running = [...this.#pods()].filter(
      ({ metadata, status }) =>
        metadata.namespace === query.namespace && status.phase === 'Running' && matches(metadata.labels),
    );
    const samples: MetricSample[] = [];
    running.forEach(({ metadata }, index) => {
      const load = this.#loads[metadata.labels['app'] ?? ''];
      if (load === undefined || load.none === true || load.missing?.includes(index + 1) === true) return;
      const { perPod = 0, total, mem } = load;
      const cpu = total === undefined ? perPod : Math.floor(total / running.length);
      const usage: Record<string, number> = { cpu };
      if (mem !== undefined) usage['memory'] = mem * MILLI_PER_MEBIBYTE;
      samples.push({
        pod: metadata.name,
        timestamp: this.#now(),
        windowMicros: WINDOW,
        containers: [{ name: CONTAINER, usage }],
      });
    });
    return samples;
  }
}
