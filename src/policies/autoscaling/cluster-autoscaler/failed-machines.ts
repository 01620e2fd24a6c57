import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import type { ClusterState, StateLog } from './cluster-state.ts';

/** Gives machines back that should have become nodes long ago, within the bounds of their groups; true: there were some. */
export function removeOldUnregistered(cloud: CloudProvider, state: ClusterState, log: StateLog): boolean {
  let removed = false;
  for (const group of cloud.nodeGroups()) {
    const room = Math.max(0, group.targetSize - group.minSize);
    const names = state.longUnregistered(group).slice(0, room);
    if (names.length === 0) continue;
    group.deleteNodes(names);
    for (const name of names) log('Normal', 'DeleteUnregistered', `Removed unregistered node ${name}`);
    removed = true;
  }
  return removed;
}

/** Gives machines back that the cloud could not make; true: there were some. */
export function deleteFailedMachines(cloud: CloudProvider): boolean {
  let deleted = false;
  for (const group of cloud.nodeGroups()) {
    const failed = group.instances().filter(({ error, state }) => error !== undefined && state === 'creating');
    if (failed.length === 0) continue;
    group.deleteNodes(failed.map(({ name }) => name));
    deleted = true;
  }
  return deleted;
}
