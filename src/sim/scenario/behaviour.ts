import type { Distribution } from '../engine/samplers.ts';
import type { LabelSelector } from '../api/meta.ts';
import type { UsageSpec } from './metrics.ts';

/** What the containers of matching pods do. The first match wins. */
export interface BehaviourSpec {
  readonly selector: LabelSelector;
  readonly container: string | undefined;
  /** From the container's start until it counts as started up and answers probes. */
  readonly startMicros: Distribution | undefined;
  /** From the container's start until it is ready. */
  readonly readyAfter: Distribution | undefined;
  /** From the container's start until it exits; absent: it runs until it is stopped. */
  readonly exitAfter: Distribution | undefined;
  readonly exitCode: number;
  /** How many times it exits; later starts run for ever. Absent: every time. */
  readonly exits: number | undefined;
  /** How long it takes to end after SIGTERM. */
  readonly stopAfter: Distribution | undefined;
  /** Image pulls fail this many times before they succeed; Infinity: always. */
  readonly pullFailures: number;
  /** What they use, as far as the metrics APIs are asked. */
  readonly usage?: UsageSpec | undefined;
}
