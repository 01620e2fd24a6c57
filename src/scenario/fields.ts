import { z } from 'zod';
import { parseQuantity, value as quantityValue } from '../sim/api/quantity.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { labelKeyProblems, labelValueProblems } from '../sim/api/names.ts';
import type { ProblemCode } from './problem-codes.ts';
import { DurationError, parseDuration } from '../sim/engine/time.ts';
import type { Distribution } from '../sim/engine/samplers.ts';

/** What a refinement says besides its message. Carried through zod as `params`. */
export interface IssueDetails {
  readonly code: ProblemCode;
  readonly help?: string | undefined;
  /** Whether the member's name or its value is to blame. */
  readonly at?: 'key' | 'value';
}

/** Adds a problem of our own to a zod check. */
export function addIssue(
  context: {
    addIssue(issue: { code: 'custom'; message: string; params: Record<string, unknown>; path?: PropertyKey[] }): void;
  },
  details: IssueDetails & { readonly message: string; readonly path?: PropertyKey[] },
): void {
  const { code, help, at, message, path } = details;
  context.addIssue({ code: 'custom', message, params: { code, help, at }, ...(path === undefined ? {} : { path }) });
}

function durationText(pattern: string): z.ZodString {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number'
          ? `a duration needs a unit: \`${input}s\`, \`${input}m\` or \`${input}h\`?`
          : undefined,
    })
    .meta({ pattern, examples: ['30s', '1h30m', '250ms'] });
}

const DURATION_PATTERN = '^\\+?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$';

/** Text such as `1h30m`; comes out as whole microseconds. */
export const duration = durationText(DURATION_PATTERN)
  .transform((text, context) => {
    try {
      return parseDuration(text);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      addIssue(context, { code: 'bad-duration', message: error.message });
      return z.NEVER;
    }
  })
  .meta({ id: 'Duration' });

/** A whole number, bounded before anything is made of it. */
export function count(most: number) {
  return z.int().min(0).max(most);
}

/** How many times as long the work of somebody takes who has too little of a machine. */
export const slowdownFactor = z.number().gt(1).max(10_000);

/** A duration that must not be zero. */
export const positiveDuration = duration.refine((micros) => micros > 0, {
  error: 'must be longer than zero',
  params: { code: 'out-of-range' },
});

/** Thousandths up to here are whole numbers that JavaScript keeps exactly. */
const MOST_NANO = BigInt(Number.MAX_SAFE_INTEGER) * 1_000_000n;

/** A Kubernetes quantity such as `500m` or `64Gi`, written as text or as a plain number; comes out as text. */
export const quantity = z
  .union([z.string(), z.number()])
  .meta({ examples: ['500m', '64Gi', 110] })
  .transform((written, context) => {
    const text = String(written);
    const parsed = parseQuantity(text);
    if (parsed === undefined) {
      addIssue(context, {
        code: 'bad-quantity',
        message: `\`${text.slice(0, 40)}\` is not a quantity`,
        help: 'quantities are written like 500m, 1.5, 64Gi or 1e3',
      });
      return z.NEVER;
    }
    if (parsed.nano < 0n) {
      addIssue(context, { code: 'out-of-range', message: 'a quantity here must not be negative' });
      return z.NEVER;
    }
    if (parsed.nano > MOST_NANO) {
      addIssue(context, {
        code: 'out-of-range',
        message: `\`${text.slice(0, 40)}\` is more than can be counted exactly`,
      });
      return z.NEVER;
    }
    return text;
  });

/** A number of bytes, written as a number or a quantity; comes out as a number. */
export const bytes = quantity.transform((text) => quantityValue(text));

/** Bytes a second, for instance `50M`; never zero. */
export const bytesPerSecond = bytes.refine((value) => value > 0, {
  error: 'must be more than zero',
  params: { code: 'out-of-range' },
});

const positiveNumber = z.number().positive();

/**
 * A constant, or one of the random distributions. `amount` reads the quantities in it (durations, or bytes); what
 * comes out is in its units.
 */
