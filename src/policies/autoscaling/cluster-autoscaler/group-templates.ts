import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import { templateOf, type NodeTemplate } from '../simulation/templates.ts';
import { isNodeReady } from './cluster-state.ts';
import { isToBeDeleted } from './deletion-taints.ts';

/** What the next node of each group will be, by the group's id: like its first ready node, else as the cloud describes it. */
export function groupTemplates(
  cloud: CloudProvider,
  nodes: readonly Node[],
  daemonSets: readonly DaemonSet[],
): ReadonlyMap<string, NodeTemplate> {
  const templates = new Map<string, NodeTemplate>();
  for (const node of nodes) {
    const { name } = node.metadata;
    const group = cloud.groupOf(name);
    if (group === undefined || templates.has(group.id) || !isNodeReady(node) || isToBeDeleted(node)) continue;
    if (cloud.stateOf(name) === 'running') templates.set(group.id, templateOf(node, daemonSets));
  }
  for (const { id, template } of cloud.nodeGroups()) {
    if (!templates.has(id)) templates.set(id, templateOf(template, daemonSets));
  }
  return templates;
}
