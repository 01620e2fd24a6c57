/** The tasks that threads and other machines can be given, by name. */
export { studyRun } from '../experiment/fgd-atc23/study-run.ts';
