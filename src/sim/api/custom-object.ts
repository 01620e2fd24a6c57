import type { KindFacts } from './kinds.ts';
import type { ObjectMeta } from './meta.ts';
import type { Table } from './schema/type.ts';

/** The kind of a custom resource inside: `Website.example.com`, its kind and its API group. */
export type CustomKind = `${string}.${string}`;

/** An object of a kind that a CustomResourceDefinition defines. What it holds besides metadata is its definer's affair. */
export interface CustomObject<Spec = unknown, Status = unknown> {
  readonly kind: CustomKind;
  readonly metadata: ObjectMeta;
  readonly spec?: Spec;
  readonly status?: Status | undefined;
}

/** A kind that is none of Kubernetes' own, as its definition has it. */
export interface CustomResource {
  readonly kind: CustomKind;
  /** With the version in which objects are stored. */
  readonly facts: KindFacts;
  /** The versions in which objects are taken, without the group. */
  readonly servedVersions: readonly string[];
  /** `status` is written apart from the rest. Otherwise it is a member like any other. */
  readonly hasStatus: boolean;
  readonly schema: Table;
  /** The `openAPIV3Schema` of the stored version. */
  readonly validation: unknown;
}

/**
 * What the kinds are that runs of this process have defined. A kind is looked up here only after it was found among
 * those of Kubernetes, so that a run without custom resources never comes here.
 */
const DECLARED = new Map<string, CustomResource>();

/** Makes a kind known by its name. Two runs may define one kind each in their own way, one after the other. */
export function declareCustomResource(resource: CustomResource): void {
  DECLARED.set(resource.kind, resource);
}

/** What a custom kind is. It must have been declared: whoever has the name has it from the definition. */
export function customResource(kind: string): CustomResource {
  const found = DECLARED.get(kind);
  if (found === undefined) throw new Error(`no kind is called ${kind}`);
  return found;
}

export function isCustomKind(kind: string): kind is CustomKind {
  return kind.includes('.');
}

/** The custom kind that an apiVersion and a kind on the wire would stand for. */
export function customKindOf(apiVersion: string, kind: string): CustomKind {
  return `${kind}.${apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))}`;
}

/** A kind as it is called on the wire: `Website`. */
export function wireKind(kind: string): string {
  const dot = kind.indexOf('.');
  return dot < 0 ? kind : kind.slice(0, dot);
}

/** Whether `status` is written apart from the rest of an object. */
export function hasStatusApart<T extends { readonly kind: string }>(
  object: T,
): object is Extract<T, { readonly status: unknown }> {
  return 'status' in object && isStatusApart(object.kind);
}

export function isStatusApart(kind: string): boolean {
  return !isCustomKind(kind) || customResource(kind).hasStatus;
}
