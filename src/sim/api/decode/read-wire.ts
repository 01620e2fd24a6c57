import { applyDefaults } from '../defaults/apply-defaults.ts';
import { factsOf, type ApiObject, type Kind } from '../kinds.ts';
import type { Problem } from '../problem.ts';
import { schemaOf } from '../schema/kinds.ts';
import type { Data } from '../schema/type.ts';
import { Reader } from './reader.ts';

/** What came in with a request, read. */
export interface WireObject {
  /** With all defaults; what is broken in it holds the zero of its type. */
  readonly object: ApiObject;
  /** What does not fit, in the order of the members. */
  readonly problems: readonly Problem[];
  /** Where there are fields that the API does not know; they are dropped. */
  readonly unknownFields: readonly (readonly (string | number)[])[];
}

/**
 * Reads the body of a request, or the object that a patch made, as the API server does: what only the server writes is
 * read too (whoever stores decides what counts), unknown fields are dropped, defaults are filled in.
 */
export function readWire(kind: Kind, members: Data): WireObject {
  const problems: Problem[] = [];
  const unknownFields: (readonly (string | number)[])[] = [];
  const reader = new Reader(kind, { snapshot: true, warned: new Set() }, (problem) => {
    if (problem.code === 'unknown-field') unknownFields.push(problem.path);
    else if (problem.severity === 'error') problems.push(problem);
  });
  const { apiVersion, kind: given, ...rest } = members;
  void apiVersion;
  void given;
  const object = { kind, ...reader.readTable(schemaOf(kind), rest) } as unknown as ApiObject;
  return { object: applyDefaults(inItsScope(object)), problems, unknownFields };
}

function inItsScope(object: ApiObject): ApiObject {
  if (factsOf(object.kind).namespaced || object.metadata.namespace === '') return object;
  return { ...object, metadata: { ...object.metadata, namespace: '' } } as ApiObject;
}
