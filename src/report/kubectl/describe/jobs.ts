import { humanDuration } from '../age.ts';
import { selectorOf, writeController, writeLabels, writeName } from './name-lines.ts';
import { writePodTemplate } from './pod-template.ts';
import type { Describer } from './scene.ts';
import { count, date, has, moment, part, parts, text } from './wire.ts';

const MOST_INDEXES = 50;

export const describeJob: Describer = (job, out) => {
  writeName(job, out);
  out.line(0, 'Selector:', selectorOf(job, 'spec.selector'));
  writeLabels(job, out);
  writeController(job, out);
  const given = (title: string, path: string, unit = ''): void => {
    if (has(job, path)) out.line(0, `${title}:`, text(job, path) + unit);
  };
  given('Parallelism', 'spec.parallelism');
  out.line(0, 'Completions:', has(job, 'spec.completions') ? count(job, 'spec.completions') : '<unset>');
  given('Completion Mode', 'spec.completionMode');
  given('Suspend', 'spec.suspend');
  given('Backoff Limit', 'spec.backoffLimit');
  given('TTL Seconds After Finished', 'spec.ttlSecondsAfterFinished');
  if (has(job, 'status.startTime')) out.line(0, 'Start Time:', date(job, 'status.startTime'));
  if (has(job, 'status.completionTime')) out.line(0, 'Completed At:', date(job, 'status.completionTime'));
  const [start, end] = [moment(job, 'status.startTime'), moment(job, 'status.completionTime')];
  if (start !== undefined && end !== undefined) out.line(0, 'Duration:', humanDuration(end - start));
  given('Active Deadline Seconds', 'spec.activeDeadlineSeconds', 's');
  const ready = has(job, 'status.ready') ? ` (${count(job, 'status.ready')} Ready)` : '';
  out.line(
    0,
    'Pods Statuses:',
    `${count(job, 'status.active')} Active${ready} / ${count(job, 'status.succeeded')} Succeeded / ${count(job, 'status.failed')} Failed`,
  );
  if (text(job, 'spec.completionMode') === 'Indexed')
    out.line(0, 'Completed Indexes:', indexesText(text(job, 'status.completedIndexes')));
  writePodTemplate(part(job, 'spec.template'), out);
};

/** No more than what ends with the first comma from some place on. */
function indexesText(indexes: string): string {
  if (indexes === '') return '<none>';
  const comma = indexes.indexOf(',', MOST_INDEXES);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

export const describeCronJob: Describer = (cronJob, out) => {
  writeName(cronJob, out);
  writeLabels(cronJob, out);
  const orUnset = (title: string, path: string, unit = ''): void =>
    out.line(0, `${title}:`, has(cronJob, path) ? text(cronJob, path) + unit : '<unset>');
  out.line(0, 'Schedule:', text(cronJob, 'spec.schedule'));
  out.line(0, 'Concurrency Policy:', text(cronJob, 'spec.concurrencyPolicy'));
  const suspend = text(cronJob, 'spec.suspend');
  out.line(0, 'Suspend:', suspend === '' ? '<unset>' : suspend === 'true' ? 'True' : 'False');
  orUnset('Time Zone', 'spec.timeZone');
  orUnset('Successful Job History Limit', 'spec.successfulJobsHistoryLimit');
  orUnset('Failed Job History Limit', 'spec.failedJobsHistoryLimit');
  orUnset('Starting Deadline Seconds', 'spec.startingDeadlineSeconds', 's');
  const job = part(cronJob, 'spec.jobTemplate.spec');
  out.line(0, 'Selector:', has(job, 'selector') ? selectorOf(job, 'selector') : '<unset>');
  orUnset('Parallelism', 'spec.jobTemplate.spec.parallelism');
  orUnset('Completions', 'spec.jobTemplate.spec.completions');
  if (has(job, 'activeDeadlineSeconds'))
    out.line(0, 'Active Deadline Seconds:', `${count(job, 'activeDeadlineSeconds')}s`);
  writePodTemplate(part(job, 'template'), out);
  const last = 'status.lastScheduleTime';
  out.line(0, 'Last Schedule Time:', has(cronJob, last) ? date(cronJob, last) : '<unset>');
  const active = parts(cronJob, 'status.active').map((one) => text(one, 'name'));
  out.line(0, 'Active Jobs:', active.length === 0 ? '<none>' : active.join(', '));
};
