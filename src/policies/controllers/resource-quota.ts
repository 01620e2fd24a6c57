import type { Change } from '../../sim/api/change.ts';
import { keyOf, type ApiObject, type Kind } from '../../sim/api/kinds.ts';
import type { Pod } from '../../sim/api/pod.ts';
import { countsForQuota } from '../../sim/api/quota/pod-usage.ts';
import { addTo, amountsOf, listOf, masked, sameAmounts } from '../../sim/api/quota/resource-lists.ts';
import { resourcesOfKind } from '../../sim/api/quota/usage.ts';
import type { ResourceQuota } from '../../sim/api/quota.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { ask } from './requests.ts';
import { HeldUse } from './resource-quota/held-use.ts';

/** `--resource-quota-sync-period`: how often everything is counted again. Published: 5 minutes. */
const RESYNC_MICROS = 300_000_000;

/** The kinds that quotas can count. Events and Leases come and go by the thousand and are left out. */
const COUNTED = [
  'Pod',
  'Service',
  'PersistentVolumeClaim',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'ReplicationController',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
] as const satisfies readonly Kind[];

/**
 * Says in the status of every quota what its limits are and how much of them is used (kubernetes-behaviour.md 2.8).
 * Admission adds to the use; only this takes away from it, when something goes, ends, or should have been gone.
 */
export const resourceQuota: ControllerFactory = (host) => new ResourceQuotaController(host);

class ResourceQuotaController implements Controller {
  readonly name = 'resourcequota';
  readonly workers = 5;
  readonly handlers: Controller['handlers'];
  readonly #host: ControllerHost;
  /** By namespace: the keys of its quotas. */
  readonly #quotas = new Map<string, Set<string>>();
  /** By key: what the objects of every kind that it counts use of it, as long as its spec is the same. */
  readonly #held = new Map<string, { readonly spec: ResourceQuota['spec']; readonly uses: Map<Kind, HeldUse> }>();
  /** By key: when everything is counted again. */
  readonly #resyncs = new Map<string, number>();

  constructor(host: ControllerHost) {
    this.#host = host;
    const counted = (change: Change): void => this.#countedChanged(change);
    this.handlers = {
      ...Object.fromEntries(COUNTED.map((kind) => [kind, counted])),
      ResourceQuota: (change: Change<'ResourceQuota'>) => this.#quotaChanged(change),
    };
  }

  #quotaChanged({ type, object, previous }: Change<'ResourceQuota'>): void {
    const { namespace } = object.metadata;
    const key = keyOf(object);
    const keys = this.#quotas.get(namespace) ?? new Set<string>();
    if (type === 'DELETED') {
      keys.delete(key);
      if (keys.size === 0) this.#quotas.delete(namespace);
      this.#resyncs.delete(key);
      this.#held.delete(key);
      return;
    }
    this.#quotas.set(namespace, keys.add(key));
    // Updates of the status are its own.
    if (previous !== undefined && sameAmounts(previous.spec.hard, object.spec.hard)) return;
    this.#host.enqueue(key);
    if (previous === undefined) this.#resyncLater(key);
  }

  #resyncLater(key: string): void {
    this.#resyncs.set(key, this.#host.now() + RESYNC_MICROS);
    this.#host.enqueuePeriodically(key, RESYNC_MICROS);
  }

  /** Nothing is replenished but by what goes, and by pods that end or overstay. */
  #countedChanged({ type, object, previous }: Change): void {
    if (this.#quotas.size === 0) return;
    const keys = this.#quotas.get(object.metadata.namespace);
    if (keys === undefined) return;
    for (const key of keys) this.#held.get(key)?.uses.get(object.kind)?.touch(keyOf(object));
    if (type !== 'DELETED' && !releases(previous, object, this.#host.now())) return;
    const lister = this.#host.lister('ResourceQuota');
    for (const key of keys) {
      const hard = lister.get(key)?.status.hard ?? {};
      if (resourcesOfKind(object.kind, Object.keys(hard)).size > 0) this.#host.enqueue(key);
    }
  }

  *sync(key: string): SyncSteps {
    const quota = this.#host.lister('ResourceQuota').get(key);
    if (quota === undefined) return;
    const resync = this.#resyncs.get(key);
    if (resync !== undefined && resync <= this.#host.now()) this.#resyncLater(key);
    const status = this.#statusOf(quota);
    const { hard, used } = quota.status;
    const isDirty = hard === undefined || used === undefined;
    if (!isDirty && sameAmounts(hard, status.hard) && sameAmounts(used, status.used)) return;
    const response = yield* ask({ verb: 'update', subresource: 'status', object: { ...quota, status } });
    if (!response.ok) throw new SyncError(response.message);
  }

  /** What cannot be counted keeps the use it had. */
  #statusOf(quota: ResourceQuota): ResourceQuota['status'] {
    const hard = amountsOf(quota.spec.hard);
    const names = new Set(hard.keys());
    const used = amountsOf(quota.status.used);
    for (const kind of COUNTED) {
      const counted = resourcesOfKind(kind, names);
      if (counted.size === 0) continue;
      for (const name of counted) used.delete(name);
      addTo(used, this.#useOf(quota, kind, counted).total(this.#host.now()));
    }
    return { hard: listOf(hard), used: listOf(masked(used, names)) };
  }

  #useOf(quota: ResourceQuota, kind: Kind, names: ReadonlySet<string>): HeldUse {
    const { spec, metadata } = quota;
    const key = keyOf(quota);
    let held = this.#held.get(key);
    if (held?.spec !== spec) this.#held.set(key, (held = { spec, uses: new Map() }));
    let use = held.uses.get(kind);
    if (use === undefined) {
      const lister: ControllerLister<Kind> = this.#host.lister<Kind>(kind);
      use = new HeldUse(quota, names, { list: () => lister.list(metadata.namespace), get: (one) => lister.get(one) });
      held.uses.set(kind, use);
    }
    return use;
  }
}

function releases(previous: ApiObject | undefined, object: ApiObject, now: number): boolean {
  if (previous === undefined) return false;
  if (object.kind === 'Pod') return countsForQuota(previous as Pod, now) && !countsForQuota(object, now);
  if (object.kind === 'Service') return previous.kind === 'Service' && previous.spec.type !== object.spec.type;
  if (object.kind !== 'PersistentVolumeClaim' || previous.kind !== 'PersistentVolumeClaim') return false;
  return !sameAmounts(previous.spec.resources?.requests, object.spec.resources?.requests);
}
