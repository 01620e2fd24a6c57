import type { Change } from '../../sim/api/change.ts';
import type { Node } from '../../sim/api/node.ts';
import { conditionStatus } from '../../sim/api/pod.ts';
import type { CloudProvider } from '../../sim/policy-api/cloud.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { PassClock } from './pass-clock.ts';
import { ask } from './requests.ts';

/** `--node-monitor-period` of the cloud controller manager. Microseconds. */
const PERIOD = 5_000_000;
const IDLE_PASS = 2_000;

/**
 * The cloud controller manager's node lifecycle controller: every five seconds it looks at the nodes that are not ready,
 * and deletes the Nodes whose machines the cloud has no more. Passes that would find nothing to do are not made.
 */
export const cloudNodeLifecycle: ControllerFactory = (host) => new CloudNodeLifecycle(host);

class CloudNodeLifecycle implements Controller {
  readonly name = 'cloud-node-lifecycle';
  readonly workers = 1;
  readonly handlers = { Node: (change: Change<'Node'>) => this.#nodeChanged(change) };
  readonly #host: ControllerHost;
  readonly #cloud: CloudProvider | undefined;
  readonly #nodes: ControllerLister<'Node'>;
  readonly #clock: PassClock;

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#cloud = host.cloud;
    this.#nodes = host.lister('Node');
    this.#clock = new PassClock(PERIOD, IDLE_PASS, Math.floor(host.random() * PERIOD));
  }

  #nodeChanged({ type, object }: Change<'Node'>): void {
    if (type === 'DELETED' || isReady(object)) return;
    if (this.#cloud?.stateOf(object.metadata.name) !== undefined) this.#arm();
  }

  #arm(): void {
    const now = this.#host.now();
    this.#host.enqueueAfter('pass', this.#clock.after(now) - now);
  }

  *sync(): SyncSteps {
    let isLeaving = false;
    let isSick = false;
    for (const node of this.#nodes.list()) {
      if (isReady(node)) continue;
      const { name } = node.metadata;
      const state = this.#cloud?.stateOf(name);
      if (state === 'deleting') isLeaving = true;
      else if (state === 'running') isSick = true;
      if (state !== 'gone') continue;
      const message = `Deleting node ${name} because it does not exist in the cloud provider`;
      this.#host.record(node, 'Normal', 'DeletingNode', message);
      const answer = yield* ask({ verb: 'delete', kind: 'Node', key: name });
      if (!answer.ok && answer.reason !== 'NotFound') isLeaving = true;
    }
    this.#clock.endedAt(this.#host.now());
    if (isLeaving) this.#arm();
    // Whether a sick node's machine will ever go, nobody knows.
    else if (isSick) this.#host.enqueuePeriodically('pass', PERIOD);
  }
}

function isReady({ status }: Node): boolean {
  return conditionStatus(status.conditions, 'Ready') === 'True';
}
