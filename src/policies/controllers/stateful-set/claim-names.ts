import type { StatefulSet } from '../../../sim/api/stateful-set.ts';

/** The claim that the pod of an ordinal has from a claim template: `data-db-0`. */
export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}
