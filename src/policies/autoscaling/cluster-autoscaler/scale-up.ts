import type { CloudNodeGroup } from '../../../sim/policy-api/cloud.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { estimate } from './estimator.ts';
import { bestOption, type ExpansionOption } from './expanders.ts';
import { podGroupsOf, type PodGroup } from './pod-groups.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';
import { areSimilar, balance, type GroupGrowth } from './similar-groups.ts';
import { instantiate, type NodeTemplate } from '../simulation/templates.ts';

/** What a search for more nodes is made with. */
export interface ScaleUpSituation {
  readonly snapshot: ClusterSnapshot;
  readonly settings: ClusterAutoscalerSettings;
  readonly groups: readonly CloudNodeGroup[];
  readonly templates: ReadonlyMap<string, NodeTemplate>;
  /** Nodes of the cluster, those on their way included. */
  readonly nodeCount: number;
  /** Why a group cannot grow at present. */
  readonly refusalOf: (group: CloudNodeGroup) => string | undefined;
  readonly random: () => number;
}

/** What is to be done for pods that wait. */
export interface ScaleUpPlan {
  /** Empty: nothing helps. */
  readonly growth: readonly GroupGrowth[];
  /** For whose sake. */
  readonly pods: readonly Pod[];
  /** Pods that no group can take, each with why, in the words of its Event. */
  readonly helpless: readonly { readonly pod: Pod; readonly reasons: string }[];
}

/** Finds out which node group should grow by how much (cluster-autoscaler's scale-up orchestrator). */
export function planScaleUp(pods: readonly Pod[], situation: ScaleUpSituation): ScaleUpPlan {
  const { snapshot, settings, templates } = situation;
  const podGroups = podGroupsOf(pods, (pod) => snapshot.infoOf(pod));
  const skipped = new Map<string, string>();
  const fitting = new Map<string, readonly PodGroup[]>();
  for (const group of situation.groups) {
    const reason = situation.refusalOf(group) ?? (group.targetSize >= group.maxSize ? MAX_SIZE_REACHED : undefined);
    if (reason !== undefined) skipped.set(group.id, reason);
    else fitting.set(group.id, podGroupsThatFit(podGroups, group, templates.get(group.id)!, snapshot));
  }
  const options: (ExpansionOption & { readonly similar: readonly CloudNodeGroup[] })[] = [];
  for (const group of situation.groups) {
    const fits = fitting.get(group.id) ?? [];
    if (fits.length === 0) continue;
    const template = templates.get(group.id)!;
    const similar = settings.balanceSimilarNodeGroups ? similarTo(group, fitting, situation) : [];
    const found = estimate(snapshot, fits, template, mostNodes([group, ...similar], situation));
    if (found.nodeCount > 0 && found.pods.length > 0) options.push({ group, template, similar, ...found });
  }
  const helpless = helplessPods(podGroups, skipped, situation.groups);
  const chosen = bestOption(options, { ...settings, nodeCount: situation.nodeCount }, situation.random);
  if (chosen === undefined) return { growth: [], pods: [], helpless };
  const { similar = [] } = options.find((option) => option === chosen) ?? {};
  const growth = balance([chosen.group, ...similar], capped(chosen.nodeCount, situation));
  return { growth, pods: chosen.pods.map(({ pod }) => pod), helpless };
}

const MAX_SIZE_REACHED = 'max node group size reached';

function podGroupsThatFit(
  podGroups: readonly PodGroup[],
  group: CloudNodeGroup,
  template: NodeTemplate,
  snapshot: ClusterSnapshot,
): readonly PodGroup[] {
  const { node, pods } = instantiate(template, `template-node-for-${group.id}`);
  snapshot.fork();
  snapshot.addNode(node, pods);
  const fits = podGroups.filter((one) => {
    const refusal = snapshot.checkPredicates(one.pods[0]!, node.metadata.name);
    if (refusal === undefined) one.isSchedulable = true;
    else one.refusals.set(group.id, refusal.reasons);
    return refusal === undefined;
  });
  snapshot.revert();
  return fits;
}

/** Other groups with nodes that are alike, which can take the same pods. */
function similarTo(
  group: CloudNodeGroup,
  fitting: ReadonlyMap<string, readonly PodGroup[]>,
  { groups, templates }: ScaleUpSituation,
): readonly CloudNodeGroup[] {
  const fits = fitting.get(group.id)!;
  return groups.filter((other) => {
    const theirs = fitting.get(other.id);
    if (other === group || theirs === undefined) return false;
    const takesTheSame = fits.every((one) => theirs.includes(one));
    return takesTheSame && areSimilar(templates.get(group.id)!, templates.get(other.id)!);
  });
}

/** How many nodes an estimate may make up. */
function mostNodes(groups: readonly CloudNodeGroup[], { settings, nodeCount }: ScaleUpSituation): number {
  const room = groups.reduce((sum, { maxSize, targetSize }) => sum + maxSize - targetSize, 0);
  const total = settings.maxNodesTotal === 0 ? Infinity : settings.maxNodesTotal - nodeCount;
  return Math.max(0, Math.min(room, total, settings.maxNodesPerScaleUp));
}

function capped(newNodes: number, { settings: { maxNodesTotal }, nodeCount }: ScaleUpSituation): number {
  return maxNodesTotal === 0 ? newNodes : Math.max(0, Math.min(newNodes, maxNodesTotal - nodeCount));
}

function helplessPods(
  podGroups: readonly PodGroup[],
  skipped: ReadonlyMap<string, string>,
  groups: readonly CloudNodeGroup[],
): ScaleUpPlan['helpless'] {
  const helpless: { pod: Pod; reasons: string }[] = [];
  for (const { pods, refusals, isSchedulable } of podGroups) {
    if (isSchedulable) continue;
    const counts = new Map<string, number>();
    const count = (reason: string): unknown => counts.set(reason, (counts.get(reason) ?? 0) + 1);
    for (const { id } of groups) for (const reason of refusals.get(id) ?? []) count(reason);
    for (const { id } of groups) if (skipped.has(id)) count(skipped.get(id)!);
    const reasons = [...counts].map(([reason, times]) => `${times} ${reason}`).join(', ');
    for (const { pod } of pods) helpless.push({ pod, reasons });
  }
  return helpless;
}
