import { z } from 'zod';
import type { ComponentFault } from '../sim/scenario/faults.ts';
import { addIssue, positiveDuration, slowdownFactor } from './fields.ts';

const COMPONENT_KINDS = [
  'ControllerManagerCrash',
  'ControllerManagerPause',
  'ControllerManagerRestart',
  'ControllerManagerSlowdown',
  'SchedulerCrash',
  'SchedulerPause',
  'SchedulerRestart',
  'SchedulerSlowdown',
] as const;

/** A fault of a controller manager or a scheduler, as written. */
export const componentFaultSchema = z
  .strictObject({
    kind: z
      .enum(COMPONENT_KINDS)
      .describe(
        'A crash is a SIGKILL, and the process starts again after `duration`; a restart is a SIGTERM first, which a scheduler uses to give its Lease back; a pause is a SIGSTOP, with a SIGCONT after `duration`; a slowdown makes its work take `factor` times as long.',
      ),
    replica: z
      .union([z.enum(['leader', 'standby']), z.int().min(0).max(6)])
      .default('leader')
      .describe('Which one: who leads when it begins, one that does not, or a number from 0.'),
    duration: positiveDuration.optional().describe('How long it lasts; until the end unless said.'),
    factor: slowdownFactor.optional().describe('Of a slowdown: how many times as long its work takes.'),
  })
  .superRefine(({ kind, factor }, context) => {
    const refuse = (message: string, help: string): void => addIssue(context, { code: 'bad-fault', message, help });
    const slows = kind.endsWith('Slowdown');
    if (slows && factor === undefined)
      refuse(`${kind} needs \`factor\`: how many times as long its work takes`, 'for instance `factor: 10`');
    if (!slows && factor !== undefined) refuse(`\`factor\` goes with a slowdown, not with ${kind}`, 'leave it out');
  })
  .describe('A process of the control plane that ends, stands still or is slow.');

export type WrittenComponentFault = z.output<typeof componentFaultSchema>;

/** Why a fault cannot strike a cluster of so many replicas; undefined where it can. */
export function problemOfComponentFault(
  { kind, replica }: WrittenComponentFault,
  replicas: { readonly controllerManagers: number; readonly schedulers: number },
): string | undefined {
  const [what, there] = kind.startsWith('Scheduler')
    ? ['scheduler', replicas.schedulers]
    : ['controller manager', replicas.controllerManagers];
  const count = there === 1 ? `one ${what}` : `${there} ${what}s`;
  if (typeof replica === 'number' && replica >= there) {
    return `there ${there === 1 ? 'is' : 'are'} ${count}, numbered from 0: there is no number ${replica}`;
  }
  return replica === 'standby' && there === 1 ? `there is ${count}: nobody stands by` : undefined;
}

export function componentFaultOf({ kind, replica, duration, factor }: WrittenComponentFault): ComponentFault {
  const base = { replica, durationMicros: duration };
  if (kind === 'ControllerManagerSlowdown' || kind === 'SchedulerSlowdown') return { kind, ...base, factor: factor! };
  return { kind, ...base };
}
