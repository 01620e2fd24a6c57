import { sameData } from '../../../sim/api/equality.ts';
import { addressFamily } from '../../../sim/api/ip-address.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import {
  LABEL_SERVICE_NAME,
  type Endpoint,
  type EndpointAddress,
  type Endpoints,
  type EndpointSlice,
} from '../../../sim/api/service.ts';
import { LABEL_MANAGED_BY } from '../endpoint-slice.ts';
import { portsKey, type EndpointPorts } from '../endpoint-slice/ports.ts';
import { TRIGGER_TIME } from '../endpoint-slice/trigger-times.ts';
import { controllerReference } from '../ownership.ts';

export const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** `--mirroring-max-endpoints-per-subset`. */
const MOST_OF_A_SUBSET = 1_000;

/** What is to be done so that the slices say what the Endpoints says. */
export interface MirrorPlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

interface Wanted {
  readonly family: 'IPv4' | 'IPv6';
  readonly ports: EndpointPorts;
  readonly endpoints: Endpoint[];
}

/** One slice for each set of ports and family of addresses; which endpoints are ready is all that it says of them. */
export function mirrored(endpoints: Endpoints, slices: readonly EndpointSlice[]): MirrorPlan {
  const wanted = wantedOf(endpoints);
  const existing = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = keyFor(slice.addressType, slice.ports);
    const group = existing.get(key);
    if (group === undefined) existing.set(key, [slice]);
    else group.push(slice);
  }
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const [key, one] of wanted) {
    const [first, ...rest] = existing.get(key) ?? [];
    remove.push(...rest);
    const slice = sliceOf(endpoints, one);
    if (first === undefined) create.push(slice);
    else if (!saysTheSame(first, slice)) {
      const { labels, annotations } = slice.metadata;
      update.push({ ...slice, metadata: { ...first.metadata, labels, annotations } });
    }
  }
  for (const [key, group] of existing) if (!wanted.has(key)) remove.push(...group);
  return { create, update, remove };
}

function wantedOf({ subsets }: Endpoints): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    let left = MOST_OF_A_SUBSET;
    const add = (address: EndpointAddress, ready: boolean): void => {
      const family = addressFamily(address.ip);
      if (family === undefined || left === 0) return;
      left--;
      const key = keyFor(family, ports);
      const group = wanted.get(key);
      const endpoint = endpointOf(address, ready);
      if (group === undefined) wanted.set(key, { family, ports, endpoints: [endpoint] });
      else group.endpoints.push(endpoint);
    };
    for (const address of addresses) add(address, true);
    for (const address of notReadyAddresses) add(address, false);
  }
  return wanted;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

function sliceOf(endpoints: Endpoints, { family, ports, endpoints: list }: Wanted): EndpointSlice {
  const { namespace, name } = endpoints.metadata;
  return {
    kind: 'EndpointSlice',
    metadata: newObjectMeta({
      namespace,
      generateName: `${name}-`,
      labels: { ...endpoints.metadata.labels, [LABEL_SERVICE_NAME]: name, [LABEL_MANAGED_BY]: MANAGED_BY },
      annotations: annotationsOf(endpoints),
      ownerReferences: [controllerReference(endpoints)],
    }),
    addressType: family,
    endpoints: list,
    ports,
  };
}

function annotationsOf({ metadata }: Endpoints): Labels {
  const { [TRIGGER_TIME]: _time, [LAST_APPLIED]: _applied, ...rest } = metadata.annotations;
  void [_time, _applied];
  return rest;
}

function saysTheSame(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    sameData(a.endpoints, b.endpoints) &&
    sameData(a.metadata.labels, b.metadata.labels) &&
    sameData(a.metadata.annotations, b.metadata.annotations)
  );
}

function keyFor(family: string, ports: EndpointPorts): string {
  return `${family} ${portsKey(ports)}`;
}
