import type { ApiObject } from '../../sim/api/kinds.ts';
import type { Request, Response } from '../../sim/api/request.ts';
import type { Steps } from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';

/** Sends one request and gives its answer, refusals included. */
export function* ask(request: Request): Steps<Response> {
  return yield request;
}

/** Sends one request that has to get through, and gives the object it answers with. */
export function* demand<T extends ApiObject>(request: Request): Steps<T> {
  const response: Response = yield request;
  if (!response.ok) throw new SyncError(response.message);
  return response.object as T;
}

/** Sends requests side by side and gives their answers, refusals included, in the order of the requests. */
export function* askAll(requests: readonly Request[]): Steps<readonly Response[]> {
  return yield requests;
}
