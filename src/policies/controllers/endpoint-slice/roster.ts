import { keyOf } from '../../../sim/api/kinds.ts';
import type { Timestamp } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import { conditionOf, type Pod } from '../../../sim/api/pod.ts';
import type { Service } from '../../../sim/api/service.ts';
import { EndpointGroup } from './endpoint-group.ts';
import { endpointOf, isEndpoint } from './endpoint.ts';
import { endpointPorts, portsKey, type EndpointPorts } from './ports.ts';
import { TriggerTimes } from './trigger-times.ts';

/** What a roster reads from the caches. */
export interface RosterCaches {
  /** The pods a Service selects. */
  selected(service: Service): readonly Pod[];
  /** A pod, if this Service selects it. */
  member(service: Service, podKey: string): Pod | undefined;
  node(name: string): Node | undefined;
}

interface Ports {
  readonly ports: EndpointPorts;
  readonly key: string;
}

/**
 * The endpoints that a Service should have. It is kept up to date from the pods that changed since it was last looked
 * at, so that a sync costs what has changed and not what there is; it is always what a walk over all pods would give.
 */
export class Roster {
  /** By {@link portsKey}. A group may be wished for without endpoints, while nobody knows the nodes of its pods. */
  readonly groups = new Map<string, EndpointGroup>();
  readonly #caches: RosterCaches;
  readonly #triggerTimes = new TriggerTimes();
  readonly #touched = new Set<string>();
  /** The group of every pod that has one, by the key of the pod. */
  readonly #groupOf = new Map<string, string>();
  readonly #podsIn = new Map<string, number>();
  /** Pods on nodes that the cache does not know: left out, and looked at again each time. */
  readonly #homeless = new Map<string, Pod>();
  #service: Service | undefined;
  #lastPorts: (Ports & { readonly of: Pod['spec'] }) | undefined;

  constructor(caches: RosterCaches) {
    this.#caches = caches;
  }

  /** This pod has changed, or whether the Service selects it. */
  touch(podKey: string): void {
    this.#touched.add(podKey);
  }

  /** What nodes say about themselves has changed: everything is worked out anew the next time. */
  invalidate(): void {
    this.#service = undefined;
  }

  /** Takes in what has changed, and tells since when a change has been due (undefined: not since any known time). */
  update(service: Service): Timestamp | undefined {
    if (this.#service !== service) this.#rebuild(service);
    else {
      for (const key of this.#homeless.keys()) this.#touched.add(key);
      for (const key of this.#touched) this.#refresh(key, this.#caches.member(service, key));
    }
    this.#touched.clear();
    return this.#triggerTimes.next(service);
  }

  /** The pods that are left out, in words. */
  problems(): readonly string[] {
    const service = this.#service;
    if (service === undefined) return [];
    return [...this.#homeless.values()].map(
      ({ metadata, spec }) =>
        `skipping Pod ${metadata.name} for Service ${keyOf(service)}: Node ${spec.nodeName ?? ''} Not Found`,
    );
  }

  #rebuild(service: Service): void {
    this.#service = service;
    this.#lastPorts = undefined;
    this.groups.clear();
    this.#groupOf.clear();
    this.#podsIn.clear();
    this.#homeless.clear();
    const pods = this.#caches.selected(service);
    this.#triggerTimes.keepOnly(new Set(pods.map(keyOf)));
    for (const pod of pods) this.#refresh(keyOf(pod), pod);
  }

  #refresh(key: string, pod: Pod | undefined): void {
    if (pod === undefined) this.#triggerTimes.left(key);
    else this.#triggerTimes.see(key, conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime);
    this.#homeless.delete(key);
    if (pod === undefined || !isEndpoint(pod)) this.#leave(key);
    else this.#place(key, pod);
  }

  #place(key: string, pod: Pod): void {
    const service = this.#service!;
    const group = this.#enter(key, this.#portsOf(pod, service));
    const node = pod.spec.nodeName === undefined ? undefined : this.#caches.node(pod.spec.nodeName);
    if (node === undefined && !service.spec.publishNotReadyAddresses) {
      this.#homeless.set(key, pod);
      group.delete(key);
    } else group.set(key, endpointOf(pod, service, node));
  }

  #enter(key: string, { ports, key: name }: Ports): EndpointGroup {
    const before = this.#groupOf.get(key);
    if (before !== undefined && before !== name) this.#leave(key);
    let group = this.groups.get(name);
    if (group === undefined) this.groups.set(name, (group = new EndpointGroup(ports)));
    if (before !== name) {
      this.#groupOf.set(key, name);
      this.#podsIn.set(name, (this.#podsIn.get(name) ?? 0) + 1);
    }
    return group;
  }

  #leave(key: string): void {
    const name = this.#groupOf.get(key);
    if (name === undefined) return;
    this.#groupOf.delete(key);
    this.groups.get(name)?.delete(key);
    const left = (this.#podsIn.get(name) ?? 0) - 1;
    this.#podsIn.set(name, left);
    if (left > 0) return;
    this.#podsIn.delete(name);
    this.groups.delete(name);
  }

  /** Pods of a template share their containers, and so their ports. */
  #portsOf(pod: Pod, service: Service): Ports {
    const last = this.#lastPorts;
    const { containers, initContainers } = pod.spec;
    if (last !== undefined && last.of.containers === containers && last.of.initContainers === initContainers)
      return last;
    const ports = endpointPorts(service, pod);
    this.#lastPorts = { of: pod.spec, ports, key: portsKey(ports) };
    return this.#lastPorts;
  }
}
