import type { Job } from '../api/batch.ts';
import type { Change } from '../api/change.ts';
import { conditionOf } from '../api/pod.ts';
import { NEVER, type JobRecord } from './records.ts';

/** Follows every Job from its creation to its last condition. */
export class JobRuns {
  readonly #following = new Map<string, JobRecord>();
  readonly #records: JobRecord[] = [];

  records(): readonly JobRecord[] {
    return this.#records;
  }

  observe({ type, object }: Change<'Job'>, at: number): void {
    const { uid } = object.metadata;
    if (type === 'DELETED') {
      this.#following.delete(uid);
      return;
    }
    let record = this.#following.get(uid);
    if (record === undefined) {
      record = begin(object, at);
      this.#following.set(uid, record);
      this.#records.push(record);
    }
    follow(record, object, at);
  }
}

function begin({ metadata, spec }: Job, at: number): JobRecord {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    startedAt: at,
    endedAt: NEVER,
    outcome: '',
    completions: spec.completions ?? spec.parallelism,
    peakActive: 0,
    podsSucceeded: 0,
    podsFailed: 0,
  };
}

function follow(record: JobRecord, { spec, status }: Job, at: number): void {
  record.completions = spec.completions ?? spec.parallelism;
  record.peakActive = Math.max(record.peakActive, status.active);
  record.podsSucceeded = status.succeeded;
  record.podsFailed = status.failed;
  if (record.outcome !== '') return;
  for (const type of ['Complete', 'Failed'] as const) {
    const condition = conditionOf(status.conditions, type);
    if (condition?.status !== 'True') continue;
    record.endedAt = at;
    record.outcome = type === 'Complete' ? 'Complete' : `Failed: ${condition.reason ?? ''}`;
  }
}
