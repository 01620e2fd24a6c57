import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode/decode-object.ts';
import { fieldPath } from '../problem.ts';

interface Exchange {
  readonly req: string;
  readonly body?: Record<string, unknown>;
  readonly code: number;
  readonly causes?: readonly { readonly field: string; readonly message: string }[];
}

const file = join(process.env['ORRERY_DATA'] ?? '', 'control-plane/api/validation-pod-deployment/pairs.json');
const hasData = process.env['ORRERY_DATA'] !== undefined && existsSync(file);

describe.skipIf(!hasData)('what a real API server refused (set ORRERY_DATA to the recordings)', () => {
  it('is refused at the same place in the same words', () => {
    const exchanges = JSON.parse(readFileSync(file, 'utf8')) as Exchange[];
    const refused = exchanges.filter(({ code, causes }) => code === 422 && causes !== undefined);
    expect(refused.length).toBeGreaterThan(8);
    for (const { body, causes } of refused) {
      const ours: { field: string; message: string }[] = [];
      decodeObject(body, ({ path, message }) => ours.push({ field: fieldPath(path), message }));
      expect(ours).toEqual(causes?.map(({ field, message }) => ({ field, message })));
    }
  });
});
