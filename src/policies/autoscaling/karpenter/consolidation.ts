import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { NodeClaim } from './node-claim.ts';
import type { Offering } from './offerings.ts';
import type { DisruptionBudget, DisruptionReason } from './settings.ts';
import type { Solution } from './solver.ts';

/** Of two to so many nodes at once. */
const MOST_TOGETHER = 100;
const BASE_COST = 1;
/** 2^27 and 2^25: what a deletion cost, and a priority, are divided by. */
const DELETION_COST_UNIT = 134_217_728;
const PRIORITY_UNIT = 33_554_432;

/** A node that may be disrupted. */
export interface Candidate {
  readonly claim: NodeClaim;
  /** Those that would have to go elsewhere. */
  readonly pods: readonly PodInfo[];
}

/** What is to be done with some nodes: they go, and something cheaper comes where that is needed. */
export interface Command {
  readonly reason: DisruptionReason;
  readonly candidates: readonly Candidate[];
  /** What the replacement could be, cheapest first; empty: none is needed. */
  readonly replacement: readonly Offering[];
}

/** What becomes of the pods of these nodes when they are gone. */
export type Simulate = (candidates: readonly Candidate[]) => Solution;

/** What it costs to move a pod: 1, more for what matters more; at most 10 either way. */
function evictionCost({ pod }: PodInfo): number {
  const deletionCost = Number(pod.metadata.annotations['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
  const cost = 1 + (Number.isNaN(deletionCost) ? 0 : deletionCost / DELETION_COST_UNIT);
  return Math.min(10, Math.max(-10, cost + (pod.spec.priority ?? 0) / PRIORITY_UNIT));
}

/** Most money for least disruption first. */
export function bySavings(candidates: readonly Candidate[]): readonly Candidate[] {
  const ratio = ({ claim, pods }: Candidate): number => {
    const cost = pods.reduce((sum, pod) => sum + Math.max(0, evictionCost(pod)), BASE_COST);
    return claim.offering.price / cost;
  };
  return candidates
    .map((candidate, order) => ({ candidate, order, ratio: ratio(candidate) }))
    .sort((a, b) => b.ratio - a.ratio || a.order - b.order)
    .map(({ candidate }) => candidate);
}

/** How many nodes of a pool may still be disrupted: the least that any of its budgets says, less those that are under way. */
export function allowedDisruptions(
  budgets: readonly DisruptionBudget[],
  reason: DisruptionReason,
  nodes: number,
  underWay: number,
): number {
  let allowed = Infinity;
  for (const { nodes: most, reasons } of budgets) {
    if (reasons !== undefined && !reasons.includes(reason)) continue;
    const count = most.endsWith('%') ? Math.ceil((Number(most.slice(0, -1)) * nodes) / 100) : Number(most);
    allowed = Math.min(allowed, count);
  }
  return Math.max(0, allowed - underWay);
}

/** Empty nodes go, all at once. */
export function emptiness(candidates: readonly Candidate[]): Command | undefined {
  return candidates.length === 0 ? undefined : { reason: 'Empty', candidates, replacement: [] };
}

/** One node after the other: the first that can go, or be replaced by something cheaper. */
export function singleNode(candidates: readonly Candidate[], simulate: Simulate): Command | undefined {
  for (const candidate of bySavings(candidates)) {
    const command = consolidate([candidate], simulate);
    if (command !== undefined) return command;
  }
  return undefined;
}

/** As many nodes together as can go for nothing, or for one that is cheaper: found by halving. */
export function multiNode(all: readonly Candidate[], simulate: Simulate): Command | undefined {
  const candidates = bySavings(all);
  if (candidates.length < 2) return undefined;
  let least = 1;
  let most = candidates.length <= MOST_TOGETHER ? candidates.length - 1 : MOST_TOGETHER;
  let found: Command | undefined;
  while (least <= most) {
    const middle = Math.floor((least + most) / 2);
    const command = withoutSameType(consolidate(candidates.slice(0, middle + 1), simulate));
    if (command === undefined) most = middle - 1;
    else {
      found = command;
      least = middle + 1;
    }
  }
  return found;
}

/** Undefined: the nodes are needed, or nothing cheaper would do. */
export function consolidate(candidates: readonly Candidate[], simulate: Simulate): Command | undefined {
  const { claims, helpless } = simulate(candidates);
  if (areStranded(candidates, helpless) || claims.length > 1) return undefined;
  const reason = 'Underutilized';
  const [claim] = claims;
  if (claim === undefined) return { reason, candidates, replacement: [] };
  const price = candidates.reduce((sum, one) => sum + one.claim.offering.price, 0);
  const replacement = claim.offerings.filter((one) => one.price < price);
  return replacement.length === 0 ? undefined : { reason, candidates, replacement };
}

/** Whether pods of these nodes would find no place; that others have none is no reason. */
function areStranded(candidates: readonly Candidate[], helpless: readonly PodInfo[]): boolean {
  const own = new Set(candidates.flatMap(({ pods }) => pods.map(({ pod }) => pod.metadata.uid)));
  return helpless.some(({ pod }) => own.has(pod.metadata.uid));
}

/** Several nodes are not replaced by one that one of them could have stayed as: only by something cheaper than that. */
function withoutSameType(command: Command | undefined): Command | undefined {
  if (command === undefined || command.replacement.length === 0) return command;
  const prices = new Map<string, number>();
  for (const { claim } of command.candidates) {
    const { type, price } = claim.offering;
    prices.set(type.name, Math.min(price, prices.get(type.name) ?? Infinity));
  }
  const most = command.replacement.reduce(
    (least, { type }) => Math.min(least, prices.get(type.name) ?? Infinity),
    Infinity,
  );
  const replacement = command.replacement.filter(({ price }) => price < most);
  return replacement.length === 0 ? undefined : { ...command, replacement };
}

/** Whether what is found now is what the command was about: something that has come up meanwhile makes it void. */
export function isStillValid(command: Command, simulate: Simulate): boolean {
  if (command.reason === 'Empty') return true;
  const { claims, helpless } = simulate(command.candidates);
  if (areStranded(command.candidates, helpless) || claims.length > 1) return false;
  const [claim] = claims;
  if (claim === undefined) return command.replacement.length === 0;
  const possible = new Set(claim.offerings);
  const names = new Set([...possible].map(({ type, zone }) => `${type.name}/${zone}`));
  return (
    command.replacement.length > 0 && command.replacement.every(({ type, zone }) => names.has(`${type.name}/${zone}`))
  );
}
