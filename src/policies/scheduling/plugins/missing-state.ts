import { Code, type Status } from '../../../sim/policy-api/status.ts';

/**
 * A profile that runs a plugin's Filter or Score but not its PreFilter or PreScore leaves it without its state: in
 * kube-scheduler every cycle then ends in an error, in the words that each plugin has for it.
 */
export function missingState(message: string): Status {
  return { code: Code.Error, reasons: [message] };
}
