/** Why a command cannot be followed. */
export interface Refusal {
  readonly ok: false;
  readonly message: string;
  readonly help: string;
}

const SUPPORTED =
  'supported: apply, create, delete, scale, set image, rollout undo|pause|resume|restart, cordon, uncordon, drain, label, annotate, taint, patch, autoscale, each with `-n NAMESPACE`';

export function refuse(message: string, help?: string): Refusal {
  return { ok: false, message, help: help ?? SUPPORTED };
}
