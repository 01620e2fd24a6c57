import type { Taint } from './node.ts';
import type { TaintEffect, Toleration } from './pod.ts';

const INT64_MAX = (1n << 63n) - 1n;

/** Numbers that Lt and Gt compare: plain decimal integers of 64 bits, no plus sign, no leading zeros. */
function integerOf(text: string): bigint | undefined {
  if (text.length > 20 || !/^(0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value;
}

/**
 * Whether a toleration matches a taint (kube-scheduler-semantics.md 3.0.6). Lt and Gt match only with `comparison`,
 * the alpha feature gate TaintTolerationComparisonOperators.
 */
export function tolerates(toleration: Toleration, taint: Taint, comparison = false): boolean {
  const { effect, key, operator } = toleration;
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  switch (operator) {
    case 'Exists':
      return true;
    case undefined:
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Lt':
    case 'Gt': {
      if (!comparison) return false;
      const bound = integerOf(toleration.value ?? '');
      const value = integerOf(taint.value ?? '');
      if (bound === undefined || value === undefined) return false;
      return operator === 'Lt' ? value < bound : value > bound;
    }
  }
}

/** Whether any of the tolerations matches the taint. */
export function isTolerated(taint: Taint, tolerations: readonly Toleration[] | undefined, comparison = false): boolean {
  if (tolerations === undefined) return false;
  for (const toleration of tolerations) if (tolerates(toleration, taint, comparison)) return true;
  return false;
}

/** The first taint with one of the effects that nothing tolerates; `undefined` when all are tolerated. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly TaintEffect[],
  comparison = false,
): Taint | undefined {
  if (taints === undefined) return undefined;
  for (const taint of taints) {
    if (effects.includes(taint.effect) && !isTolerated(taint, tolerations, comparison)) return taint;
  }
  return undefined;
}