function distributionOf(amount: z.ZodType<number>) {
  const shape = z
    .strictObject({
      constant: amount.optional().describe('Always this.'),
      uniform: z
        .strictObject({ min: amount, max: amount })
        .optional()
        .describe('Every value between the two, equally likely.'),
      exponential: z.strictObject({ mean: amount }).optional().describe('Memoryless, with this mean.'),
      lognormal: z
        .strictObject({
          mean: amount,
          cv: z.number().min(0).max(1000).describe('Standard deviation divided by the mean.'),
        })
        .optional()
        .describe('Skewed to the right: what most latencies look like.'),
      weibull: z.strictObject({ shape: positiveNumber, scale: amount }).optional(),
      pareto: z.strictObject({ shape: positiveNumber, minimum: amount }).optional().describe('Heavy tail.'),
      empirical: z.array(amount).min(1).max(1_000_000).optional().describe('One of the listed values, equally likely.'),
    })
    .meta({ minProperties: 1, maxProperties: 1 });
  return z.union([amount, shape]).transform((written, context): Distribution => {
    if (typeof written === 'number') return { kind: 'constant', value: written };
    const names = Object.keys(written).filter((name) => written[name as keyof typeof written] !== undefined);
    if (names.length === 0 && context.issues.length > 0) return z.NEVER;
    if (names.length !== 1) {
      addIssue(context, {
        code: 'bad-distribution',
        message:
          names.length === 0
            ? 'a distribution needs a name'
            : `a distribution has one name, not ${names.length} (${names.join(', ')})`,
        help: 'for instance `{ lognormal: { mean: 4s, cv: 0.5 } }`, `{ uniform: { min: 1s, max: 2s } }`, or a plain value',
      });
      return z.NEVER;
    }
    if (written.constant !== undefined) return { kind: 'constant', value: written.constant };
    if (written.uniform !== undefined) {
      if (written.uniform.min > written.uniform.max)
        addIssue(context, { code: 'out-of-range', message: '`min` is larger than `max`', path: ['uniform', 'min'] });
      return { kind: 'uniform', ...written.uniform };
    }
    if (written.exponential !== undefined) return { kind: 'exponential', ...written.exponential };
    if (written.lognormal !== undefined) return { kind: 'lognormal', ...written.lognormal };
    if (written.weibull !== undefined) return { kind: 'weibull', ...written.weibull };
    if (written.pareto !== undefined) return { kind: 'pareto', ...written.pareto };
    return { kind: 'empirical', values: written.empirical ?? [] };
  });
}

/** A random duration: `4s`, or for instance `{ lognormal: { mean: 4s, cv: 0.5 } }`. In microseconds. */
export const durationDistribution = distributionOf(duration).meta({ id: 'RandomDuration' });

/** A random number of bytes. */
export const byteDistribution = distributionOf(bytes).meta({ id: 'RandomBytes' });

/** What maps a name to text. */
const textMap = z.record(
  z.string(),
  z.string({
    error: ({ input }) =>
      typeof input === 'number' || typeof input === 'boolean'
        ? `expected text: put it in quotes, "${input}"`
        : undefined,
  }),
);

/** Labels as Kubernetes takes them. */
export const labels = textMap.superRefine((written, context) => {
  for (const [key, value] of Object.entries(written)) {
    const [problem] = [...labelKeyProblems(key), ...labelValueProblems(value)];
    if (problem !== undefined) addIssue(context, { code: 'bad-name', message: problem, path: [key] });
  }
});

const STANDARD_RESOURCES = ['cpu', 'memory', 'pods', 'ephemeral-storage'];

/** Amounts by resource. A name without a slash that Kubernetes does not know is a slip. */
export const resources = z.record(z.string(), quantity).superRefine((written, context) => {
  for (const name of Object.keys(written)) {
    if (STANDARD_RESOURCES.includes(name) || name.includes('/') || name.startsWith('hugepages-')) continue;
    const meant = nearest(name, STANDARD_RESOURCES);
    addIssue(context, {
      code: 'unknown-field',
      message: 'is not a resource that Kubernetes knows',
      help: meant === undefined ? 'resources of your own have a prefix: example.com/gpu' : `did you mean \`${meant}\`?`,
      path: [name],
      at: 'key',
    });
  }
});
