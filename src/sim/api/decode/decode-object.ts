import { applyDefaults } from '../defaults/apply-defaults.ts';
import { customKindOf, type CustomKind, type CustomResource } from '../custom-object.ts';
import { deepFreeze } from '../freeze.ts';
import { factsOf, type ApiObject, type Kind } from '../kinds.ts';
import type { Report } from '../problem.ts';
import { schemaOf } from '../schema/kinds.ts';
import type { Data, Table } from '../schema/type.ts';
import { validateObject } from '../validate/validate-object.ts';
import { describe, quoted } from './describe.ts';
import { recognise, type Recognition } from './known-kinds.ts';
import { Reader } from './reader.ts';

export interface DecodeOptions {
  /**
   * The object is a record of a cluster (`kubectl get -o yaml`): its identity, its times and its status count. In a
   * manifest they are passed over without a word, as `kubectl apply` passes them over.
   */
  readonly snapshot?: boolean;
  /** Shared between the objects of one input, so that a kind or field that is not simulated is told of once. */
  readonly warned?: Set<string>;
  /** The custom kinds that are simulated; definitions of others have no effect. Absent: every definition is simulated. */
  readonly customResources?: ReadonlyMap<CustomKind, CustomResource> | undefined;
}

/**
 * Turns one parsed manifest into the object the API server would store: checked, in canonical form, with all defaults,
 * frozen. Every problem is reported. `undefined` when there was an error, or when the kind is valid Kubernetes but not
 * simulated (a warning says so). `raw` may be anything at all.
 */
export function decodeObject(raw: unknown, report: Report, options: DecodeOptions = {}): ApiObject | undefined {
  const warned = options.warned ?? new Set<string>();
  const found = kindOf(raw, report, warned, options.customResources);
  if (found === undefined) return undefined;
  const { kind, schema, members } = found;
  const reading = { snapshot: options.snapshot ?? false, warned };
  const reader = new Reader(kind, reading, report);
  const read = { kind, ...reader.readTable(schema, members) } as unknown as ApiObject;
  if (reader.gaveUp) return undefined;
  const object = applyDefaults(withNamespace(read));
  validateObject(object, (problem) => {
    if (!reader.isBroken(problem.path)) reader.report(problem);
  });
  return reader.failed ? undefined : deepFreeze(object);
}

/** As kubectl and the API server do: into `default` where no namespace is named, and into none where there are none. */
function withNamespace(object: ApiObject): ApiObject {
  const { namespaced } = factsOf(object.kind);
  const { metadata } = object;
  if (namespaced === (metadata.namespace !== '')) return object;
  return { ...object, metadata: { ...metadata, namespace: namespaced ? 'default' : '' } } as ApiObject;
}

function kindOf(
  raw: unknown,
  report: Report,
  warned: Set<string>,
  customResources: DecodeOptions['customResources'],
): { readonly kind: Kind; readonly schema: Table; readonly members: Data } | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    report({
      path: [],
      severity: 'error',
      code: 'wrong-type',
      message: `expected a Kubernetes object, found ${describe(raw)}`,
    });
    return undefined;
  }
  const { apiVersion, kind, ...members } = raw as Readonly<Record<string, unknown>>;
  const hasVersion = isWord('apiVersion', apiVersion, report);
  const hasKind = isWord('kind', kind, report);
  if (!hasVersion || !hasKind) return undefined;
  const recognition = recogniseCustom(apiVersion as string, kind as string, members, customResources);
  switch (recognition.as) {
    case 'simulated':
      return { kind: recognition.kind, schema: recognition.schema, members };
    case 'not-simulated': {
      const name = `${apiVersion as string} ${kind as string}`;
      if (warned.has(name)) return undefined;
      warned.add(name);
      report({
        path: ['kind'],
        severity: 'warning',
        code: 'kind-not-simulated',
        message: `${(kind as string).slice(0, 100)} is accepted, not simulated`,
      });
      return undefined;
    }
    case 'wrong-version':
      report({
        path: ['apiVersion'],
        severity: 'error',
        code: 'unknown-kind',
        message: `no matches for kind ${quoted(kind as string)} in version ${quoted(apiVersion as string)}`,
        suggestion: recognition.apiVersion,
      });
      return undefined;
    case 'unknown':
      report({
        path: ['kind'],
        severity: 'error',
        code: 'unknown-kind',
        message: `no matches for kind ${quoted(kind as string)} in version ${quoted(apiVersion as string)}`,
        ...(recognition.suggestion === undefined ? {} : { suggestion: recognition.suggestion }),
      });
      return undefined;
  }
}

/** Custom kinds and their definitions count where somebody works on them. */
function recogniseCustom(
  apiVersion: string,
  kind: string,
  members: Data,
  customResources: DecodeOptions['customResources'],
): Recognition {
  const recognition = recognise(apiVersion, kind);
  if (customResources === undefined) return recognition;
  if (recognition.as === 'simulated' && recognition.kind === 'CustomResourceDefinition') {
    return customResources.has(definedKind(members)) ? recognition : { as: 'not-simulated' };
  }
  const custom = customResources.get(customKindOf(apiVersion, kind));
  if (custom === undefined || recognition.as !== 'not-simulated') return recognition;
  const [group = ''] = apiVersion.split('/');
  const versions = custom.servedVersions.map((version) => `${group}/${version}`);
  if (versions.includes(apiVersion)) return { as: 'simulated', kind: custom.kind, schema: schemaOf(custom.kind) };
  return { as: 'wrong-version', apiVersion: custom.facts.apiVersion };
}

/** As far as a definition says what it defines. */
function definedKind({ spec }: Data): CustomKind {
  const { group, names } = (spec ?? {}) as { readonly group?: unknown; readonly names?: { readonly kind?: unknown } };
  return `${String(names?.kind)}.${String(group)}`;
}

function isWord(name: 'apiVersion' | 'kind', value: unknown, report: Report): boolean {
  if (typeof value === 'string' && value !== '') return true;
  const isMissing = value === undefined || value === null || value === '';
  report({
    path: [name],
    severity: 'error',
    code: isMissing ? 'required' : 'wrong-type',
    message: isMissing ? 'Required value' : `expected text, found ${describe(value)}`,
  });
  return false;
}

/**
 * The items of a List (or of a PodList and the like) as raw data; `undefined` when `raw` is no list. Items are not
 * looked into.
 */
export function listItems(raw: unknown): readonly unknown[] | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const { kind, items } = raw as Readonly<Record<string, unknown>>;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}
