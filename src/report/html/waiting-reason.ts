/** Why pods wait, as few words as tell the reasons apart. */
export const IN_QUEUE = 'for the scheduler';
export const STARTING = 'for containers to start';

/**
 * The reasons in the scheduler's message, without its counts of nodes, which differ each time:
 * `0/9 nodes are available: 3 Insufficient cpu, 6 node(s) had taints. no new claims …` → `Insufficient cpu, node(s) had taints`.
 */
export function waitingReason(message: string): string {
  const listed = /nodes are available: (.+?)\.(?:\s|$)/.exec(message)?.[1];
  if (listed === undefined) return message.length > 80 ? `${message.slice(0, 79)}…` : message;
  const reasons = listed.split(/, (?=\d+ )/).map((one) => one.replace(/^\d+ /, ''));
  const shown = reasons.sort().slice(0, 2).join(', ') + (reasons.length > 2 ? ', …' : '');
  return shown.length > 100 ? `${shown.slice(0, 99)}…` : shown;
}
