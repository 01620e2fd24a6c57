import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { Draw } from './draw-scheduler-cases/draw.ts';
import { SHAPES } from './draw-scheduler-cases/shapes.ts';

/**
 * Draws scheduling decisions that no recording holds and has a recorder around the real kube-scheduler answer them, one
 * line a case, for `npm run conformance:scheduler`. What the recorder cannot take is told on standard error and left out.
 */
const program = new Command('draw-scheduler-cases')
  .requiredOption('--oracle <path>', 'a recorder that answers a case on its standard input (`oracle ask`)')
  .option('--seed <text>', 'the same seed draws the same cases', '1')
  .option('--count <n>', 'cases of each shape', Number, 10)
  .option('--shape <name>', `only those whose name has this in it: ${[...SHAPES.keys()].join(', ')}`, '')
  .parse();

const {
  oracle,
  seed,
  count,
  shape: wanted,
} = program.opts<{ oracle: string; seed: string; count: number; shape: string }>();
let refused = 0;
for (const [shape, make] of SHAPES) {
  if (!shape.includes(wanted)) continue;
  for (let number = 0; number < count; number++) {
    const id = `${shape}-${seed}-${number}`;
    const question = JSON.stringify({
      id,
      family: shape,
      seed: 0,
      shape,
      ...make(new Draw(`${seed}/${shape}`, number)),
    });
    const { status, stdout, stderr } = spawnSync(oracle, ['ask'], {
      input: question,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status === 0) process.stdout.write(stdout);
    else process.stderr.write(`${id}: ${stderr.trim()}\n`);
    if (status !== 0) refused++;
  }
}
if (refused > 0) process.stderr.write(`${refused} cases could not be asked\n`);
