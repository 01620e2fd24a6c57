import { z } from 'zod';
import { parseQuantity, value as quantityValue } from '../sim/api/quantity.ts';
import type { ProblemCode } from './problem-codes.ts';
import { DurationError, parseDuration } from '../sim/engine/time.ts';
import type { Distribution } from '../sim/scenario.ts';

/** What a refinement says besides its message. Carried through zod as `params`. */
export interface IssueDetails {
  readonly code: ProblemCode;
  readonly help?: string | undefined;
}

/** Adds a problem of our own to a zod check. */
export function addIssue(
  context: {
    addIssue(issue: { code: 'custom'; message: string; params: Record<string, unknown>; path?: PropertyKey[] }): void;
  },
  details: IssueDetails & { readonly message: string; readonly path?: PropertyKey[] },
): void {
  const { code, help, message, path } = details;
  context.addIssue({ code: 'custom', message, params: { code, help }, ...(path === undefined ? {} : { path }) });
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

/** A duration that must not be zero. */
export const positiveDuration = duration.refine((micros) => micros > 0, {
  error: 'must be longer than zero',
  params: { code: 'out-of-range' },
});

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

/** Labels, or anything else that maps a name to text. */
export const textMap = z.record(
  z.string(),
  z.string({
    error: ({ input }) =>
      typeof input === 'number' || typeof input === 'boolean'
        ? `expected text: put it in quotes, "${input}"`
        : undefined,
  }),
);
