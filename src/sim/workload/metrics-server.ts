import type { Engine } from '../engine/engine.ts';
import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import type { MetricSample, MetricsQuery, MetricsSource } from '../api/metrics.ts';
import { isPodReady, type Container, type Pod } from '../api/pod.ts';
import { milliValue } from '../api/quantity.ts';
import type { ApiServer } from '../api/request.ts';
import { compileRequirements, parseSelectorText } from '../api/selector-text.ts';
import type { UsageSpec } from '../scenario/metrics.ts';
import type { MetricSeries } from './metric-series.ts';
import { valueAt } from './usage-curve.ts';

/** Who knows what the scenario says of a container's usage. */
export interface UsageRules {
  usageOf(pod: Pod, container: Container): UsageSpec | undefined;
}

/** What one container used at one scrape, in thousandths, by resource or metric. */
interface Reading {
  readonly startedAt: number;
  readonly usage: Readonly<Record<string, number>>;
}

interface Scrape {
  readonly at: number;
  /** By container, of one pod. */
  readonly readings: ReadonlyMap<string, Reading>;
}

interface Measured {
  readonly before: Scrape | undefined;
  readonly latest: Scrape;
}

/** The longest stabilisation window that Kubernetes accepts. */
const LONGEST_WINDOW = 3_600_000_000;
const RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory']);

/**
 * The metrics pipeline: looks at all running containers once a period, and answers with the average between its last two
 * looks, so that a sample is as old as up to one period and covers one. A container that was not there both times, or was
 * restarted in between, has none. Custom metrics of pods go the same way.
 */
export class MetricsServer implements MetricsSource {
  readonly #engine: Engine;
  readonly #rules: UsageRules;
  readonly #series: MetricSeries | undefined;
  readonly #pods = new Map<string, Pod>();
  #measured = new Map<string, Measured>();

  /**
   * @param lastTurn when usage changes for the last time; autoscalers may have something to do for an hour after it
   * @param series metrics that are not of pods
   */
  constructor(
    engine: Engine,
    api: ApiServer,
    rules: UsageRules,
    periodMicros: number,
    lastTurn: number,
    series?: MetricSeries,
  ) {
    const eventfulUntil = lastTurn + LONGEST_WINDOW;
    this.#engine = engine;
    this.#rules = rules;
    this.#series = series;
    api.watch({ kind: 'Pod', receive: (change) => this.#podChanged(change as Change<'Pod'>) });
    const scrape = (): void => {
      this.#scrape();
      series?.scrape(engine.now, periodMicros);
      engine.after(periodMicros, engine.now < eventfulUntil ? lively : quiet);
    };
    const lively = engine.on('metrics-server/scrape', scrape);
    const quiet = engine.on('metrics-server/quiet-scrape', scrape, { background: true });
    engine.after(Math.floor(engine.stream('metrics-server/phase').next() * periodMicros), lively);
  }

  answer(query: MetricsQuery): readonly MetricSample[] | string {
    if (query.api === 'object' || query.api === 'external') {
      return this.#series?.answer(query) ?? 'the server could not find the requested resource';
    }
    const parsed = parseSelectorText(query.selector);
    if (!parsed.ok) return parsed.message;
    const matches = compileRequirements(parsed.requirements);
    const samples: MetricSample[] = [];
    for (const [key, { before, latest }] of this.#measured) {
      const pod = this.#pods.get(key);
      if (pod === undefined || before === undefined) continue;
      if (pod.metadata.namespace !== query.namespace || !matches(pod.metadata.labels)) continue;
      const sample = sampleOf(pod, before, latest, query.api === 'pods' ? query.metric.name : undefined);
      if (sample !== undefined) samples.push(sample);
    }
    return samples;
  }

  #podChanged({ type, object, key = keyOf(object) }: Change<'Pod'>): void {
    if (type === 'DELETED') {
      this.#pods.delete(key);
      this.#measured.delete(key);
    } else if (object.spec.containers.some((container) => this.#rules.usageOf(object, container) !== undefined)) {
      this.#pods.set(key, object);
    }
  }

  #scrape(): void {
    const now = this.#engine.now;
    const sharers = this.#sharers();
    const measured = new Map<string, Measured>();
    for (const [key, pod] of this.#pods) {
      const readings = this.#read(pod, sharers, now);
      if (readings.size === 0) continue;
      measured.set(key, { before: this.#measured.get(key)?.latest, latest: { at: now, readings } });
    }
    this.#measured = measured;
  }

  /** How many containers share the load of each rule: those of ready pods. */
  #sharers(): ReadonlyMap<UsageSpec, number> {
    const sharers = new Map<UsageSpec, number>();
    for (const pod of this.#pods.values()) {
      if (!isPodReady(pod)) continue;
      for (const container of pod.spec.containers) {
        const rule = this.#rules.usageOf(pod, container);
        if (rule !== undefined) sharers.set(rule, (sharers.get(rule) ?? 0) + 1);
      }
    }
    return sharers;
  }

  #read(pod: Pod, sharers: ReadonlyMap<UsageSpec, number>, now: number): ReadonlyMap<string, Reading> {
    const readings = new Map<string, Reading>();
    if (pod.status.phase !== 'Running') return readings;
    const isReady = isPodReady(pod);
    for (const container of pod.spec.containers) {
      const rule = this.#rules.usageOf(pod, container);
      const running = pod.status.containerStatuses?.find(({ name }) => name === container.name)?.state.running;
      if (rule === undefined || running === undefined) continue;
      const usage: Record<string, number> = {};
      for (const [name, curve] of Object.entries(rule.each)) usage[name] = valueAt(curve, now);
      for (const [name, curve] of Object.entries(rule.shared)) {
        const share = isReady ? Math.floor(valueAt(curve, now) / (sharers.get(rule) ?? 1)) : 0;
        usage[name] = (usage[name] ?? 0) + share;
      }
      readings.set(container.name, { startedAt: running.startedAt, usage: withinLimits(container, usage) });
    }
    return readings;
  }
}

/** A container gets no more processor than its limit. */
function withinLimits(container: Container, usage: Record<string, number>): Readonly<Record<string, number>> {
  const limit = container.resources?.limits?.['cpu'];
  const { cpu } = usage;
  if (limit === undefined || cpu === undefined) return usage;
  return { ...usage, cpu: Math.min(cpu, milliValue(limit)) };
}

/** @param metric the custom metric that is asked for; absent: the resources of the containers */
function sampleOf(pod: Pod, before: Scrape, latest: Scrape, metric: string | undefined): MetricSample | undefined {
  const containers: { name: string; usage: Record<string, number> }[] = [];
  let value: number | undefined;
  for (const [name, now] of latest.readings) {
    const then = before.readings.get(name);
    if (then?.startedAt !== now.startedAt) continue;
    const usage: Record<string, number> = {};
    for (const what of Object.keys(now.usage)) {
      const average = Math.floor(((then.usage[what] ?? 0) + now.usage[what]!) / 2);
      if (metric === what) value = (value ?? 0) + average;
      else if (metric === undefined && RESOURCES.has(what)) usage[what] = average;
    }
    containers.push({ name, usage });
  }
  const window = { pod: pod.metadata.name, timestamp: latest.at, windowMicros: latest.at - before.at };
  if (metric !== undefined) return value === undefined ? undefined : { ...window, value };
  return containers.length === 0 ? undefined : { ...window, containers };
}
