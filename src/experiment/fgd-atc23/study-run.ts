import type { TieBreak } from '../../policies/scheduling/gpu-sharing/gpu-placer.ts';
import { replay, type Replay } from './replay.ts';
import { readStudy, type StudyData } from './study-data.ts';

/** One run of the study: a job. */
export interface StudyRun {
  /** The folder of recordings. */
  readonly data: string;
  readonly workload: string;
  /** One of the study's policies. */
  readonly policy: string;
  readonly seed: string;
  readonly ties: TieBreak;
}

/** The inputs read last: runs of one workload come one after the other. */
let last: { readonly key: string; readonly study: Promise<StudyData> } | undefined;

/** Throws a TraceError where the inputs cannot be read. */
export async function studyRun({ data, workload, policy, seed, ties }: StudyRun): Promise<Replay> {
  const key = `${data} ${workload}`;
  if (last?.key !== key) last = { key, study: readStudy(data, workload) };
  const study = await last.study;
  return replay(study, study.orders.get(seed)!, { policy, seed, ties });
}
