import type { ApiObject } from '../../sim/api/kinds.ts';
import { HEALTHY, LABEL_HOSTNAME, type Node } from '../../sim/api/node.ts';
import { nodeCapacity } from '../node-pools.ts';

/**
 * Nodes as far as a manifest describes them, as those of KWOK do: with nothing said of its health a node is well, it has
 * room for 110 pods as kubelets have by default, and its host's name is its own. Recorded ones say all that themselves.
 */
export function describedNodes(recorded: readonly ApiObject[]): ApiObject[] {
  return recorded.map((object) => (object.kind === 'Node' ? described(object) : object));
}

function described(node: Node): Node {
  const { metadata, status } = node;
  if (status.conditions.some(({ type }) => type === 'Ready')) return node;
  return {
    ...node,
    metadata: { ...metadata, labels: { [LABEL_HOSTNAME]: metadata.name, ...metadata.labels } },
    status: { ...status, ...nodeCapacity(status), conditions: [...status.conditions, ...HEALTHY] },
  };
}
