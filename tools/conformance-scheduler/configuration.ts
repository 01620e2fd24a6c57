import { fieldPath } from '../../src/sim/api/problem.ts';
import {
  defaultSchedulerConfiguration,
  readSchedulerConfiguration,
} from '../../src/policies/scheduling/configuration/read-configuration.ts';
import type { SchedulerConfiguration } from '../../src/policies/scheduling/configuration/configuration.ts';
import { RecordingError } from './objects.ts';

/** The configuration of a case as the simulator reads it; the default one when the case has none. */
export function readRecordedConfiguration(raw: unknown): SchedulerConfiguration {
  if (raw === undefined || raw === null) return defaultSchedulerConfiguration();
  const errors: string[] = [];
  const configuration = readSchedulerConfiguration(raw, (problem) => {
    if (problem.severity === 'error') errors.push(`${fieldPath(problem.path)}: ${problem.message}`);
  });
  if (configuration === undefined) throw new RecordingError(`configuration: ${errors.join('; ')}`);
  return configuration;
}
