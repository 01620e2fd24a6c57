import type { NodeLifecycleSettings } from './settings.ts';

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** At least so many nodes have to be down before a zone counts as partly disrupted. */
const LEAST_NOT_READY = 3;

/** What a pass makes of a zone with so many nodes (kubernetes-behaviour.md 3.9). */
export function stateOfZone(
  ready: number,
  notReady: number,
  { unhealthyZoneThreshold }: NodeLifecycleSettings,
): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady >= LEAST_NOT_READY && notReady / (ready + notReady) >= unhealthyZoneThreshold)
    return 'PartialDisruption';
  return 'Normal';
}

/** Nodes a second that get their NoExecute taint in a zone of that state and size. */
export function evictionRate(state: ZoneState, size: number, settings: NodeLifecycleSettings): number {
  if (state !== 'PartialDisruption') return settings.nodeEvictionRate;
  return size > settings.largeClusterSizeThreshold ? settings.secondaryNodeEvictionRate : 0;
}
