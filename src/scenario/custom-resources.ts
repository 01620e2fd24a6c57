import { decodeObject } from '../sim/api/decode/decode-object.ts';
import { declareCustomResource, type CustomKind, type CustomResource } from '../sim/api/custom-object.ts';
import { customResourceOf } from '../sim/api/custom-resource-definition.ts';
import { valueAt, type SourceDocument } from './document.ts';
import { objectPaths } from './manifests.ts';

/** The custom kinds of a scenario that somebody works on, by name. The others are accepted and have no effect. */
export type CustomResources = ReadonlyMap<CustomKind, CustomResource>;

/**
 * Finds the definitions of the kinds that the controllers of a run want, and makes them known. What is wrong with a
 * definition is told when it is decoded with all the rest.
 */
export function definedResources(
  documents: readonly SourceDocument[],
  wanted: ReadonlySet<CustomKind>,
): CustomResources {
  const found = new Map<CustomKind, CustomResource>();
  if (wanted.size === 0) return found;
  for (const { data } of documents) {
    for (const path of objectPaths(data)) {
      const raw = valueAt(data, path);
      if (valueAt(raw, ['kind']) !== 'CustomResourceDefinition') continue;
      const object = decodeObject(raw, () => {});
      if (object?.kind !== 'CustomResourceDefinition') continue;
      const resource = customResourceOf(object);
      if (!wanted.has(resource.kind)) continue;
      found.set(resource.kind, resource);
      declareCustomResource(resource);
    }
  }
  return found;
}
