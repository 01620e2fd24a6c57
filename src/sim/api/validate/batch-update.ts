import type { Job } from '../batch.ts';
import { sameData } from '../equality.ts';
import type { PodTemplateSpec } from '../pod.ts';
import type { Checker } from './checker.ts';

const IMMUTABLE = 'field is immutable';

/** Fields of a Job that stay as they are. */
const FIXED = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

/**
 * What of a Job may change: how many pods at a time, limits and deadlines, whether it rests; an Indexed one may grow and
 * shrink along with its parallelism; and where its pods go, as long as none has been started.
 */
export function checkJobUpdate(previous: Job, next: Job, at: Checker): void {
  const before = previous.spec;
  const after = next.spec;
  const isElastic =
    after.completionMode === 'Indexed' && after.completions !== undefined && after.completions === after.parallelism;
  if (before.completions !== after.completions) {
    if (after.completionMode !== 'Indexed') at.at('completions').invalid(after.completions ?? null, IMMUTABLE);
    else if (!isElastic) {
      const detail = 'can only be modified in tandem with parallelism';
      at.at('completions').invalid(after.completions ?? null, detail);
    }
  }
  for (const name of FIXED) {
    if (!sameData(before[name], after[name])) at.at(name).invalid(after[name] ?? null, IMMUTABLE);
  }
  const mayMove = before.suspend && previous.status.startTime === undefined;
  const stays = (template: PodTemplateSpec): unknown => (mayMove ? withoutDirectives(template) : template);
  if (!sameData(stays(before.template), stays(after.template))) {
    at.at('template').invalid(after.template, IMMUTABLE);
  }
}

/** What scheduling directives, labels and annotations leave: those may change while a suspended Job has not started. */
function withoutDirectives({ spec }: PodTemplateSpec): unknown {
  const free = new Set(['affinity', 'nodeSelector', 'tolerations', 'schedulingGates']);
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !free.has(name)));
}
