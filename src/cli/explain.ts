import { CommanderError } from 'commander';
import { renderDecision } from '../report/explanation.ts';
import type { DecisionRecord } from '../sim/recorder/records.ts';
import { Simulation } from '../sim/simulation.ts';
import type { Pod } from '../sim/api/pod.ts';
import { ExitCode } from './exit-codes.ts';
import { turnOn, underWatch } from './guarded-turn.ts';
import { prepareRun } from './prepare-run.ts';
import { styleFor } from './style.ts';

/** Events between two questions whether the run goes on. */
const SLICE = 1_000_000;

interface ExplainOptions {
  readonly namespace: string;
  readonly seed?: string;
  readonly set?: readonly string[];
  readonly until?: number;
  readonly nodes: number;
  readonly attempts: number;
  readonly policyTimeout?: number;
}

/** `orrery explain`: why is this pod where it is, or nowhere? */
export async function explain(path: string, target: string, options: ExplainOptions): Promise<void> {
  const wanted = podNamed(target, options.namespace);
  const { scenario, policies, watch } = await prepareRun(path, {
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const decisions = new Map<string, DecisionRecord[]>();
  const sink = {
    pod: () => undefined,
    event: () => undefined,
    decision: (record: DecisionRecord) => {
      const name = `${record.namespace}/${record.pod}`;
      const known = decisions.get(name);
      if (known === undefined) decisions.set(name, [record]);
      else known.push(record);
    },
  };
  const { seed, until: untilMicros, policyTimeout } = options;
  const made = (): Simulation => new Simulation(scenario, policies, sink, { seed, untilMicros, explains: wanted });
  const simulation = underWatch(watch, () => 0, made, policyTimeout);
  while (turnOn(simulation, SLICE, watch, policyTimeout));
  if (decisions.size === 0) {
    sayWhyNothingIsShown(simulation, target, wanted);
    return;
  }
  const style = styleFor(process.stdout);
  for (const [name, attempts] of decisions) {
    process.stdout.write(
      `${style.strong(`pod/${name}`)}: ${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}\n`,
    );
    const shown = options.attempts === 0 ? attempts : attempts.slice(-options.attempts);
    if (shown.length < attempts.length) process.stdout.write(`the last ${shown.length} (--attempts 0 shows all)\n`);
    for (const attempt of shown) process.stdout.write(renderDecision(attempt, options.nodes, style));
    process.stdout.write('\n');
  }
  process.exitCode = ExitCode.Ok;
}

/** `pod/NAME` or `NAME`; a name ending in `-` stands for all pods that begin with it. */
function podNamed(target: string, namespace: string): (pod: Pod) => boolean {
  const match = /^(?:pods?\/|po\/)?([a-z0-9][-a-z0-9.]*)$/.exec(target);
  if (match === null) {
    const message = `error: '${target}' is no pod: write pod/NAME, or pod/PREFIX- for the pods of a workload`;
    process.stderr.write(message + '\n');
    throw new CommanderError(ExitCode.Usage, 'orrery.pod', message);
  }
  const name = match[1]!;
  return ({ metadata }) =>
    metadata.namespace === namespace && (name.endsWith('-') ? metadata.name.startsWith(name) : metadata.name === name);
}

/** The scheduler never looked at the pod: because it has a node already, or because there is none of that name. */
function sayWhyNothingIsShown(simulation: Simulation, target: string, wanted: (pod: Pod) => boolean): void {
  const pods = [...simulation.api.store.values('Pod')];
  const pod = pods.find(wanted);
  if (pod !== undefined) {
    process.stdout.write(`${target} ${whyUndecided(pod)}\n`);
    process.exitCode = ExitCode.Ok;
    return;
  }
  const names = pods.slice(0, 5).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const others = names.length === 0 ? '' : `; there are ${names.join(', ')}${pods.length > 5 ? ', …' : ''}`;
  process.stderr.write(`there was no ${target} (use -n for another namespace)${others}\n`);
  process.exitCode = ExitCode.Broken;
}

function whyUndecided({ spec }: Pod): string {
  const gates = spec.schedulingGates ?? [];
  if (gates.length > 0) return `is held by its scheduling gates: ${gates.map(({ name }) => name).join(', ')}`;
  return spec.nodeName === undefined
    ? `was never taken from the queue; its schedulerName is ${spec.schedulerName ?? 'default-scheduler'}`
    : `was on ${spec.nodeName} from the beginning: the scheduler had nothing to decide`;
}
