import type { ApiObject } from '../kinds.ts';
import type { Report } from '../problem.ts';

/** Reports what the API server would refuse in a complete object; nothing when it would be stored. */
export function validateObject(object: ApiObject, report: Report): void {
  void object;
  void report;
}
