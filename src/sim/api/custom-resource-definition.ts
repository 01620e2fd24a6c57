import type { CustomResource } from './custom-object.ts';
import type { Condition, ObjectMeta } from './meta.ts';
import { customResourceTable } from './schema/custom-resource.ts';

export interface CustomResourceVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly schema?: { readonly openAPIV3Schema?: unknown };
  readonly subresources?: { readonly status?: unknown; readonly scale?: unknown };
}

export interface CustomResourceDefinition {
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly scope: 'Cluster' | 'Namespaced';
    readonly versions: readonly CustomResourceVersion[];
  };
  readonly status: { readonly conditions?: readonly Condition[] };
}

/** The kind that a definition defines. The definition must be valid: exactly one version is stored. */
export function customResourceOf({ spec }: CustomResourceDefinition): CustomResource {
  const { group, names, scope, versions } = spec;
  const stored = versions.find(({ storage }) => storage === true)!;
  const validation = stored.schema?.openAPIV3Schema;
  const hasStatus = stored.subresources?.status !== undefined;
  return {
    kind: `${names.kind}.${group}`,
    facts: { apiVersion: `${group}/${stored.name}`, plural: names.plural, namespaced: scope === 'Namespaced' },
    servedVersions: versions.filter(({ served }) => served === true).map(({ name }) => name),
    hasStatus,
    schema: customResourceTable(names.kind, validation, hasStatus),
    validation,
  };
}
