import type { ControllerRevision } from '../controller-revision.ts';
import type { Checker } from './checker.ts';
import { checkNotNegative } from './workloads.ts';

export function checkControllerRevision({ data, revision }: ControllerRevision, at: Checker): void {
  if (data === undefined || data === null) at.at('data').required('data is mandatory');
  else if (typeof data !== 'object' || Array.isArray(data)) at.at('data').required('data must be a valid JSON object');
  checkNotNegative(revision, at.at('revision'));
}
