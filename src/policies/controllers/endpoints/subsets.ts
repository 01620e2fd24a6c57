import { isPodReady, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import type { EndpointAddress, EndpointSubset, Service } from '../../../sim/api/service.ts';
import { endpointPorts, portsKey, type EndpointPorts } from '../endpoint-slice/ports.ts';

/** No Endpoints has more addresses than this. */
const MOST_ADDRESSES = 1_000;

interface Draft {
  readonly ports: EndpointPorts;
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/**
 * The subsets of a Service's Endpoints: pods with the same ports share one. A pod that is being deleted is no endpoint
 * any more, unless the Service publishes what is not ready (kubernetes-behaviour.md 3.8).
 */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const { publishNotReadyAddresses: publishesAll } = service.spec;
  const drafts = new Map<string, Draft>();
  for (const pod of pods) {
    if (isPodTerminal(pod) || (pod.status.podIP ?? '') === '') continue;
    if (pod.metadata.deletionTimestamp !== undefined && !publishesAll) continue;
    const ports = endpointPorts(service, pod);
    if (ports.length === 0 && service.spec.ports.length > 0) continue;
    const key = portsKey(ports);
    let draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, (draft = { ports, ready: [], notReady: [] }));
    (publishesAll || isPodReady(pod) ? draft.ready : draft.notReady).push(addressOf(pod, service));
  }
  return [...drafts.keys()].sort().map((key) => subsetOf(drafts.get(key)!));
}

function subsetOf({ ports, ready, notReady }: Draft): EndpointSubset {
  return {
    ...(ready.length === 0 ? {} : { addresses: ready.sort(byAddress) }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byAddress) }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function addressOf({ metadata, spec, status }: Pod, service: Service): EndpointAddress {
  const { namespace, name, uid } = metadata;
  const { hostname, subdomain, nodeName } = spec;
  return {
    ip: status.podIP ?? '',
    ...(hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  return a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
}

/** The same with no more addresses than there may be, those that are ready first; undefined where they all fit. */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] | undefined {
  let addresses = 0;
  let ready = 0;
  for (const subset of subsets) {
    ready += subset.addresses?.length ?? 0;
    addresses += (subset.addresses?.length ?? 0) + (subset.notReadyAddresses?.length ?? 0);
  }
  if (addresses <= MOST_ADDRESSES) return undefined;
  let readyLeft = Math.min(ready, MOST_ADDRESSES);
  let othersLeft = MOST_ADDRESSES - readyLeft;
  const kept: EndpointSubset[] = [];
  for (const subset of subsets) {
    const some = (subset.addresses ?? []).slice(0, readyLeft);
    const others = (subset.notReadyAddresses ?? []).slice(0, othersLeft);
    readyLeft -= some.length;
    othersLeft -= others.length;
    if (some.length + others.length === 0) continue;
    const { ports } = subset;
    kept.push({
      ...(some.length === 0 ? {} : { addresses: some }),
      ...(others.length === 0 ? {} : { notReadyAddresses: others }),
      ...(ports === undefined ? {} : { ports }),
    });
  }
  return kept;
}
