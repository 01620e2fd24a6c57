import type { CustomObject } from '../custom-object.ts';
import { customResource } from '../custom-object.ts';
import type { CustomResourceDefinition } from '../custom-resource-definition.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';
import type { Data } from '../schema/type.ts';
import type { Checker } from './checker.ts';

/** A definition by itself: its name is that of its resource, and of its versions one is stored. */
export function checkCustomResourceDefinition({ metadata, spec }: CustomResourceDefinition, at: Checker): void {
  const { group, names, versions } = spec;
  const name = `${names.plural}.${group}`;
  if (metadata.name !== name)
    at.at('metadata', 'name').invalid(metadata.name, 'must be spec.names.plural+"."+spec.group');
  const here = at.at('spec');
  here.at('group').invalidFor(group, dnsSubdomainProblems(group));
  if (group !== '' && !group.includes('.')) here.at('group').invalid(group, 'should be a domain with at least one dot');
  here.at('names', 'plural').invalidFor(names.plural, dnsLabelProblems(names.plural));
  const lowerKind = names.kind.toLowerCase();
  here.at('names', 'kind').invalidFor(names.kind, dnsLabelProblems(lowerKind));
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    here.at('versions').invalid(versions, 'must have exactly one version marked as storage version');
  }
  versions.forEach((version, index) => {
    here.at('versions', index, 'name').invalidFor(version.name, dnsLabelProblems(version.name));
    if (version.schema?.openAPIV3Schema === undefined) {
      here.at('versions', index, 'schema', 'openAPIV3Schema').required('schemas are required');
    }
  });
}

/** What the bounds of the definition's schema refuse; types and missing members are found by whoever reads the object. */
export function checkCustomObject(object: CustomObject, at: Checker): void {
  const { validation, hasStatus } = customResource(object.kind);
  const properties = member(validation, 'properties');
  for (const [name, schema] of Object.entries((properties ?? {}) as Data)) {
    if (name === 'metadata' || (name === 'status' && hasStatus && object.status === undefined)) continue;
    const value = member(object, name);
    if (value !== undefined) checkBounds(value, schema, name, at.at(name));
  }
}

function checkBounds(value: unknown, schema: unknown, path: string, at: Checker): void {
  const bound = (name: string): number | undefined => {
    const found = member(schema, name);
    return typeof found === 'number' ? found : undefined;
  };
  const least = (name: string, size: number, what: string): void => {
    const limit = bound(name);
    if (limit !== undefined && size < limit)
      at.invalid(value, `${path} in body should ${what.replace('#', `${limit}`)}`);
  };
  const most = (name: string, size: number, what: string): void => {
    const limit = bound(name);
    if (limit !== undefined && size > limit)
      at.invalid(value, `${path} in body should ${what.replace('#', `${limit}`)}`);
  };
  if (typeof value === 'number') {
    least('minimum', value, 'be greater than or equal to #');
    most('maximum', value, 'be less than or equal to #');
  } else if (typeof value === 'string') {
    least('minLength', value.length, 'be at least # chars long');
    most('maxLength', value.length, 'be at most # chars long');
    const pattern = member(schema, 'pattern');
    if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) {
      at.invalid(value, `${path} in body should match '${pattern}'`);
    }
  } else if (Array.isArray(value)) {
    least('minItems', value.length, 'have at least # items');
    most('maxItems', value.length, 'have at most # items');
    const items = member(schema, 'items');
    value.forEach((item, index) => checkBounds(item, items, `${path}[${index}]`, at.at(index)));
  } else if (typeof value === 'object' && value !== null) {
    const properties = member(schema, 'properties');
    const others = member(schema, 'additionalProperties');
    for (const [name, part] of Object.entries(value)) {
      const own = member(properties, name) ?? others;
      if (part !== undefined && own !== undefined) checkBounds(part, own, `${path}.${name}`, at.at(name));
    }
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Data)[name];
}
