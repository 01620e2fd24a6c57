import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import { compileLabelSelector } from '../api/label-selector.ts';
import type { MetricSample, MetricsQuery } from '../api/metrics.ts';
import { isPodReady, type Pod } from '../api/pod.ts';
import type { ApiServer } from '../api/request.ts';
import type { MetricSeriesSpec } from '../scenario/metrics.ts';
import { valueAt } from './usage-curve.ts';

type LabelPredicate = ReturnType<typeof compileLabelSelector>;

interface Series {
  readonly spec: MetricSeriesSpec;
  /** Whose pods share the value; absent: it is nobody's. */
  readonly isSharer: LabelPredicate | undefined;
  /** At the last scrape, in thousandths; undefined: there was none. */
  value: number | undefined;
}

/**
 * Metrics that are not of pods: of objects, and of the world outside. They are what the scenario says, looked at when the
 * pods are, so that an autoscaler's answer is as old as up to one period.
 */
export class MetricSeries {
  readonly #series: readonly Series[];
  readonly #pods = new Map<string, Pod>();
  #scrapedAt = 0;
  #period = 0;

  constructor(api: ApiServer, specs: readonly MetricSeriesSpec[]) {
    this.#series = specs.map((spec) => ({
      spec,
      isSharer: spec.sharedBy === undefined ? undefined : compileLabelSelector(spec.sharedBy),
      value: undefined,
    }));
    if (this.#series.every(({ isSharer }) => isSharer === undefined)) return;
    api.watch({ kind: 'Pod', receive: (change) => this.#podChanged(change as Change<'Pod'>) });
  }

  /** When any of them changes for the last time by itself; undefined: there are none. Microseconds. */
  get lastTurn(): number | undefined {
    const turns = this.#series.map(({ spec }) => spec.curve.points.at(-1)?.atMicros ?? 0);
    return turns.length === 0 ? undefined : Math.max(...turns);
  }

  scrape(now: number, periodMicros: number): void {
    this.#scrapedAt = now;
    this.#period = periodMicros;
    for (const one of this.#series) {
      const whole = one.spec.inSteps ? stepAt(one.spec, now) : valueAt(one.spec.curve, now);
      one.value = one.isSharer === undefined ? whole : Math.floor(whole / this.#sharersOf(one));
    }
  }

  /** What is known of the metrics that are asked for; a text where an object has no such metric. */
  answer(query: Extract<MetricsQuery, { api: 'object' | 'external' }>): readonly MetricSample[] | string {
    const { namespace, metric } = query;
    const wanted = compileLabelSelector(metric.selector ?? {});
    const found = this.#series.filter(({ spec }) => {
      if (spec.name !== metric.name || spec.namespace !== namespace || !wanted(spec.labels)) return false;
      if (query.api === 'external') return spec.object === undefined;
      return spec.object?.kind === query.object.kind && spec.object.name === query.object.name;
    });
    if (query.api === 'object' && found.length === 0) {
      return `the server could not find the metric ${metric.name} for ${query.object.kind} ${query.object.name}`;
    }
    const window = { timestamp: this.#scrapedAt, windowMicros: this.#period };
    return found.flatMap(({ value }) => (value === undefined ? [] : [{ ...window, value }]));
  }

  #podChanged({ type, object, key = keyOf(object) }: Change<'Pod'>): void {
    if (type === 'DELETED') this.#pods.delete(key);
    else this.#pods.set(key, object);
  }

  /** Ready pods that share a value; nobody to share it with is as good as one. */
  #sharersOf({ spec, isSharer }: Series): number {
    let count = 0;
    for (const pod of this.#pods.values()) {
      const { namespace, labels } = pod.metadata;
      if (namespace === spec.namespace && isSharer!(labels) && isPodReady(pod)) count++;
    }
    return Math.max(1, count);
  }
}

/** The point that was reached last; before the first one: that one. */
function stepAt({ curve: { points } }: MetricSeriesSpec, now: number): number {
  let value = points[0]?.milli ?? 0;
  for (const { atMicros, milli } of points) if (atMicros <= now) value = milli;
  return value;
}
