import { z } from 'zod';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

export const resourceName = z
  .string()
  .meta({ pattern: NAME.source })
  .refine((text) => NAME.test(text), {
    error: 'a name has at most 253 lower-case letters, digits, `-` and `.`, and begins and ends with a letter or digit',
    params: { code: 'bad-name' },
  });

export const taints = z.array(
  z.strictObject({
    key: z.string().min(1),
    value: z.string().optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  }),
);
