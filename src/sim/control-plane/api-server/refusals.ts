import type { Kind } from '../../api/kinds.ts';
import { resourceName } from '../../api/qualified-names.ts';
import type { Response } from '../../api/request.ts';
import type { EtcdError } from '../etcd/errors.ts';
import { refuse, type Refusal } from './outcome.ts';

export function refuseNotFound(kind: Kind, name: string): Refusal {
  return refuse('NotFound', `${resourceName(kind)} "${name}" not found`);
}

/** 403, as an admission plugin words it. */
export function refuseForbidden(kind: Kind, name: string, why: string): Refusal {
  return refuse('Forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`);
}

/** 405: the kind has no such subresource, or the subresource no such verb. */
export function refuseMethod(): Refusal {
  return refuse('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** The name in a store's key. */
export function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

/** What the API server says of a JSON patch that does not fit the object. */
export const REJECTED = 'the server rejected our request due to an error in our request';

/** 504 and a second's patience: the version asked for is still to come. */
export function refuseTooLarge(asked: number, current: number): Refusal {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return refuse('Timeout', message, { causes, retryAfterSeconds: 1 });
}

/** The API server shows what its storage says as an internal error, without Retry-After: nobody retries by himself. */
export function failureOf(error: EtcdError): Response {
  return { ok: false, code: 500, reason: 'InternalError', message: error.message };
}
