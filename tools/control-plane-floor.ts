import { readFileSync } from 'node:fs';

/** How many recordings of each family hold at the least. To be raised with what holds, never lowered. */
const FLOORS: Readonly<Record<string, number>> = {
  api: 8,
  cronjob: 2,
  daemonset: 5,
  'deployment-create': 3,
  eviction: 7,
  gc: 7,
  hpa: 8,
  job: 14,
  'leader-election': 3,
  'node-failure': 5,
  quota: 4,
  'real-applications': 2,
  'replica-ranking': 8,
  rollout: 23,
  scheduling: 8,
  service: 3,
  statefulset: 11,
  throttling: 0,
};

interface Judged {
  readonly family: string;
  readonly missing?: boolean;
  readonly facts: readonly { readonly ok: boolean }[];
}

/** Fails when fewer recordings of the control plane hold than before, in any family: the judge's JSON is the argument. */
function main(file: string): number {
  const held = new Map<string, { holds: number; all: number }>();
  for (const { family, facts, missing } of JSON.parse(readFileSync(file, 'utf8')) as readonly Judged[]) {
    const tally = held.get(family) ?? { holds: 0, all: 0 };
    held.set(family, tally);
    tally.all++;
    if (missing !== true && facts.length > 0 && facts.every(({ ok }) => ok)) tally.holds++;
  }
  let sunk = 0;
  for (const [family, floor] of Object.entries(FLOORS)) {
    const { holds, all } = held.get(family) ?? { holds: 0, all: 0 };
    process.stdout.write(`${family} ${holds}/${all}${holds < floor ? `: fewer than ${floor}` : ''}\n`);
    if (holds < floor) sunk++;
  }
  return sunk === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2] ?? '');
