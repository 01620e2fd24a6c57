import { CONDITION, METADATA } from './meta.ts';
import {
  always,
  anything,
  bool,
  defaulted,
  int64,
  intOrString,
  list,
  listByKey,
  map,
  oneOf,
  pointer,
  quiet,
  required,
  server,
  setOf,
  shown,
  table,
  text,
  type Data,
  type Field,
  type FieldOrType,
  type Table,
  type Type,
} from './type.ts';

const NAMES = table('CustomResourceDefinitionNames', {
  plural: required(text),
  singular: text,
  shortNames: list(text),
  kind: required(text),
  listKind: text,
  categories: list(text),
});

const VERSION = table('CustomResourceDefinitionVersion', {
  name: required(text),
  served: shown(always(bool, false)),
  storage: shown(always(bool, false)),
  deprecated: bool,
  deprecationWarning: pointer(text),
  schema: table('CustomResourceValidation', { openAPIV3Schema: anything }),
  subresources: pointer(table('CustomResourceSubresources', { status: pointer(anything), scale: pointer(anything) })),
  additionalPrinterColumns: list(anything),
  selectableFields: list(anything),
});

export const CUSTOM_RESOURCE_DEFINITION = table('CustomResourceDefinition', {
  metadata: METADATA,
  spec: always(
    table('CustomResourceDefinitionSpec', {
      group: required(text),
      names: always(NAMES, Object.freeze({})),
      scope: required(oneOf('Cluster', 'Namespaced')),
      versions: always(list(VERSION), Object.freeze([])),
      conversion: quiet(anything),
      preserveUnknownFields: quiet(bool),
    }),
    Object.freeze({}),
  ),
  status: server(
    always(
      table('CustomResourceDefinitionStatus', {
        conditions: listByKey('type', CONDITION),
        acceptedNames: anything,
        storedVersions: list(text),
        observedGeneration: int64,
      }),
      Object.freeze({}),
    ),
  ),
});

/**
 * The table by which objects of a custom kind are read, completed, printed and merged, from the structural schema of
 * its definition. Where the schema says nothing of a value, or that it keeps whatever there is, anything goes.
 */
export function customResourceTable(kind: string, schema: unknown, hasStatus: boolean): Table {
  const properties = recordOf(recordOf(schema)['properties']);
  const own = fieldsOf(kind, recordOf(schema));
  const status =
    properties['status'] === undefined ? pointer(anything) : fieldOf(`${kind}Status`, properties['status'], false);
  const { metadata, apiVersion, kind: _kind, ...rest } = own;
  void [metadata, apiVersion, _kind];
  return table(kind, {
    metadata: METADATA,
    ...(schema === undefined ? { spec: pointer(anything) } : {}),
    ...rest,
    status: hasStatus ? server(status) : status,
  });
}

function fieldsOf(name: string, schema: Data): Record<string, FieldOrType> {
  const needed = schema['required'];
  const fields: Record<string, FieldOrType> = {};
  for (const [key, property] of Object.entries(recordOf(schema['properties']))) {
    const isRequired = Array.isArray(needed) && needed.includes(key);
    fields[key] = fieldOf(name + key.charAt(0).toUpperCase() + key.slice(1), property, isRequired);
  }
  return fields;
}

/** Custom resources keep zeros: each of their fields is as a pointer is. */
function fieldOf(name: string, property: unknown, isRequired: boolean): Field {
  const schema = recordOf(property);
  const field = pointer(typeOf(name, schema));
  const completed = schema['default'] === undefined ? field : defaulted(field, schema['default']);
  return isRequired ? required(completed) : completed;
}

function typeOf(name: string, schema: Data): Type {
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return anything;
  switch (schema['type']) {
    case 'string': {
      const { enum: values } = schema;
      return Array.isArray(values) ? oneOf(...values.map(String)) : text;
    }
    case 'boolean':
      return bool;
    case 'integer':
      return int64;
    case 'array':
      return listOf(name, schema);
    case 'object':
      return objectOf(name, schema);
    default:
      return anything;
  }
}

function listOf(name: string, schema: Data): Type {
  const item = typeOf(name + 'Item', recordOf(schema['items']));
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set') return setOf(item);
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys) || keys.length === 0) return list(item);
  const names = keys.map(String);
  return listByKey(names[0]!, item, names);
}

function objectOf(name: string, schema: Data): Type {
  if (schema['properties'] !== undefined) {
    return table(name, fieldsOf(name, schema), { atomic: schema['x-kubernetes-map-type'] === 'atomic' });
  }
  const { additionalProperties } = schema;
  if (additionalProperties === undefined || typeof additionalProperties === 'boolean') return anything;
  return map(typeOf(name + 'Value', recordOf(additionalProperties)));
}

function recordOf(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
}
