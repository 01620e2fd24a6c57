import { outcomeOf, type JobOutcome } from '../experiment/executor.ts';
import { studyRun as runStudy, type StudyRun } from '../experiment/fgd-atc23/study-run.ts';
import type { ReplicationInput } from '../experiment/replication.ts';
import { replicate as makeRun, stateSeries as seriesOfRun } from './replicate.ts';

/**
 * The tasks that threads and other machines can be given, by name. Each returns its outcome, a failure too: errors lose
 * their names on the way between threads.
 */

export function studyRun(input: StudyRun): Promise<JobOutcome> {
  return outcomeOf(() => runStudy(input));
}

export function replicate(input: ReplicationInput): Promise<JobOutcome> {
  return outcomeOf(() => makeRun(input));
}

export function stateSeries(input: ReplicationInput): Promise<JobOutcome> {
  return outcomeOf(() => seriesOfRun(input));
}
