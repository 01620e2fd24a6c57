import { Bench } from 'tinybench';
import type { Case, Suite, Work } from './suite.ts';

/** One variant's figures in one case. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly variant: string;
  readonly operation: string;
  /** The median of the samples, in nanoseconds of CPU time. */
  readonly nanosPerOperation: number;
  readonly operationsPerSecond: number;
  /** The rate over that of the case's first variant: the median over rounds in which both ran. */
  readonly relativeRate: number;
  readonly samples: number;
  readonly hash: string;
}

/** CPU time of this process, in milliseconds: others on the machine do not count. */
function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Runs a case: every variant up to its warm-up and its hash, then in rounds, each variant one sample a round.
 *
 * @throws Error when variants that must agree do not
 */
export function measureCase(suite: Suite, subject: Case): readonly Row[] {
  const works = subject.variants.map((variant) => variant.start());
  const hashes = works.map((work) => {
    work.run(subject.warmUp);
    return work.hash();
  });
  requireAgreement(suite, subject, hashes);
  const rounds = Array.from({ length: subject.samples }, () => round(subject, works));
  return subject.variants.map((variant, column) => {
    const nanos = median(rounds.map((times) => times[column]!));
    return {
      suite: suite.name,
      case: subject.name,
      variant: variant.name,
      operation: suite.operation,
      nanosPerOperation: nanos,
      operationsPerSecond: 1e9 / nanos,
      relativeRate: median(rounds.map((times) => times[0]! / times[column]!)),
      samples: subject.samples,
      hash: hashes[column]!,
    };
  });
}

/** One sample of every variant, in nanoseconds an operation. */
function round(subject: Case, works: readonly Work[]): readonly number[] {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, now: cpuMillis, throws: true });
  works.forEach((work, i) => bench.add(String(i), () => work.run(subject.operations)));
  bench.runSync();
  return bench.tasks.map(({ result }) => {
    if (result.state !== 'completed') throw new Error(`${subject.name}: ${result.state}`);
    return (result.latency.mean * 1e6) / subject.operations;
  });
}

function requireAgreement(suite: Suite, subject: Case, hashes: readonly string[]): void {
  const first = new Map<string, number>();
  subject.variants.forEach((variant, i) => {
    const result = variant.result ?? '';
    const other = first.get(result);
    if (other === undefined) first.set(result, i);
    else if (hashes[other] !== hashes[i]) {
      throw new Error(
        `${suite.name}, ${subject.name}: ${variant.name} comes to ${hashes[i]}, ` +
          `${subject.variants[other]!.name} to ${hashes[other]}`,
      );
    }
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
