import type { Node } from '../../../sim/api/node.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { isNodeReady } from '../cluster-autoscaler/cluster-state.ts';
import { RemainingBudgets } from '../cluster-autoscaler/disruption-budgets.ts';
import {
  allowedDisruptions,
  bySavings,
  emptiness,
  isStillValid,
  multiNode,
  singleNode,
  type Candidate,
  type Command,
  type Simulate,
} from './consolidation.ts';
import { isWithinConsolidateAfter, type NodeClaim } from './node-claim.ts';
import type { DisruptionReason, NodePool } from './settings.ts';

const DO_NOT_DISRUPT = 'karpenter.sh/do-not-disrupt';

/** What a look for nodes that may go is made with. */
export interface DisruptionNeeds {
  readonly claims: ReadonlyMap<string, NodeClaim>;
  readonly pools: readonly NodePool[];
  readonly node: (name: string) => Node | undefined;
  readonly budgets: () => readonly PodDisruptionBudget[];
  /** Pods of a node that would have to go elsewhere. */
  readonly movable: (nodeName: string) => readonly Pod[];
  readonly infoOf: (pod: Pod) => PodInfo;
  readonly simulate: Simulate;
}

/** Finds what is to be done about nodes that are not needed, or not as they are, and whether it still is a while later. */
export class Disruption {
  readonly #needs: DisruptionNeeds;

  constructor(needs: DisruptionNeeds) {
    this.#needs = needs;
  }

  /** One method after the other; the first that finds something is it. */
  next(now: number): Command | undefined {
    const all = this.#candidates(now);
    const isEmpty = ({ pods }: Candidate): boolean => pods.length === 0;
    const empty = emptiness(this.#withinBudgets(bySavings(all.filter(isEmpty)), 'Empty'));
    if (empty !== undefined) return empty;
    const used = all.filter(
      (one) => !isEmpty(one) && one.claim.pool.consolidationPolicy === 'WhenEmptyOrUnderutilized',
    );
    if (used.length === 0) return undefined;
    const { simulate } = this.#needs;
    const together = multiNode(this.#withinBudgets(bySavings(used), 'Underutilized'), simulate);
    if (together !== undefined) return together;
    const left = this.#budgetsLeft('Underutilized');
    return singleNode(
      used.filter(({ claim }) => left.get(claim.pool)! > 0),
      simulate,
    );
  }

  /** Nodes that nothing forbids to touch. */
  #candidates(now: number): readonly Candidate[] {
    const budgets = new RemainingBudgets(this.#needs.budgets());
    const found: Candidate[] = [];
    for (const claim of this.#needs.claims.values()) {
      const node = this.#needs.node(claim.name);
      if (node === undefined || !this.#mayBeDisrupted(claim, node, now)) continue;
      const pods = this.#needs.movable(claim.name);
      const isBlocked = pods.some((pod) => pod.metadata.annotations[DO_NOT_DISRUPT] === 'true' || !budgets.allow(pod));
      if (isBlocked) continue;
      found.push({ claim, pods: pods.map((pod) => this.#needs.infoOf(pod)) });
    }
    return found;
  }

  #mayBeDisrupted(claim: NodeClaim, { metadata }: Node, now: number): boolean {
    if (!claim.isInitialized || claim.isDisrupted || claim.leavingFor !== undefined) return false;
    if (claim.nominatedUntil > now || metadata.annotations[DO_NOT_DISRUPT] === 'true') return false;
    return claim.pool.consolidateAfter !== Infinity && !isWithinConsolidateAfter(claim, now);
  }

  #budgetsLeft(reason: DisruptionReason): Map<NodePool, number> {
    return new Map(
      this.#needs.pools.map((pool) => {
        const own = [...this.#needs.claims.values()].filter((claim) => claim.pool === pool && claim.isInitialized);
        const underWay = own.filter((claim) => {
          const node = this.#needs.node(claim.name);
          return claim.isDisrupted || claim.leavingFor !== undefined || node === undefined || !isNodeReady(node);
        });
        return [pool, allowedDisruptions(pool.budgets, reason, own.length, underWay.length)];
      }),
    );
  }

  #withinBudgets(candidates: readonly Candidate[], reason: DisruptionReason): readonly Candidate[] {
    const left = this.#budgetsLeft(reason);
    return candidates.filter(({ claim: { pool } }) => {
      const allowed = left.get(pool)!;
      left.set(pool, allowed - 1);
      return allowed > 0;
    });
  }

  /** The command as it can be carried out now; undefined: the cluster has moved on. */
  validated(command: Command, now: number): Command | undefined {
    const there = new Map(this.#candidates(now).map((one) => [one.claim.name, one]));
    const names = command.candidates.map(({ claim }) => claim.name);
    const present = names.flatMap((name) => there.get(name) ?? []);
    if (command.reason === 'Empty') {
      const candidates = this.#withinBudgets(
        present.filter(({ pods }) => pods.length === 0),
        'Empty',
      );
      return candidates.length === 0 ? undefined : { ...command, candidates };
    }
    if (present.length < names.length) return undefined;
    if (this.#withinBudgets(present, command.reason).length < names.length) return undefined;
    const again = { ...command, candidates: present };
    return isStillValid(again, this.#needs.simulate) ? again : undefined;
  }
}
