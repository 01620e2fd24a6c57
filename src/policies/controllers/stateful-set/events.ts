import type { Response } from '../../../sim/api/request.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import type { ControllerHost } from '../../../sim/policy-api/controllers.ts';

export type Verb = 'Create' | 'Update' | 'Delete';

type Outcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Says on the set what came of creating, updating or deleting one of its pods. */
export function recordPod(host: ControllerHost, set: StatefulSet, verb: Verb, pod: string, outcome: Outcome): void {
  const what = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  if (outcome.ok) host.record(set, 'Normal', `Successful${verb}`, `${what} successful`);
  else host.record(set, 'Warning', `Failed${verb}`, `${what} failed error: ${outcome.message}`);
}

export function recordClaim(
  host: ControllerHost,
  set: StatefulSet,
  verb: Verb,
  claim: string,
  pod: string,
  answer: Response,
): void {
  if (answer.ok) {
    const message = `${verb} Claim ${claim} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
    host.record(set, 'Normal', `Successful${verb}`, message);
    return;
  }
  const what = `${verb} Claim ${claim} for Pod ${pod} in StatefulSet ${set.metadata.name}`;
  host.record(set, 'Warning', `Failed${verb}`, `${what} failed error: ${answer.message}`);
}
