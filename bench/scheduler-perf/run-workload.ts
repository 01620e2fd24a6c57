import { createHash } from 'node:crypto';
import { defaultPolicies } from '../../src/policies/default-policies.ts';
import { keyOf, type ApiObject } from '../../src/sim/api/kinds.ts';
import type { Client } from '../../src/sim/api/request.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { EventBroadcaster } from '../../src/sim/control-plane/event-recorder.ts';
import { Scheduler } from '../../src/sim/control-plane/scheduler/scheduler.ts';
import { Engine } from '../../src/sim/engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import { namespace, pod, priorityClass } from './objects.ts';
import type { Workload } from './workloads.ts';

export interface WorkloadResult {
  readonly scheduled: number;
  /** Of wall time, everything included: API server, watch, queue, decision, binding, Events. */
  readonly podsPerSecond: number;
  readonly cpuMicrosecondsPerPod: number;
  readonly attempts: number;
  readonly simulatedSeconds: number;
  /** Over the nodes of the measured pods. */
  readonly hash: string;
}

const MILLISECOND = 1_000;
const SECOND = 1_000_000;
/** How many events pass between two looks at whether all is scheduled. */
const STRIDE = 200;

/**
 * One of scheduler_perf's workloads, as there: an API server and a scheduler without client limits, and no kubelet, so
 * that pods stay where they are bound.
 *
 * @param share of the workload's pods; 1 is the real size
 * @param unschedulable so many pods that fit nowhere wait in the queue beside the others
 */
export function runWorkload(workload: Workload, share = 1, unschedulable = 0): WorkloadResult {
  const engine = new Engine({ seed: workload.name });
  const parameters = {
    ...DEFAULT_PARAMETERS,
    scheduler: { ...DEFAULT_PARAMETERS.scheduler, client: undefined },
  };
  const api = new SimulatedApiServer(engine, parameters);
  for (const name of ['default', 'kube-system']) api.install(namespace(name));
  api.install(priorityClass('high', 10));
  const count = (full: number): number => Math.ceil(full * share);
  for (const object of workload.before ?? []) api.install(object);
  for (let i = 0; i < count(workload.nodes); i++) api.install(workload.node(i));
  const recorder = (): EventBroadcaster =>
    new EventBroadcaster(engine, api.client('events', undefined), 'default-scheduler', true);
  const policy = defaultPolicies().scheduler;
  const scheduler = new Scheduler({ engine, api, parameters, policy, recorder });
  const client = api.client('bench', undefined);
  const nodeOf = new Map<string, string>();
  scheduler.onAttempt = ({ pod, nodeName }) => {
    if (nodeName !== undefined) nodeOf.set(keyOf(pod), nodeName);
  };
  const runUntil = (scheduled: number): void => {
    while (nodeOf.size < scheduled) {
      const before = nodeOf.size;
      if (engine.run({ maxEvents: STRIDE }) !== 'events' && nodeOf.size === before) return;
    }
  };

  const waiting = (workload.waiting ?? []).slice(0, count(workload.waiting?.length ?? 0));
  create(client, waiting);
  for (let i = 0; i < unschedulable; i++) api.install(pod(`misfit-${i}`, { cpu: '1000' }));
  const initial = Array.from({ length: count(workload.initPods) }, (_, i) => workload.init(i));
  create(client, initial);
  runUntil(initial.length + (waiting[0]?.spec.schedulingGates === undefined ? waiting.length : 0));
  if (waiting[0]?.metadata.finalizers.length) for (const pod of waiting) remove(client, pod);
  engine.run({ until: engine.now + (10 + unschedulable / 100) * SECOND });
  if (workload.deletesInit === true)
    everySoOften(engine, 'deletion', 20, initial.length, (n) => remove(client, initial[n]!));
  const { churn } = workload;
  if (churn !== undefined) {
    everySoOften(engine, 'churn', churn.everyMs, Infinity, (n) => {
      const { create: made = [], remove: unmade = [] } = churn.step(n);
      create(client, made);
      for (const object of unmade) remove(client, object);
    });
  }

  const measured = Array.from({ length: count(workload.measurePods) }, (_, i) => workload.measured(i));
  const isMeasured = new Set(measured.map(keyOf));
  nodeOf.clear();
  const decide = scheduler.onAttempt;
  scheduler.onAttempt = (attempt) => {
    if (isMeasured.has(keyOf(attempt.pod))) decide(attempt);
  };
  const attemptsBefore = scheduler.attempts;
  const startedAt = engine.now;
  const wall = process.hrtime.bigint();
  const cpuAt = process.cpuUsage();
  create(client, measured);
  const deadline = engine.now + 3_600 * SECOND;
  while (nodeOf.size < measured.length && engine.run({ until: deadline, maxEvents: STRIDE }) === 'events');
  const seconds = Number(process.hrtime.bigint() - wall) / 1e9;
  const cpu = process.cpuUsage(cpuAt);
  const hash = createHash('sha256');
  for (const pod of measured) hash.update(`${keyOf(pod)} ${nodeOf.get(keyOf(pod)) ?? ''}\n`);
  return {
    scheduled: nodeOf.size,
    podsPerSecond: nodeOf.size / seconds,
    cpuMicrosecondsPerPod: (cpu.user + cpu.system) / measured.length,
    attempts: scheduler.attempts - attemptsBefore,
    simulatedSeconds: (engine.now - startedAt) / SECOND,
    hash: hash.digest('hex').slice(0, 16),
  };
}

function create(client: Client, objects: readonly ApiObject[]): void {
  for (const object of objects) {
    client.send({ verb: 'create', object }, (response) => {
      if (!response.ok) throw new Error(`${keyOf(object)}: ${response.message}`);
    });
  }
}

function remove(client: Client, object: ApiObject): void {
  client.send({ verb: 'delete', kind: object.kind, key: keyOf(object) }, () => undefined);
}

/** In the background, so that it keeps no run going by itself. */
function everySoOften(engine: Engine, name: string, everyMs: number, times: number, act: (n: number) => void): void {
  const kind = engine.on(
    `bench/${name}`,
    (n) => {
      act(n);
      if (n + 1 < times) engine.after(everyMs * MILLISECOND, kind, n + 1);
    },
    { background: true },
  );
  engine.after(everyMs * MILLISECOND, kind, 0);
}
