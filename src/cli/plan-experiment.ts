import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { factorOf, parseFactor, variantsOf, type Factor } from '../experiment/vary.ts';
import { seedsUpTo, type Plan } from '../experiment/plan.ts';
import { isPolicyFile } from '../scenario/scheduler-policy.ts';
import { resolveFrom } from '../scenario/resolve-path.ts';
import { loadExperiment } from '../scenario/load-experiment.ts';
import { prepareRun } from './prepare-run.ts';
import { runIdentity } from './run-identity.ts';

/** What both the command line and an Experiment file can say. */
export interface ExperimentOptions {
  readonly vary?: readonly string[];
  readonly set?: readonly string[];
  /** A duration, or `mser-5`: to be found. */
  readonly warmUp?: string;
  readonly seeds?: number;
  readonly maxSeeds?: number;
  readonly precision?: number;
  readonly metric?: readonly string[];
  readonly confidence?: number;
  readonly best?: string;
  readonly most?: boolean;
  readonly indifference?: number;
  readonly probability?: number;
}

/** An experiment with every question answered: by the command line, else by the file, else by us. */
export interface Experiment {
  readonly plan: Plan;
  /** Whether the warm-up is yet to be found. */
  readonly isWarmUpWanted: boolean;
  /** What it asks; empty where nobody said. */
  readonly question: string;
  readonly maxSeeds: number;
  readonly precision: number | undefined;
  readonly metrics: readonly string[] | undefined;
  readonly confidence: number;
  readonly best:
    | {
        readonly metric: string;
        readonly goal: 'least' | 'most';
        readonly indifference: number;
        readonly probability: number;
      }
    | undefined;
}

const DEFAULT_SEEDS = 10;
const DEFAULT_MAX_SEEDS = 1_000;

/**
 * Reads a scenario, or an Experiment and its scenario, with all its variants: whatever is wrong with one of them is said
 * before anything runs.
 *
 * @throws ScenarioError, ExperimentError, SchedulerModuleError
 */
export async function planExperiment(path: string, options: ExperimentOptions): Promise<Experiment> {
  const file = loadExperiment(path);
  const scenario = file?.scenario ?? path;
  const given = options.vary?.map(parseFactor);
  const factors = given ?? file?.spec.vary.map((one) => factorOf(one.path, one.values.map(String))) ?? [];
  const warmUp = options.warmUp ?? file?.spec.warmUp;
  const isWarmUpKnown = warmUp !== undefined && warmUp !== 'mser-5';
  const sets = [...(file?.spec.set ?? []), ...(options.set ?? []), ...(isWarmUpKnown ? [`warmUp=${warmUp}`] : [])];
  const variants = [];
  let name = file?.name;
  let question = file?.spec.question;
  for (const variant of variantsOf(factors.map((factor) => withPolicyFiles(factor, dirname(scenario))))) {
    const all = [...sets, ...variant.sets];
    const prepared = await prepareRun(scenario, { set: all });
    name ??= prepared.scenario.name;
    question ??= prepared.scenario.question;
    variants.push({ label: variant.label, sets: all, identity: runIdentity(prepared) });
  }
  const { spec } = file ?? {};
  const best = options.best ?? spec?.best?.metric;
  return {
    plan: { name: name!, path: scenario, variants, seeds: seedsUpTo(options.seeds ?? spec?.seeds ?? DEFAULT_SEEDS) },
    question: question!,
    isWarmUpWanted: warmUp === 'mser-5',
    maxSeeds: options.maxSeeds ?? spec?.maxSeeds ?? DEFAULT_MAX_SEEDS,
    precision: options.precision ?? spec?.precision,
    metrics: options.metric ?? spec?.metrics,
    confidence: options.confidence ?? spec?.confidence ?? 0.95,
    best:
      best === undefined
        ? undefined
        : {
            metric: best,
            goal: options.most === true ? 'most' : (spec?.best?.goal ?? 'least'),
            indifference: options.indifference ?? spec?.best?.indifference ?? NaN,
            probability: options.probability ?? spec?.best?.probability ?? 0.95,
          },
  };
}

/** A policy file on the command line lies where the user stands; one that does not is looked for beside the scenario. */
function withPolicyFiles(factor: Factor, folder: string): Factor {
  if (factor.path !== 'cluster.scheduler.policy') return factor;
  const isBeside = (value: string): boolean => !existsSync(value) && existsSync(resolveFrom(folder, value));
  return {
    ...factor,
    settings: factor.values.map((value) => (isPolicyFile(value) && !isBeside(value) ? resolve(value) : value)),
  };
}
