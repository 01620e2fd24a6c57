import type { InertObject, Lease, PriorityClass } from '../core.ts';
import { isAddressRange } from '../ip-address.ts';
import { byteLength, configKeyProblems } from '../names.ts';
import type { Node } from '../node.ts';
import type { PodDisruptionBudget } from '../policy.ts';
import type { Checker } from './checker.ts';
import { checkLabelSelector } from './labels.ts';
import { checkAmount } from './resources.ts';
import { checkTaints } from './scheduling.ts';
import { checkAtMostAll, checkIntOrPercent, checkNotNegative } from './workloads.ts';

export function checkNode(node: Node, at: Checker): void {
  const { podCIDRs = [] } = node.spec as { readonly podCIDRs?: readonly string[] };
  podCIDRs.forEach((range, index) => {
    if (isAddressRange(range)) return;
    at.at('spec', 'podCIDRs', index).invalid(range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  });
  checkTaints(node.spec.taints ?? [], at.at('spec', 'taints'));
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const name of Object.keys(node.status[list])) {
      checkAmount(name, node.status[list][name] ?? '0', at.at('status', list, name));
    }
  }
}

export function checkDisruptionBudget({ spec }: PodDisruptionBudget, at: Checker): void {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    at.invalid(spec, 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    checkIntOrPercent(value, at.at(name));
    checkAtMostAll(value, at.at(name));
  }
  checkLabelSelector(spec.selector, at.at('selector'));
}

/** The two classes that every cluster has; others must not look like them. */
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);
const HIGHEST_OF_USERS = 1_000_000_000;

export function checkPriorityClass(priorityClass: PriorityClass, at: Checker): void {
  const { metadata, value, globalDefault } = priorityClass;
  if (metadata.name.startsWith('system-')) {
    const expected = SYSTEM_CLASSES.get(metadata.name);
    const { name } = metadata;
    let error: string | undefined;
    if (expected === undefined) error = `${name} is not a known system priority class`;
    else if (value !== expected) error = `value of ${name} PriorityClass must be ${expected}`;
    else if (globalDefault) error = `globalDefault of ${name} PriorityClass must be false`;
    if (error !== undefined) {
      const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${error}`;
      at.at('metadata', 'name').forbidden(detail);
    }
  } else if (value > HIGHEST_OF_USERS) {
    at.at('value').forbidden(`maximum allowed value of a user defined priority is ${HIGHEST_OF_USERS}`);
  }
}

const MAX_DATA_BYTES = 1024 * 1024;

/** ConfigMaps and Secrets: the names of the data and how much there is. */
export function checkData(object: InertObject, at: Checker): void {
  let bytes = 0;
  for (const member of ['data', 'binaryData', 'stringData'] as const) {
    const data = object[member] ?? {};
    const isBase64 = member === 'binaryData' || (member === 'data' && object.kind === 'Secret');
    for (const key of Object.keys(data)) {
      const text = data[key] ?? '';
      at.at(member, key).invalidFor(key, configKeyProblems(key));
      bytes += isBase64 ? Math.floor((text.replace(/=+$/, '').length * 3) / 4) : byteLength(text);
      if (member === 'data' && object.binaryData?.[key] !== undefined) {
        at.at(member, key).invalid(key, 'duplicate of key present in binaryData');
      }
    }
  }
  if (bytes > MAX_DATA_BYTES) at.at('data').tooLong(MAX_DATA_BYTES);
}

export function checkLease({ spec }: Lease, at: Checker): void {
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds < 0) at.at('leaseDurationSeconds').invalid(leaseDurationSeconds, 'must be greater than 0');
  checkNotNegative(leaseTransitions, at.at('leaseTransitions'));
}
