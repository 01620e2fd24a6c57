import { Command, Option } from 'commander';
import { runPlacement, type PlacementOptions } from './placement-run.ts';
import { PLACEMENT_KINDS, type PlacementKind } from './placement-workload.ts';

/**
 * How many pods a second the scheduler places, on the workload on which the real one was timed. With `--json` the last
 * line is one object.
 */
const program = new Command('bench:placement')
  .addOption(new Option('--kind <kind>', 'what the pods ask for').choices([...PLACEMENT_KINDS]).default('plain'))
  .option('--nodes <n>', 'nodes in the cluster', wholeNumber, 1000)
  .option('--pods-per-node <n>', 'pods that run on each node already', wholeNumber, 30)
  .option('--pods <n>', 'placements that are timed', wholeNumber, 2000)
  .option('--warmup <n>', 'placements before, with completions from then on', wholeNumber, 0)
  .option('--percentage-of-nodes-to-score <n>', '0 is adaptive, as by default', wholeNumber, 0)
  .addOption(new Option('--form <form>', 'of the plugins').choices(['plain', 'columns']).default('columns'))
  .option('--json', 'print one JSON object as the last line', false);

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${text}: not a whole number`);
  return value;
}

interface Flags {
  readonly kind: PlacementKind;
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly pods: number;
  readonly warmup: number;
  readonly percentageOfNodesToScore: number;
  readonly form: PlacementOptions['form'];
  readonly json: boolean;
}

program.parse();
const { json, ...options } = program.opts<Flags>();
const result = runPlacement(options);
const { kind, nodes, podsPerNode, warmup, percentageOfNodesToScore, form } = options;
process.stdout.write(
  `${kind}, ${nodes} nodes with ${podsPerNode} pods each, ${warmup} + ${options.pods} placements, ` +
    `percentageOfNodesToScore ${percentageOfNodesToScore}, ${form}: ` +
    `${Math.round(result.placementsPerSecond)} placements/s, ` +
    `${result.cpuMicrosecondsPerPlacement.toFixed(1)} us of CPU each, ${result.placed} placed, ${result.failed} failed, ` +
    `hash ${result.placementHash}\n`,
);
if (json) process.stdout.write(`${JSON.stringify({ ...options, ...result })}\n`);
