import type { SecurityContext } from '../pod.ts';
import type { Checker } from './checker.ts';

const MAX_ID = 2_147_483_647;

/** Of security contexts, which are not simulated, only the numbers of users and groups are looked at. */
export function checkSecurityContext(context: SecurityContext | undefined, at: Checker): void {
  if (context === undefined) return;
  const check = (id: number | undefined, here: Checker): void => {
    if (id !== undefined && (id < 0 || id > MAX_ID)) here.invalid(id, `must be between 0 and ${MAX_ID}, inclusive`);
  };
  for (const name of ['runAsUser', 'runAsGroup', 'fsGroup'] as const) check(context[name], at.at(name));
  (context.supplementalGroups ?? []).forEach((id, index) => check(id, at.at('supplementalGroups', index)));
  if (context.privileged === true && context.allowPrivilegeEscalation === false) {
    at.invalid(context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  }
}
