#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Argument, Command, CommanderError, Option } from 'commander';
import { ExitCode } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { MissingFolderError } from './missing-folder-error.ts';
import {
  collect,
  duration,
  positive,
  positiveWhole,
  redisUrl,
  seed,
  shard,
  share,
  warmUp,
  wholeNumber,
} from './option-values.ts';

/** The command line of Orrery: what each command takes, and nothing of what it does. Bodies are loaded when needed. */

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function program(): Command {
  const orrery = new Command('orrery')
    .description('A clockwork Kubernetes: simulates a whole cluster, the same bytes for the same seed.')
    .version(version)
    .showHelpAfterError('(orrery help shows every command)')
    .exitOverride()
    .hook('preAction', standSomewhere)
    .addHelpText(
      'after',
      `
Examples:
  orrery run scenarios/quick-start.yaml          run a scenario and write its reports
  orrery run ./manifests                         run plain Kubernetes manifests on a default cluster
  orrery run cluster.yaml --set cluster.nodes[0].count=50 --seed 7
  orrery verify scenarios/rolling-update.yaml    run twice in fresh processes: the same fingerprint?
  orrery init my-scenario.yaml                   begin a scenario of your own

Exit codes: 0 the run ended and every expectation held; 1 an expectation was broken; 2 wrong command line; 65 invalid
input; 66 missing input; 69 a policy failed; 70 our mistake; 73, 74 output; 75 some runs failed; 76 not deterministic; 130, 143 interrupted.`,
    );

  orrery
    .command('run')
    .description('run a scenario, a file of manifests or a folder of manifests')
    .argument('<path>', 'scenario (YAML or JSON), manifests, or a folder of manifests')
    .addOption(new Option('--seed <text>', 'in place of the seed of the scenario').argParser(seed))
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .option('--out <folder>', 'folder for the reports (default: reports/<scenario>/seed-<seed>)')
    .option('--no-reports', 'writes no files')
    .option('--no-html', 'writes no report.html')
    .option('--parquet', 'also writes each table as a Parquet file')
    .option('--trace <file>', 'also writes the run as a trace for Perfetto or chrome://tracing')
    .addOption(new Option('--until <duration>', 'stops at this simulated time, for instance 10m').argParser(duration))
    .addOption(
      new Option('--format <format>', 'of the result on standard output').choices(['table', 'json']).default('table'),
    )
    .option('--decisions', 'also writes decisions.csv: each placement with its score and the runner-up')
    .option('--no-progress', 'shows no progress on a terminal')
    .addOption(new Option('--max-errors <n>', 'problems to show at most, 0 for all').argParser(wholeNumber).default(20))
    .addOption(
      new Option('--policy-timeout <seconds>', 'ends a run whose own policy does not answer (wall clock)')
        .argParser(wholeNumber)
        .default(30),
    )
    .option('--simulate-everything', 'heartbeats and passes that change nothing one by one, not by arithmetic; slow')
    .option('--debug', 'shows stack traces')
    .action(async (path: string, options: object) => (await import('./run.ts')).run(path, options));

  orrery
    .command('verify')
    .description('run twice in fresh processes and compare: the same history, or the first event that differs')
    .argument('<path>', 'scenario, manifests, or a folder of manifests')
    .addOption(new Option('--seed <text>', 'in place of the seed of the scenario').argParser(seed))
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .addOption(new Option('--until <duration>', 'stops at this simulated time').argParser(duration))
    .addOption(new Option('--node <binary...>', 'Node binaries to compare, in place of this one twice'))
    .action(async (path: string, options: object) => (await import('./verify.ts')).verify(path, options));

  orrery
    .command('validate')
    .description('read a scenario or manifests and say everything that is wrong')
    .argument('<path>', 'scenario, manifests, or a folder of manifests')
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .addOption(new Option('--format <format>', 'of the problems').choices(['table', 'json']).default('table'))
    .addOption(new Option('--max-errors <n>', 'problems to show at most, 0 for all').argParser(wholeNumber).default(20))
    .action(async (path: string, options: object) => (await import('./validate.ts')).validate(path, options));

  orrery
    .command('explain')
    .description('run a scenario and say why the scheduler did what it did with one pod')
    .argument('<path>', 'scenario, manifests, or a cluster as `kubectl get … -A -o yaml` prints it')
    .argument('<pod>', 'pod/NAME, or pod/NAME-PREFIX for the pods of a workload')
    .option('-n, --namespace <namespace>', 'of the pod', 'default')
    .addOption(new Option('--seed <text>', 'in place of the seed of the scenario').argParser(seed))
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .addOption(new Option('--until <duration>', 'stops at this simulated time').argParser(duration))
    .addOption(new Option('--nodes <n>', 'scored nodes to show, 0 for all').argParser(wholeNumber).default(5))
    .addOption(new Option('--attempts <n>', 'attempts to show, 0 for all').argParser(wholeNumber).default(5))
    .addOption(
      new Option('--policy-timeout <seconds>', 'ends a run whose own policy does not answer (wall clock)')
        .argParser(wholeNumber)
        .default(30),
    )
    .action(async (path: string, pod: string, options: object) =>
      (await import('./explain.ts')).explain(path, pod, options as never),
    );

  orrery
    .command('get')
    .description('run a scenario and show objects as `kubectl get -o wide` would have shown them at a time')
    .argument('<kind>', 'pods; deploy,rs,pods; all; or one object, deployment/web')
    .argument('<path>', 'scenario, manifests, or a cluster as `kubectl get … -A -o yaml` prints it')
    .argument('[names...]', 'of the objects')
    .addOption(new Option('--at <duration>', 'the simulated time (default: the end of the run)').argParser(duration))
    .option('-n, --namespace <namespace>', 'of the objects', 'default')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .option('-l, --selector <selector>', 'labels, as app=web or "tier in (a,b)"')
    .addOption(
      new Option('-o, --output <format>', 'table leaves out what only wide tables have')
        .choices(['wide', 'table', 'json', 'name'])
        .default('wide'),
    )
    .option('--show-labels', 'a column more')
    .option('--no-headers', 'rows alone')
    .addOption(new Option('--seed <text>', 'in place of the seed of the scenario').argParser(seed))
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .action(async (kind: string, path: string, names: string[], options: object) =>
      (await import('./get.ts')).get(kind, path, names, options as never),
    );

  orrery
    .command('describe')
    .description(
      'run a scenario and show objects with their Events as `kubectl describe` would have shown them at a time',
    )
    .argument('<kind>', 'pods; deploy,rs; or one object, deployment/web; a name may be cut short')
    .argument('<path>', 'scenario, manifests, or a cluster as `kubectl get … -A -o yaml` prints it')
    .argument('[names...]', 'of the objects')
    .addOption(new Option('--at <duration>', 'the simulated time (default: the end of the run)').argParser(duration))
    .option('-n, --namespace <namespace>', 'of the objects', 'default')
    .option('-A, --all-namespaces', 'objects of all namespaces')
    .addOption(new Option('--seed <text>', 'in place of the seed of the scenario').argParser(seed))
    .option('--set <path=value>', 'overrides a field of the scenario; repeatable', collect)
    .action(async (kind: string, path: string, names: string[], options: object) =>
      (await import('./describe.ts')).describe(kind, path, names, options as never),
    );

  for (const [name, what] of [
    ['compare', 'run variants of a scenario under the same seeds and say how they differ from the first one'],
    ['sweep', 'run every combination of values under the same seeds and show them all'],
  ] as const) {
    orrery
      .command(name)
      .description(what)
      .argument('<path>', 'scenario, or a file of an Experiment')
      .option('--vary <path=a,b>', 'what is varied, for instance scheduler=default,./mine.ts; repeatable', collect)
      .option('--set <path=value>', 'overrides a field in every run; repeatable', collect)
      .addOption(
        new Option(
          '--warm-up <duration>',
          'leaves out the beginning of each run, or mser-5: finds how long it is',
        ).argParser(warmUp),
      )
      .addOption(new Option('--seeds <n>', 'replications of each variant (default: 10)').argParser(positiveWhole))
      .addOption(
        new Option('--precision <share>', 'goes on until every interval is so narrow, as part of its mean').argParser(
          share,
        ),
      )
      .addOption(new Option('--max-seeds <n>', 'with --precision, at most (default: 1000)').argParser(positiveWhole))
      .option('--metric <name>', 'a figure of summary.csv to look at; repeatable', collect)
      .addOption(new Option('--confidence <share>', 'of the intervals (default: 0.95)').argParser(share))
      .option('--best <metric>', 'selects the variant with the least of it')
      .option('--most', 'with --best: the most of it')
      .addOption(new Option('--indifference <amount>', 'with --best: a difference worth knowing').argParser(positive))
      .addOption(
        new Option('--probability <share>', 'with --best: of selecting the best (default: 0.95)').argParser(share),
      )
      .addOption(
        new Option('--format <format>', 'of the result on standard output')
          .choices(['table', 'csv', 'json', 'html'])
          .default('table'),
      )
      .option('--out <folder>', 'keeps each result there and goes on from what is there; tables, plots, report.html')
      .option('--parquet', 'with --out: also writes comparison.parquet')
      .addOption(new Option('--shard <i/n>', 'makes every n-th run only, i from 0; needs --out').argParser(shard))
      .addOption(
        new Option('--redis <url>', 'has the runs made by workers on any machines (orrery worker)')
          .argParser(redisUrl)
          .conflicts(['shard', 'threads', 'runTimeout']),
      )
      .addOption(new Option('--threads <n>', 'runs at once (default: one for each core)').argParser(positiveWhole))
      .addOption(
        new Option('--run-timeout <seconds>', 'ends a run that takes longer (wall clock)')
          .argParser(positiveWhole)
          .default(3600),
      )
      .option('--no-progress', 'shows no progress on a terminal')
      .action(async (path: string, options: object) =>
        (await import('./compare.ts')).compare(path, name, options as never),
      );
  }

  orrery
    .command('worker')
    .description('make runs for compare and sweep with --redis, until it is stopped')
    .addOption(new Option('--redis <url>', 'where the runs are').argParser(redisUrl).makeOptionMandatory())
    .addOption(new Option('--threads <n>', 'runs at once (default: one for each core)').argParser(positiveWhole))
    .addOption(
      new Option('--run-timeout <seconds>', 'ends a run that takes longer (wall clock)')
        .argParser(positiveWhole)
        .default(3600),
    )
    .addOption(
      new Option('--lock <seconds>', 'a run whose worker is silent for so long is given to another')
        .argParser(positiveWhole)
        .default(30),
    )
    .addOption(
      new Option('--idle <seconds>', 'stops when there was nothing to do for so long').argParser(positiveWhole),
    )
    .action(async (options: object) => (await import('./worker.ts')).worker(options as never));

  orrery
    .command('merge')
    .description('put the results of shards of one experiment together')
    .argument('<folders...>', 'what compare or sweep wrote with --out')
    .option('--out <folder>', 'where to keep them all, with tables, plots and report.html')
    .option('--parquet', 'with --out: also writes comparison.parquet')
    .addOption(
      new Option('--format <format>', 'of the result on standard output')
        .choices(['table', 'csv', 'json', 'html'])
        .default('table'),
    )
    .action(async (folders: string[], options: object) =>
      (await import('./merge.ts')).merge(folders, options as never),
    );

  orrery
    .command('import')
    .description('turn a trace of a real cluster into tasks that a scenario can play (`traces`), or into a scenario')
    .argument('<file>', 'the trace; .gz is unpacked')
    .addOption(
      new Option('--from <format>', 'of the trace')
        .choices(['tasks', 'openb', 'swf', 'alibaba-2018', 'alibaba-2025', 'google-2011', 'google-2019', 'simkube'])
        .makeOptionMandatory(),
    )
    .option('--out <path>', 'file for the tasks (default: standard output); folder for the scenario of a SimKube trace')
    .addOption(
      new Option('--slice-from <duration>', 'only what arrives from here on; time counts from here').argParser(
        duration,
      ),
    )
    .addOption(new Option('--slice-until <duration>', 'only what arrives before').argParser(duration))
    .addOption(new Option('--sample <share>', 'keeps each task with this probability').argParser(positive))
    .addOption(new Option('--resample <n>', 'so many tasks, drawn with replacement').argParser(wholeNumber))
    .addOption(
      new Option('--inflate <factor>', 'so many times as many tasks, by copies drawn by lot').argParser(positive),
    )
    .addOption(new Option('--stretch <factor>', 'multiplies the times between arrivals').argParser(positive))
    .addOption(new Option('--scale <factor>', 'multiplies the CPU and memory asked for').argParser(positive))
    .addOption(new Option('--seed <text>', 'of what is drawn').argParser(seed))
    .addOption(
      new Option('--machine-cpu <cores>', 'of a machine, where a trace states shares of it')
        .argParser(positive)
        .default(64),
    )
    .addOption(
      new Option('--machine-memory <gib>', 'of a machine, where a trace states shares of it')
        .argParser(positive)
        .default(256),
    )
    .action(async (file: string, options: object) => (await import('./import.ts')).importTrace(file, options as never));

  orrery
    .command('fit')
    .description('fit distributions to a trace, say how close they are, and write a scenario with a workload like it')
    .argument('<file>', 'the trace; .gz is unpacked')
    .addOption(
      new Option('--from <format>', 'of the trace')
        .choices(['tasks', 'openb', 'swf', 'alibaba-2018', 'alibaba-2025', 'google-2011', 'google-2019'])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'writes the scenario there')
    .addOption(new Option('--shapes <n>', 'combinations of requests to keep').argParser(positiveWhole).default(50))
    .addOption(
      new Option('--machine-cpu <cores>', 'of a machine, where a trace states shares of it')
        .argParser(positive)
        .default(64),
    )
    .addOption(
      new Option('--machine-memory <gib>', 'of a machine, where a trace states shares of it')
        .argParser(positive)
        .default(256),
    )
    .action(async (file: string, options: object) => (await import('./fit.ts')).fit(file, options as never));

  orrery
    .command('reproduce')
    .description('run a published study from its recorded inputs and show its figures beside the published ones')
    .addArgument(new Argument('<study>', 'which one').choices(['fgd-atc23']))
    .option('--workload <name>', 'a workload of the study, or all; repeatable (default: default)', collect)
    .option('--policy <name>', 'a policy of the study; repeatable (default: all)', collect)
    .option('--seed <seed>', 'a recorded seed; repeatable (default: all)', collect)
    .addOption(
      new Option('--format <format>', 'of the result on standard output')
        .choices(['table', 'csv', 'html'])
        .default('table'),
    )
    .option('--out <folder>', 'also writes the page, the curves and each plot there')
    .option('--data <folder>', 'where the recordings lie (default: the environment variable ORRERY_DATA)')
    .addOption(
      new Option('--ties <rule>', 'which of equally good nodes is taken; the study takes the first')
        .choices(['first', 'random'])
        .default('first'),
    )
    .addOption(new Option('--threads <n>', 'runs at once (default: one for each core)').argParser(wholeNumber))
    .action(async (_study: string, options: object) => (await import('./reproduce.ts')).reproduce(options as never));

  orrery
    .command('init')
    .description('write a commented scenario to begin with')
    .argument('[file]', 'where to', 'scenario.yaml')
    .option('--force', 'replaces a file that is there')
    .action(async (file: string, options: object) => (await import('./init.ts')).init(file, options));

  orrery
    .command('history', { hidden: true })
    .description('the fingerprint of a run, or the events of a window, as JSON; what verify asks of fresh processes')
    .argument('<path>')
    .option('--seed <text>')
    .option('--set <path=value>', '', collect)
    .option('--until <micros>', '', wholeNumber)
    .option('--from <event>', '', wholeNumber)
    .option('--to <event>', '', wholeNumber)
    .action(async (path: string, options: object) => (await import('./history.ts')).history(path, options));

  tab(orrery, { completionCommandName: 'completion' });
  return orrery;
}

/** Every path is taken from where the user stands: a shell can stay in a folder that somebody has deleted. */
function standSomewhere(): void {
  try {
    process.cwd();
  } catch {
    throw new MissingFolderError();
  }
}

async function main(): Promise<number> {
  try {
    await program().parseAsync();
    return typeof process.exitCode === 'number' ? process.exitCode : ExitCode.Ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
    const { message, code } = failureOf(error);
    process.stderr.write(message);
    return code;
  }
}

// A reader that has seen enough (`| head`) is no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? ExitCode.Ok : ExitCode.WriteFailed);
});

process.exitCode = await main();
