import type { Pod } from '../../src/sim/api/pod.ts';
import { nodeEvents, podEvents } from '../../src/sim/control-plane/scheduler/cluster-events.ts';
import { backoffExpiration } from '../../src/sim/control-plane/scheduling-queue/backoff.ts';
import { HintTable } from '../../src/sim/control-plane/scheduling-queue/hints.ts';
import type { QueuedPod } from '../../src/sim/control-plane/scheduling-queue/queued-pod.ts';
import { SchedulingQueue } from '../../src/sim/control-plane/scheduling-queue/scheduling-queue.ts';
import type { SchedulingPolicy } from '../../src/sim/policy-api/scheduler.ts';
import type { Operation, QueueHistory } from './cases.ts';
import { ObjectLists, policyOf } from './cluster.ts';
import { readRecordedConfiguration } from './configuration.ts';
import { RecordingError } from './objects.ts';

type Json = Record<string, unknown>;

const MICROS_PER_MILLI = 1000;
const MICROS_PER_SECOND = 1_000_000;
const MAX_UNSCHEDULABLE_MICROS = 300 * MICROS_PER_SECOND;

/** What the simulator's queue holds after each operation, under a clock that stands still in between. */
export function answerQueue(history: QueueHistory): { readonly after: readonly Json[] } {
  const run = new QueueRun(history.configuration);
  return { after: history.operations.map((operation) => run.after(operation)) };
}

class QueueRun {
  readonly #objects = new ObjectLists();
  readonly #policy: SchedulingPolicy;
  readonly #queue: SchedulingQueue;
  readonly #pods = new Map<string, Pod>();
  readonly #flying = new Map<string, QueuedPod>();
  readonly #names = new Map<string, string>();
  #now = 0;

  constructor(configuration: unknown) {
    const policy = policyOf(readRecordedConfiguration(configuration), {}, this.#objects.host(), 'plain');
    this.#policy = policy;
    this.#queue = new SchedulingQueue({
      now: () => this.#now,
      compare: (a, b) => policy.compare(a, b),
      preEnqueue: (pod, first) => policy.preEnqueue(pod, first),
      hints: new HintTable(policy.hints),
      backoff: policy.backoff,
      maxUnschedulableMicros: MAX_UNSCHEDULABLE_MICROS,
    });
  }

  after(operation: Operation): Json {
    this.#advance(operation.atMillis * MICROS_PER_MILLI);
    const state: Json = {};
    this.#apply(operation, state);
    this.#describe(state);
    return state;
  }

  /** Flushes at every whole second on the way come before an operation of the same time. */
  #advance(to: number): void {
    const second = Math.floor(this.#now / MICROS_PER_SECOND) + 1;
    for (let at = second * MICROS_PER_SECOND; at <= to; at += MICROS_PER_SECOND) {
      this.#now = at;
      this.#queue.flush();
    }
    this.#now = to;
  }

  #apply(operation: Operation, state: Json): void {
    const queue = this.#queue;
    switch (operation.kind) {
      case 'add':
        this.#note(operation.pod);
        queue.add(operation.pod);
        break;
      case 'update': {
        const { pod } = operation;
        const previous = this.#pod(pod.metadata.name);
        this.#note(pod);
        queue.update({ type: 'MODIFIED', object: pod, previous }, podEvents(previous, pod));
        break;
      }
      case 'delete': {
        const pod = this.#pod(operation.name);
        this.#objects.of('Pod').delete(pod);
        queue.delete(`${pod.metadata.namespace}/${pod.metadata.name}`);
        break;
      }
      case 'pop': {
        const popped = queue.pop();
        if (popped === undefined) break;
        this.#flying.set(popped.pod.metadata.name, popped);
        state['popped'] = popped.pod.metadata.name;
        state['attempts'] = popped.attempts;
        break;
      }
      case 'fail': {
        const queued = this.#flying.get(operation.name);
        if (queued === undefined) throw new RecordingError(`${operation.name} fails, but is not in flight`);
        this.#flying.delete(operation.name);
        queued.clearRejectors();
        for (const plugin of operation.plugins) queued.rejectedBy(plugin);
        for (const plugin of operation.pending) queued.waitsFor(plugin);
        queue.addUnschedulable(queued, queued.pod);
        break;
      }
      case 'done':
        queue.done(this.#pod(operation.name).metadata.uid);
        this.#flying.delete(operation.name);
        break;
      case 'activate':
        queue.activate(this.#pod(operation.name));
        break;
      case 'nodeAdd':
        queue.moveAll('Node/Add', { type: 'ADDED', object: operation.node, previous: undefined });
        break;
      case 'nodeUpdate': {
        const { old, node } = operation;
        for (const event of nodeEvents(old, node)) {
          queue.moveAll(event, { type: 'MODIFIED', object: node, previous: old });
        }
        break;
      }
      case 'assignedAdd':
        queue.moveAll('AssignedPod/Add', { type: 'ADDED', object: operation.pod, previous: undefined });
        break;
      case 'assignedDelete': {
        const { pod } = operation;
        queue.moveAll('AssignedPod/Delete', { type: 'DELETED', object: pod, previous: pod });
        break;
      }
    }
  }

  #note(pod: Pod): void {
    this.#pods.set(pod.metadata.name, pod);
    this.#names.set(pod.metadata.uid, pod.metadata.name);
    this.#objects.of('Pod').put(pod);
  }

  #pod(name: string): Pod {
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new RecordingError(`there is no pod ${name}`);
    return pod;
  }

  #describe(state: Json): void {
    const lists = new Map<string, string[]>();
    const expirations = new Map<string, Json>();
    for (const queued of [...this.#queue.pods()].sort((a, b) => (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1))) {
      const { name } = queued.pod.metadata;
      const member = memberOf(queued);
      if (member === 'backoff' || member === 'errorBackoff') {
        const expiration = backoffExpiration(queued, this.#policy.backoff) / MICROS_PER_MILLI;
        let members = expirations.get(member);
        if (members === undefined) expirations.set(member, (members = {}));
        members[name] = expiration;
      } else {
        const list = lists.get(member);
        if (list === undefined) lists.set(member, [name]);
        else list.push(name);
      }
    }
    const inFlight = [...this.#queue.inFlightUids()].map((uid) => this.#names.get(uid) ?? uid).sort();
    if (inFlight.length > 0) lists.set('inFlight', inFlight);
    for (const [member, value] of [...lists, ...expirations]) state[member] = value;
  }
}

function memberOf(queued: QueuedPod): 'active' | 'backoff' | 'errorBackoff' | 'unschedulable' | 'gated' {
  switch (queued.room) {
    case 'active':
      return 'active';
    case 'backoff':
      return 'backoff';
    case 'error-backoff':
      return 'errorBackoff';
    default:
      return queued.gated ? 'gated' : 'unschedulable';
  }
}
