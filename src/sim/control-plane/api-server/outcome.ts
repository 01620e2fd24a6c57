import type { ApiObject } from '../../api/kinds.ts';
import type { FeatureGates } from '../../scenario/parameters.ts';
import type { Failure, Reason, StatusCause } from '../../api/request.ts';

/** What a write does to the store: the leaves compute it, the API server commits it. */
export type Outcome =
  | {
      readonly does: 'put';
      readonly object: ApiObject;
      /** Its key, where somebody has worked it out already. */
      readonly key?: string;
    }
  | {
      readonly does: 'remove';
      readonly object: ApiObject;
      /** The object is first written as it stands here, at a revision of its own; then it goes. */
      readonly marked?: true;
      /** An update took away the last finalizer of something that was to go. */
      readonly byUpdate?: true;
    }
  /** A write that changes nothing: no revision, no watch event. */
  | { readonly does: 'nothing'; readonly object: ApiObject }
  | Refusal;

export interface Refusal {
  readonly does: 'refuse';
  readonly response: Failure;
}

/** What a write may know besides the object it writes to. */
export interface WriteContext {
  /** Microseconds. */
  readonly now: number;
  /** The revision this write will be committed at. */
  readonly revision: number;
  /** Absent: nobody has switched anything off. */
  readonly featureGates?: FeatureGates;
}

const CODES: { readonly [R in Reason]: number } = {
  '': 500,
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  Timeout: 504,
};

export interface RefusalDetails {
  readonly causes?: readonly StatusCause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export function refuse(reason: Reason, message: string, details: RefusalDetails = {}): Refusal {
  return { does: 'refuse', response: { ok: false, code: CODES[reason], reason, message, ...details } };
}

/** API timestamps have a resolution of one second. */
export function wholeSecond(micros: number): number {
  return micros - (micros % 1_000_000);
}
