import type { Change } from '../api/change.ts';
import { controllerOf } from '../api/meta.ts';
import { isPodReady, isPodTerminal, conditionOf, type Pod } from '../api/pod.ts';
import { podRequests } from '../api/pod-requests.ts';
import { NEVER, type PodRecord, type RecordSink } from './records.ts';
import type { NodeLoads } from './node-loads.ts';
import { NumberList } from './number-list.ts';

/** Follows every pod from its creation to its removal; writes its row and forgets it when it is gone. */
export class PodLives {
  readonly scheduling = new NumberList();
  readonly startup = new NumberList();
  readonly readiness = new NumberList();
  created = 0;
  scheduled = 0;
  removed = 0;
  pending = 0;
  unbound = 0;
  running = 0;
  ready = 0;
  everReady = 0;
  succeeded = 0;
  failed = 0;
  terminating = 0;
  readonly #alive = new Map<string, PodRecord>();
  readonly #loads: NodeLoads;
  readonly #sink: RecordSink;

  readonly #countedFrom: number;

  /** @param countedFrom durations are kept of pods created from here on */
  constructor(loads: NodeLoads, sink: RecordSink, countedFrom = 0) {
    this.#loads = loads;
    this.#countedFrom = countedFrom;
    this.#sink = sink;
  }

  /** Pods that are still there, in order of creation. */
  alive(): IterableIterator<PodRecord> {
    return this.#alive.values();
  }

  observe(change: Change<'Pod'>, at: number): void {
    const pod = change.object;
    if (change.type === 'ADDED') this.#add(pod, at);
    const record = this.#alive.get(pod.metadata.uid);
    if (record === undefined) return;
    if (change.type === 'DELETED') this.#remove(record, pod, at);
    else this.#update(record, pod, at);
  }

  /** The scheduler looked at the pod once more; `reason` is why it found no node, empty when it did. */
  attempted(uid: string, reason: string): void {
    const record = this.#alive.get(uid);
    if (record === undefined) return;
    record.schedulingAttempts++;
    if (record.node === '') record.reason = reason;
  }

  #add(pod: Pod, at: number): void {
    const requests = podRequests(pod);
    const owner = controllerOf(pod.metadata);
    this.created++;
    this.pending++;
    this.unbound++;
    this.#alive.set(pod.metadata.uid, {
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      owner: owner === undefined ? '' : `${owner.kind}/${owner.name}`,
      priority: pod.spec.priority ?? 0,
      requestedMilliCpu: requests.milliCpu,
      requestedMemoryBytes: requests.memoryBytes,
      createdAt: at,
      node: '',
      scheduledAt: NEVER,
      startedAt: NEVER,
      readyAt: NEVER,
      finishedAt: NEVER,
      deletionAt: NEVER,
      removedAt: NEVER,
      phase: 'Pending',
      reason: '',
      restarts: 0,
      schedulingAttempts: 0,
      isReady: false,
    });
  }

  #update(record: PodRecord, pod: Pod, at: number): void {
    const { status, spec, metadata } = pod;
    if (record.node === '' && spec.nodeName !== undefined) {
      record.node = spec.nodeName;
      record.scheduledAt = at;
      record.reason = '';
      this.scheduled++;
      this.unbound--;
      this.#keep(this.scheduling, record, at);
      if (!isPodTerminal(pod)) this.#loads.take(record, at);
    }
    if (record.deletionAt === NEVER && metadata.deletionTimestamp !== undefined) {
      record.deletionAt = at;
      this.terminating++;
    }
    if (status.phase !== record.phase) this.#enterPhase(record, pod, at);
    const ready = isPodReady(pod);
    if (ready !== record.isReady) {
      record.isReady = ready;
      this.ready += ready ? 1 : -1;
      if (ready && record.readyAt === NEVER) {
        record.readyAt = at;
        this.everReady++;
        this.#keep(this.readiness, record, at);
      }
    }
    record.restarts = restartsOf(pod);
    if (record.node !== '') record.reason = reasonOf(pod);
  }

  #keep(durations: NumberList, { createdAt }: PodRecord, at: number): void {
    if (createdAt >= this.#countedFrom) durations.push(at - createdAt);
  }

  #enterPhase(record: PodRecord, pod: Pod, at: number): void {
    this.#count(record.phase, -1);
    record.phase = pod.status.phase;
    this.#count(record.phase, 1);
    if (record.phase === 'Running' && record.startedAt === NEVER) {
      record.startedAt = at;
      this.#keep(this.startup, record, at);
    }
    if (isPodTerminal(pod)) {
      record.finishedAt = at;
      if (record.node !== '') this.#loads.release(record, at);
    }
  }

  #remove(record: PodRecord, pod: Pod, at: number): void {
    this.#update(record, pod, at);
    record.removedAt = at;
    this.removed++;
    this.terminating--;
    if (record.deletionAt === NEVER) {
      record.deletionAt = at;
      this.terminating++;
    }
    if (record.isReady) this.ready--;
    if (record.node === '') this.unbound--;
    else if (record.finishedAt === NEVER) this.#loads.release(record, at);
    this.#count(record.phase, -1);
    this.#alive.delete(record.uid);
    this.#sink.pod(record);
  }

  #count(phase: string, by: number): void {
    if (phase === 'Pending') this.pending += by;
    else if (phase === 'Running') this.running += by;
    else if (phase === 'Succeeded') this.succeeded += by;
    else if (phase === 'Failed') this.failed += by;
  }
}

function restartsOf(pod: Pod): number {
  let restarts = 0;
  for (const container of pod.status.containerStatuses ?? []) restarts += container.restartCount;
  for (const container of pod.status.initContainerStatuses ?? []) restarts += container.restartCount;
  return restarts;
}

/** What `kubectl get pods` shows as STATUS when something is wrong; empty when all is well. */
function reasonOf(pod: Pod): string {
  const { status } = pod;
  if (status.reason !== undefined) return status.reason;
  for (const container of status.initContainerStatuses ?? []) {
    const waiting = container.state.waiting?.reason;
    if (waiting !== undefined && waiting !== 'PodInitializing') return `Init:${waiting}`;
  }
  for (const container of status.containerStatuses ?? []) {
    const { waiting, terminated } = container.state;
    if (waiting !== undefined && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
      return waiting.reason;
    }
    if (terminated !== undefined && status.phase !== 'Succeeded') return terminated.reason ?? 'Error';
  }
  return status.phase === 'Running' && conditionOf(status.conditions, 'Ready')?.status !== 'True' ? 'NotReady' : '';
}
