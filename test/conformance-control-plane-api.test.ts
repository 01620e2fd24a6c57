import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayExchanges } from '../tools/conformance-control-plane/exchanges.ts';
import { recordingsIn } from '../tools/conformance-control-plane/recording.ts';

const root = join(process.env['ORRERY_DATA'] ?? 'no-recordings', 'control-plane');
const recordings = existsSync(root) ? recordingsIn(root, 'api', undefined) : [];

/** Uids are chance; that one is always the same as another is not. */
function normal(pairs: unknown): unknown {
  const seen: string[] = [];
  const place = (uid: string): string => `<${seen.includes(uid) ? seen.indexOf(uid) + 1 : seen.push(uid)}>`;
  const text = JSON.stringify(pairs).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, place);
  return JSON.parse(text, (key, value: unknown) => (key === 'continue' ? '<token>' : value));
}

describe.skipIf(recordings.length === 0)('requests and answers of a real API server (needs ORRERY_DATA)', () => {
  it.each(recordings.map((one) => [one.name, one] as const))('%s', (_name, recording) => {
    const recorded = JSON.parse(readFileSync(join(recording.folder, 'pairs.json'), 'utf8')) as readonly unknown[];
    const replayed = JSON.parse(replayExchanges(recording, '1').get('pairs.json')!) as readonly unknown[];
    expect(normal(replayed)).toEqual(
      (normal(recorded) as readonly { took?: unknown; t?: unknown }[]).map(({ took: _took, t: _t, ...pair }) => pair),
    );
  });
});
