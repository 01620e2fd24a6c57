import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distance, limitAtOnePercent, median } from '../tools/conformance-failover/compare.ts';
import { controllers } from '../src/policies/controllers/registry.ts';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import type { Lease } from '../src/sim/api/core.ts';
import { SimulatedApiServer } from '../src/sim/control-plane/api-server/api-server.ts';
import { EventBroadcaster } from '../src/sim/control-plane/event-recorder.ts';
import { controllerManagers, schedulers } from '../src/sim/control-plane/process/components.ts';
import { Replicas, type ElectedComponent } from '../src/sim/control-plane/process/replicas.ts';
import { Scheduler } from '../src/sim/control-plane/scheduler/scheduler.ts';
import { Engine } from '../src/sim/engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import { makeNamespace } from './doubles/objects.ts';
import { afterLastRenewal, afterRelease } from './oracle/leader-takeover.ts';

/** The leader of two real components is struck, and the other takes over: over so many seeds. */
const SEEDS = 200;
const SECOND = 1_000_000;
/** kube-controller-manager and kube-scheduler have been running so long. */
const BEFORE = 60 * SECOND;

interface Takeover {
  /** Seconds. */
  readonly sinceRenewal: number;
  readonly sinceSignal: number;
  readonly transitions: number;
}

function controllerManager(): ElectedComponent {
  return controllerManagers(2, DEFAULT_PARAMETERS, [...controllers().values()]);
}

function scheduler(): ElectedComponent {
  return schedulers(2, (process, api) => {
    const recorder = (): EventBroadcaster =>
      new EventBroadcaster(process, api.client('events', undefined), 'default-scheduler', true);
    const { scheduler: policy } = defaultPolicies();
    return new Scheduler({ engine: process, api, parameters: DEFAULT_PARAMETERS, policy, recorder });
  });
}

function takeover(make: () => ElectedComponent, signal: 'kill' | 'terminate' | 'pause', seed: number): Takeover {
  const engine = new Engine({ seed: `leader-loss ${seed}` });
  const api = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  api.install(makeNamespace('kube-system'));
  let lease: Lease | undefined;
  let takenAt = 0;
  let holder = '';
  api.observe(({ change, committedAt }) => {
    if (change.object.kind !== 'Lease') return;
    lease = change.object;
    const { holderIdentity } = lease.spec;
    if (holder !== '' && takenAt === 0 && holderIdentity !== '' && holderIdentity !== holder) {
      takenAt = committedAt;
    }
  });
  const replicas = new Replicas(engine, api, make());
  const tick = engine.on('test/tick', () => undefined);
  const pass = (until: number): void => {
    engine.at(until, tick);
    engine.run({ until });
  };
  const at = BEFORE + Math.floor(engine.keyed('test/moment').uniform(0, 0) * 10 * SECOND);
  pass(at);
  holder = lease!.spec.holderIdentity;
  const { renewTime, leaseTransitions } = lease!.spec;
  replicas[signal](replicas.leader!);
  for (let until = at; takenAt === 0 && until < at + 60 * SECOND;) pass((until += SECOND));
  return {
    sinceRenewal: (takenAt - renewTime) / SECOND,
    sinceSignal: (takenAt - at) / SECOND,
    transitions: lease!.spec.leaseTransitions - leaseTransitions,
  };
}

/** The largest distance between a sample and a distribution function, which is late by at most `slack` seconds. */
function distanceTo(values: readonly number[], distribution: (x: number) => number, slack: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  let largest = 0;
  sorted.forEach((x, i) => {
    largest = Math.max(largest, (i + 1) / sorted.length - distribution(x), distribution(x - slack) - i / sorted.length);
  });
  return largest;
}

/** A sample exceeds this in one of a hundred cases. */
const limit = (n: number): number => 1.6276 / Math.sqrt(n);

/** A request, a commit and a look at the record take so long, seconds. */
const REQUESTS = 0.05;

function recorded(name: string, field: string): number[] {
  const path = join(process.env['ORRERY_DATA'] ?? 'none', 'control-plane/leader-election', name, 'facts.json');
  if (!existsSync(path)) return [];
  const { runs } = JSON.parse(readFileSync(path, 'utf8')) as { runs: Record<string, number>[] };
  return runs.flatMap((run) => run[field] ?? []);
}

const known = new Map<string, readonly Takeover[]>();

function over(make: () => ElectedComponent, signal: 'kill' | 'terminate' | 'pause'): readonly Takeover[] {
  const key = `${make.name} ${signal}`;
  let takeovers = known.get(key);
  if (takeovers === undefined) {
    takeovers = Array.from({ length: SEEDS }, (_, seed) => takeover(make, signal, seed));
    known.set(key, takeovers);
  }
  return takeovers;
}

describe('the loss of a leader, over 200 seeds', () => {
  it.each([
    ['kube-controller-manager that is killed', controllerManager, 'kill', 'kube-controller-manager-sigkill'],
    ['kube-controller-manager that has a SIGTERM', controllerManager, 'terminate', 'kube-controller-manager-sigterm'],
    ['kube-controller-manager that is frozen', controllerManager, 'pause', 'kube-controller-manager-sigkill'],
    ['kube-scheduler that is killed', scheduler, 'kill', ''],
  ] as const)('of %s: 15 s after somebody saw the last renewal, and one look more', (_, make, signal, recording) => {
    const takeovers = over(make, signal);
    const values = takeovers.map(({ sinceRenewal }) => sinceRenewal);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...values)).toBeLessThanOrEqual(23.8 + REQUESTS);
    expect(takeovers.every(({ transitions }) => transitions === 1)).toBe(true);
    const d = distanceTo(values, afterLastRenewal(), REQUESTS);
    expect(d, `KS ${d}, median ${median(values)}`).toBeLessThan(limit(SEEDS));
    const real = recorded(recording, 'since_last_renewal_s');
    if (real.length > 0) expect(distance(real, values, 0.1)).toBeLessThan(limitAtOnePercent(real.length, SEEDS));
  });

  it('of kube-scheduler that has a SIGTERM: given back, and taken at the next look', () => {
    const values = over(scheduler, 'terminate').map(({ sinceSignal }) => sinceSignal);
    expect(Math.max(...values)).toBeLessThanOrEqual(4.4 + 2 * REQUESTS);
    const d = distanceTo(values, afterRelease(), 2 * REQUESTS);
    expect(d, `KS ${d}, median ${median(values)}`).toBeLessThan(limit(SEEDS));
    const real = recorded('kube-scheduler-sigterm', 'takeover_s');
    if (real.length > 0) expect(distance(real, values, 0.1)).toBeLessThan(limitAtOnePercent(real.length, SEEDS));
  });

  it('is told from what it would be with a Lease of 16 s, or with looks that are not where chance has them', () => {
    const values = over(scheduler, 'kill').map(({ sinceRenewal }) => sinceRenewal);
    expect(distanceTo(values, afterLastRenewal(16), REQUESTS)).toBeGreaterThan(limit(SEEDS));
    expect(distanceTo(values, (x) => afterRelease()((x - 15) / 2), REQUESTS)).toBeGreaterThan(limit(SEEDS));
    expect(afterLastRenewal()(14.99)).toBe(0);
    expect(afterLastRenewal()(23.8)).toBeCloseTo(1, 6);
  });
});
