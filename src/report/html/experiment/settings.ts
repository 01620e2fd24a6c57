import type { Plan } from '../../../experiment/plan.ts';

/** A value that a variant was given for one thing that is varied. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** One thing that is varied, and its values in their order. */
export interface Factor {
  readonly name: string;
  readonly values: readonly string[];
}

type Variant = Plan['variants'][number];

/**
 * What a variant was given: the last of its sets, as far as its label names them (`scheduler=default, cluster.nodes=100`);
 * those before are common to all variants.
 */
export function settingsOf({ label, sets }: Pick<Variant, 'label' | 'sets'>): readonly Setting[] {
  const settings: Setting[] = [];
  let rest = label;
  for (let i = sets.length - 1; i >= 0 && rest !== ''; i--) {
    const value = sets[i]!.slice(sets[i]!.indexOf('=') + 1);
    if (!rest.endsWith(`=${value}`)) break;
    rest = rest.slice(0, rest.length - value.length - 1);
    const from = rest.lastIndexOf(', ');
    settings.unshift({ name: rest.slice(from < 0 ? 0 : from + 2), value });
    rest = from < 0 ? '' : rest.slice(0, from);
  }
  return settings;
}

/** Sets that every variant has and no label names. */
export function commonSets({ variants }: Plan): readonly string[] {
  const [first] = variants;
  return first === undefined ? [] : first.sets.slice(0, first.sets.length - settingsOf(first).length);
}

export function factorsOf({ variants }: Plan): readonly Factor[] {
  const factors = new Map<string, Set<string>>();
  for (const variant of variants) {
    for (const { name, value } of settingsOf(variant)) {
      const values = factors.get(name) ?? new Set();
      factors.set(name, values.add(value));
    }
  }
  return [...factors].map(([name, values]) => ({ name, values: [...values] }));
}

/**
 * Names for plots: only the values of what really varies, files without their folders, numbers with what they are of. The
 * whole label where that would not tell variants apart.
 */
export function shortNames(plan: Plan): readonly string[] {
  const varied = factorsOf(plan).filter(({ values }) => values.length > 1);
  const names = plan.variants.map((variant) =>
    settingsOf(variant)
      .filter(({ name }) => varied.some((factor) => factor.name === name))
      .map(({ name, value }) => (isNumber(value) ? `${lastPart(name)} ${value}` : shortValue(value)))
      .join(', '),
  );
  return new Set(names).size === names.length && !names.includes('') ? names : plan.variants.map(({ label }) => label);
}

/** `./policies/mine.ts` is `mine.ts`. */
export function shortValue(value: string): string {
  return /\.[cm]?[jt]s$/.test(value) ? value.slice(value.lastIndexOf('/') + 1) : value;
}

export function isNumber(value: string): boolean {
  return /^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
