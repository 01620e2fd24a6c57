import { readWire } from '../../../api/decode/read-wire.ts';
import { factsOf, KINDS, type ApiObject, type Kind } from '../../../api/kinds.ts';
import { isJsonObject, type JsonObject } from '../../../api/patch/merge-patch.ts';
import { fieldPath, type Problem } from '../../../api/problem.ts';
import { kindName } from '../../../api/qualified-names.ts';
import { validateObject } from '../../../api/validate/validate-object.ts';
import { refuse, type Refusal } from '../outcome.ts';
import { invalid } from '../validity.ts';

/** Where kube-apiserver registers its types, as its messages have it. */
const SCHEME = 'pkg/runtime/scheme.go:111';

/** The object in a body, in the namespace of the URL; or 400 and 422 in the API server's words. */
export function readBody(
  body: unknown,
  kind: Kind,
  namespace: string,
  isStrict: boolean,
): Refusal | { readonly object: ApiObject } {
  if (!isJsonObject(body)) return refuse('BadRequest', 'the body of the request is no object');
  const wrongKind = refuseOtherKind(body, kind);
  if (wrongKind !== undefined) return wrongKind;
  const { object, problems, unknownFields } = readWire(kind, body);
  if (isStrict && unknownFields.length > 0) {
    const fields = unknownFields.map((path) => `unknown field "${fieldPath(path)}"`).join(', ');
    return cannotHandle(kind, versionPart(factsOf(kind).apiVersion), kind, `strict decoding error: ${fields}`);
  }
  const mistyped = problems.find(({ code }) => code === 'wrong-type');
  if (mistyped !== undefined) {
    const why = `json: cannot unmarshal field ${fieldPath(mistyped.path)}: ${mistyped.message}`;
    return cannotHandle(kind, versionPart(factsOf(kind).apiVersion), kind, why);
  }
  const given = object.metadata.namespace;
  if (given !== '' && given !== namespace) {
    const why = 'the namespace of the provided object does not match the namespace sent on the request';
    return refuse('BadRequest', why);
  }
  const placed = { ...object, metadata: { ...object.metadata, namespace } } as ApiObject;
  return problems.length === 0 ? { object: placed } : refuseUnread(placed, problems);
}

/** What could not be read, and what is wrong besides. */
function refuseUnread(object: ApiObject, problems: readonly Problem[]): Refusal {
  const all = [...problems];
  validateObject(object, (problem) => {
    const isTold = problems.some((one) => one.path.every((part, i) => part === problem.path[i]));
    if (problem.severity === 'error' && !isTold) all.push(problem);
  });
  return invalid(kindName(object.kind), object.metadata.name, all);
}

function refuseOtherKind(body: JsonObject, kind: Kind): Refusal | undefined {
  const { apiVersion = factsOf(kind).apiVersion, kind: given = kind } = body;
  if (given === kind && apiVersion === factsOf(kind).apiVersion) return undefined;
  const name = String(given);
  const version = String(apiVersion);
  const isKnown = Object.hasOwn(KINDS, name) && factsOf(name as Kind).apiVersion === version;
  const why = isKnown
    ? `converting (${versionPart(version)}.${name}) to (${internalGroup(factsOf(kind).apiVersion)}.${kind}): unknown conversion`
    : `no kind "${name}" is registered for version "${version}" in scheme "${SCHEME}"`;
  return cannotHandle(name, versionPart(version), kind, why);
}

function cannotHandle(given: string, version: string, kind: Kind, why: string): Refusal {
  return refuse('BadRequest', `${given} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

function versionPart(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** The package of the internal types: the first word of the group. */
function internalGroup(apiVersion: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : 'core';
  return group.split('.')[0] ?? group;
}
