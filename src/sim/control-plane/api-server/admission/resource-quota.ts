import type { ApiObject } from '../../../api/kinds.ts';
import { missingFrom } from '../../../api/quota/pod-usage.ts';
import {
  addTo,
  amountsOf,
  difference,
  isAtMost,
  listOf,
  masked,
  textOf,
  type Amounts,
} from '../../../api/quota/resource-lists.ts';
import { isCounted, resourcesOfKind, usageOf } from '../../../api/quota/usage.ts';
import type { ResourceQuota } from '../../../api/quota.ts';
import type { Refusal } from '../outcome.ts';
import { refuseForbidden } from '../refusals.ts';

/** A quota, and what of it would be used once an object is there. */
export interface Charge {
  readonly quota: ResourceQuota;
  readonly used: ResourceQuota['status']['used'];
}

/**
 * What storing an object costs the quotas of its namespace, or 403 where one of them does not cover it
 * (kubernetes-behaviour.md 2.8). Goes by the limits in the status, which the controller copies from the spec. `previous` is
 * the version that it replaces, if any.
 */
export function chargesOf(
  object: ApiObject,
  previous: ApiObject | undefined,
  quotas: readonly ResourceQuota[],
  now: number,
): readonly Charge[] | Refusal {
  const concerned: { readonly quota: ResourceQuota; readonly hard: Amounts }[] = [];
  for (const quota of quotas) {
    const hard = amountsOf(quota.status.hard);
    const limited = resourcesOfKind(object.kind, hard.keys());
    if (limited.size === 0 || !isCounted(object, quota)) continue;
    const why = whyNotCountable(object, quota, limited);
    if (why !== undefined) return forbidden(object, why);
    concerned.push({ quota, hard });
  }
  if (concerned.length === 0) return [];
  const delta = deltaOf(object, previous, now);
  if (delta.size === 0) return [];
  const charges: Charge[] = [];
  for (const { quota, hard } of concerned) {
    const requested = masked(delta, new Set(hard.keys()));
    const used = amountsOf(quota.status.used);
    const after = new Map(used);
    addTo(after, requested);
    const exceeded = new Set([...requested.keys()].filter((name) => !isAtMost(after.get(name)!, hard.get(name)!)));
    if (exceeded.size > 0) {
      const parts = [
        `exceeded quota: ${quota.metadata.name}`,
        `requested: ${textOf(masked(requested, exceeded))}`,
        `used: ${textOf(masked(used, exceeded))}`,
        `limited: ${textOf(masked(hard, exceeded))}`,
      ];
      return forbidden(object, parts.join(', '));
    }
    if (requested.size > 0) charges.push({ quota, used: listOf(after) });
  }
  return charges;
}

function forbidden(object: ApiObject, why: string): Refusal {
  return refuseForbidden(object.kind, object.metadata.name, why);
}

function whyNotCountable(object: ApiObject, quota: ResourceQuota, limited: ReadonlySet<string>): string | undefined {
  const { name } = quota.metadata;
  const missing = object.kind === 'Pod' ? missingFrom(object.spec, limited) : undefined;
  if (missing !== undefined) return `failed quota: ${name}: ${missing}`;
  const used = quota.status.used ?? {};
  const isKnown = [...limited].every((resource) => used[resource] !== undefined);
  return isKnown ? undefined : `status unknown for quota: ${name}, resources: ${[...limited].sort().join(',')}`;
}

function deltaOf(object: ApiObject, previous: ApiObject | undefined, now: number): Amounts {
  const usage = usageOf(object, now);
  const delta = previous === undefined ? usage : difference(usage, usageOf(previous, now));
  return new Map([...delta].filter(([, { nano }]) => nano !== 0n));
}
