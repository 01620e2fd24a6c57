/**
 * What a scheduling plugin answers. "Cannot schedule" is a value, never an exception. `undefined` stands for Success,
 * as nil does in kube-scheduler.
 */
export const Code = {
  Success: 0,
  Error: 1,
  Unschedulable: 2,
  UnschedulableAndUnresolvable: 3,
  Wait: 4,
  Skip: 5,
  Pending: 6,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

export interface Status {
  readonly code: Code;
  readonly reasons: readonly string[];
  /** The plugin that said so; the framework fills it in. */
  readonly plugin?: string;
}

export const SKIP: Status = Object.freeze({ code: Code.Skip, reasons: Object.freeze([]) });

export function unschedulable(...reasons: string[]): Status {
  return { code: Code.Unschedulable, reasons };
}

/** Preemption cannot help: the node will not be looked at for victims. */
export function unresolvable(...reasons: string[]): Status {
  return { code: Code.UnschedulableAndUnresolvable, reasons };
}

export function isRejection(status: Status): boolean {
  return (
    status.code === Code.Unschedulable ||
    status.code === Code.UnschedulableAndUnresolvable ||
    status.code === Code.Pending
  );
}
