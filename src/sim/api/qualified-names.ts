import { wireKind } from './custom-object.ts';
import { factsOf, type Kind } from './kinds.ts';

/** The API group of a kind; empty for the core group. */
export function groupOf(kind: Kind): string {
  const { apiVersion } = factsOf(kind);
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** A kind's resource as messages name it: `pods`, `deployments.apps`. */
export function resourceName(kind: Kind): string {
  const group = groupOf(kind);
  const { plural } = factsOf(kind);
  return group === '' ? plural : `${plural}.${group}`;
}

/** A kind as messages name it: `Pod`, `Deployment.apps`. */
export function kindName(kind: Kind): string {
  const group = groupOf(kind);
  return group === '' ? kind : `${wireKind(kind)}.${group}`;
}
