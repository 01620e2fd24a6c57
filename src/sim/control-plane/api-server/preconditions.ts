import { keyOf, type ApiObject } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Problem } from '../../api/problem.ts';
import { kindName, resourceName } from '../../api/qualified-names.ts';
import type { Preconditions } from '../../api/request.ts';
import { refuse, type Refusal } from './outcome.ts';
import { invalid } from './validity.ts';
import { registryKey } from './registry-key.ts';

/** 409: somebody else has written the object since. */
export function refuseModified(current: ApiObject): Refusal {
  return refuse(
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(current.kind)} "${current.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`,
  );
}

/** 409 for a write to another object of this name than the one that is there, in the words of the storage layer. */
export function refuseOtherUid(current: ApiObject, uid: string): Refusal {
  const { kind, metadata } = current;
  const where = `Key: ${registryKey(kind, keyOf(current))}, ResourceVersion: 0`;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
  return refuse(
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${metadata.name}": StorageError: invalid object, Code: 4, ${where}, AdditionalErrorMsg: ${why}`,
  );
}

/** 409 where a deletion's preconditions do not hold. */
export function refuseUnmet(current: ApiObject, { uid, resourceVersion }: Preconditions): Refusal | undefined {
  const { kind, metadata } = current;
  const cannot = `Operation cannot be fulfilled on ${kindName(kind)} "${metadata.name}"`;
  if (uid !== undefined && uid !== metadata.uid) {
    return refuse(
      'Conflict',
      `${cannot}: the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    return refuse(
      'Conflict',
      `${cannot}: the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
  return undefined;
}

/** 422 for a patch that is meant for another object of this name: a uid cannot be changed. */
export function refuseUidChange({ kind, metadata }: ApiObject, uid: string): Refusal {
  return invalid(kindName(kind), metadata.name, [immutable('uid', uid), immutable('uid', uid)]);
}

function immutable(member: string, value: string): Problem {
  const message = `Invalid value: ${JSON.stringify(value)}: field is immutable`;
  return { path: ['metadata', member], severity: 'error', code: 'invalid', message };
}

/** What of an object's identity a new version of it would change: each told twice, once for all kinds and once for its own. */
export function identityChanges(before: ObjectMeta, after: ObjectMeta): readonly Problem[] {
  const problems: Problem[] = [];
  for (const member of ['name', 'namespace', 'uid'] as const) {
    if (after[member] !== '' && after[member] !== before[member]) problems.push(immutable(member, after[member]));
  }
  return [...problems, ...problems];
}
