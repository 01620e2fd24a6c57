import { answeredTable } from './autoscaler-tables.ts';
import { replayElections } from './elections.ts';
import { replayExchanges } from './exchanges.ts';
import { NotReplayed } from './not-replayed.ts';
import type { Recording, RecordedStep } from './recording.ts';
import type { Answer } from './requests.ts';
import { OPERATIONS } from './steps.ts';
import { World } from './world.ts';

/** What a replay leaves: files by name. */
export type Files = ReadonlyMap<string, string>;

/** After the last step, where no duration is named. Seconds. */
const REST = 10;

interface StepFacts {
  readonly at: number;
  readonly t: number;
  readonly result: readonly Answer[];
}

/**
 * Replays a recording in the simulator.
 *
 * @throws NotReplayed for what the simulator or the replayer cannot do yet
 */
export function replay(recording: Recording, seed: string): Files {
  const { input, family, name, folder } = recording;
  const { steps } = input;
  // What is no timeline: pairs of requests and answers, repeated elections, tables of cases.
  if (family === 'api') return replayExchanges(recording, seed);
  if (family === 'leader-election') return replayElections(recording, seed);
  if (steps === undefined) {
    const table = answeredTable(name, folder);
    if (table === undefined) throw new NotReplayed('a table of cases');
    return new Map([['cases.jsonl', table]]);
  }
  const operations = steps.map((step) => operationsOf(step));
  const world = new World(recording, seed);
  const facts: StepFacts[] = [];
  const runFrom = (index: number): void => {
    const step = steps[index];
    if (step === undefined) return;
    world.at(step.at * 1_000_000, () => {
      const t = world.millis;
      inOrder(world, operations[index]!, (result) => {
        facts.push({ at: step.at, t, result });
        runFrom(index + 1);
      });
    });
  };
  runFrom(0);
  world.run(input.duration ?? (steps.at(-1)?.at ?? 0) + REST);
  if (facts.length < steps.length) throw new NotReplayed(`the step at ${steps[facts.length]!.at} s did not end`);
  return new Map([
    ['timeline.jsonl', world.names.final(world.timeline.lines.map((line) => line + '\n').join(''))],
    ['facts.json', JSON.stringify({ steps: facts }, undefined, 1) + '\n'],
  ]);
}

type Bound = readonly [name: string, value: unknown];

function operationsOf(step: RecordedStep): readonly Bound[] {
  const bound = Object.entries(step).filter(([name]) => name !== 'at' && name !== 'note');
  for (const [name] of bound) {
    if (OPERATIONS[name] === undefined) throw new NotReplayed(`operation ${name}`);
  }
  return bound;
}

function inOrder(world: World, operations: readonly Bound[], done: (answers: readonly Answer[]) => void): void {
  const [first, ...rest] = operations;
  if (first === undefined) return done([]);
  const [name, value] = first;
  OPERATIONS[name]!(world, value, (answers) => inOrder(world, rest, (further) => done([...answers, ...further])));
}
