import type { ResourceList } from '../pod.ts';
import { compareQuantities, quantityOf } from '../quantity.ts';
import type { LimitRange, LimitRangeItem, ResourceQuota } from '../quota.ts';
import type { Checker } from './checker.ts';
import { checkScopes } from './quota-scopes.ts';

/** Amounts are not negative, and scopes go with pods only. */
export function checkResourceQuota({ spec }: ResourceQuota, at: Checker): void {
  const hard = spec.hard ?? {};
  for (const name of Object.keys(hard)) checkNotNegative(hard[name]!, at.at('hard', name));
  checkScopes(spec, at);
}

function checkNotNegative(amount: string, at: Checker): void {
  if (quantityOf(amount).nano < 0n) at.invalid(amount, 'must be greater than or equal to 0');
}

/** The least is not more than the default, the default not more than the most. */
export function checkLimitRange({ spec }: LimitRange, at: Checker): void {
  const types = new Set<string>();
  spec.limits.forEach((item, index) => {
    const here = at.at(index);
    if (types.has(item.type)) here.at('type').duplicate(item.type);
    types.add(item.type);
    if (item.type === 'Pod') {
      if (Object.keys(item.default ?? {}).length > 0) {
        here.at('default').forbidden('may not be specified when `type` is "Pod"');
      }
      if (Object.keys(item.defaultRequest ?? {}).length > 0) {
        here.at('defaultRequest').forbidden('may not be specified when `type` is "Pod"');
      }
    }
    checkOrder(item, here);
    checkRatios(item, here.at('maxLimitRequestRatio'));
  });
}

const ORDERED = [
  ['min', 'max'],
  ['min', 'defaultRequest'],
  ['defaultRequest', 'max'],
  ['defaultRequest', 'default'],
  ['default', 'max'],
] as const;

const WORDS = { min: 'min value', max: 'max value', default: 'default value', defaultRequest: 'default request value' };

function checkOrder(item: LimitRangeItem, at: Checker): void {
  for (const [low, high] of ORDERED) {
    const least: ResourceList = item[low] ?? {};
    const most: ResourceList = item[high] ?? {};
    for (const name of Object.keys(least)) {
      const bound = most[name];
      if (bound === undefined || compareQuantities(quantityOf(least[name]!), quantityOf(bound)) <= 0) continue;
      at.at(low, name).invalid(least[name], `${WORDS[low]} ${least[name]!} is greater than ${WORDS[high]} ${bound}`);
    }
  }
}

/** A limit is never below its request. */
function checkRatios({ maxLimitRequestRatio = {} }: LimitRangeItem, at: Checker): void {
  for (const name of Object.keys(maxLimitRequestRatio)) {
    const ratio = maxLimitRequestRatio[name]!;
    if (compareQuantities(quantityOf(ratio), quantityOf('1')) < 0) {
      at.at(name).invalid(ratio, `ratio ${ratio} is less than 1`);
    }
  }
}
