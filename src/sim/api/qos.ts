import type { Container, PodSpec, ResourceList } from './pod.ts';
import { quantityOf } from './quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'] as const;

/** Adds the positive amounts of CPU and memory; says whether both were there. */
function add(total: Map<string, bigint>, list: ResourceList | undefined): boolean {
  let both = true;
  for (const name of COUNTED) {
    const text = list?.[name];
    const nano = text === undefined ? 0n : quantityOf(text).nano;
    if (nano > 0n) total.set(name, (total.get(name) ?? 0n) + nano);
    else both = false;
  }
  return both;
}

const classes = new WeakMap<PodSpec, QosClass>();

/**
 * The quality of service of a pod whose requests have been defaulted (kubernetes-behaviour.md 4.8): Guaranteed when
 * every container limits CPU and memory and requests exactly that, BestEffort when nobody asks for anything. What is
 * set for the pod as a whole stands for its containers. Derived once a spec.
 */
export function qosClassOf(spec: PodSpec): QosClass {
  let known = classes.get(spec);
  if (known === undefined) classes.set(spec, (known = compute(spec)));
  return known;
}

function compute(spec: PodSpec): QosClass {
  const requests = new Map<string, bigint>();
  const limits = new Map<string, bigint>();
  let allLimited = true;
  if (spec.resources !== undefined) {
    add(requests, spec.resources.requests);
    const both = add(limits, spec.resources.limits);
    if (limits.size > 0 && !both) allLimited = false;
  } else {
    const all: readonly Container[] = [...spec.containers, ...(spec.initContainers ?? [])];
    for (const container of all) {
      add(requests, container.resources?.requests);
      if (!add(limits, container.resources?.limits)) allLimited = false;
    }
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (!allLimited || requests.size !== limits.size) return 'Burstable';
  for (const [name, nano] of requests) if (limits.get(name) !== nano) return 'Burstable';
  return 'Guaranteed';
}
