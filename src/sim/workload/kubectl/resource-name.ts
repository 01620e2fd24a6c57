import { factsOf, type Kind } from '../../api/kinds.ts';

/** A kind as kubectl writes it before a name: `deployment.apps`, `pod`. */
export function resourceOf(kind: Kind): string {
  const group = groupOf(kind);
  return group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

/** `deployment.apps/web`. */
export function printed(kind: Kind, key: string): string {
  return `${resourceOf(kind)}/${nameIn(key)}`;
}

/** `deployments.apps "web"`, as errors have it. */
export function quotedResource(kind: Kind, key: string): string {
  const group = groupOf(kind);
  return `${factsOf(kind).plural}${group === '' ? '' : `.${group}`} "${nameIn(key)}"`;
}

export function nameIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

/** Empty where the kind has none. */
export function namespaceIn(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}

function groupOf(kind: Kind): string {
  const { apiVersion } = factsOf(kind);
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
