import type { Distribution } from '../../sim/engine/samplers.ts';
import type { Shape, TraceFit } from './fit-trace.ts';

/** A scenario whose workload is what was fitted, as text of YAML. The cluster is made to fit until `nodes` says otherwise. */
export function fittedScenario(name: string, { tasks, interarrival, duration, shapes }: TraceFit): string {
  const times = [
    ...(interarrival === undefined ? [] : [`      interarrival: ${durationText(interarrival.chosen)}`]),
    ...(duration === undefined ? [] : [`      lifetime: ${durationText(duration.chosen)}`]),
  ];
  return [
    `# Tasks like those of ${name}. What was fitted, and how close it came, \`orrery fit\` says.`,
    'apiVersion: orrery.dev/v1',
    'kind: Scenario',
    `metadata: { name: ${JSON.stringify(name)} }`,
    'spec:',
    '  workload:',
    '    - name: task',
    `      count: ${tasks}`,
    ...times,
    '      deleteFinished: true',
    '      templates:',
    ...shapes.map(templateLine),
    '',
  ].join('\n');
}

function templateLine({ milliCpu, memoryBytes, gpus, tasks }: Shape): string {
  const gpu = gpus === 0 ? '' : `, nvidia.com/gpu: ${gpus}`;
  const limits = gpus === 0 ? '' : `, limits: { nvidia.com/gpu: ${gpus} }`;
  const resources = `{ requests: { cpu: ${milliCpu}m, memory: ${memoryBytes}${gpu} }${limits} }`;
  return `        - { weight: ${tasks}, spec: { restartPolicy: Never, containers: [{ name: task, image: 'task:v1', resources: ${resources} }] } }`;
}

/** A distribution of microseconds as scenarios write it. */
function durationText(distribution: Distribution): string {
  const { kind, ...parameters } = distribution;
  const texts = Object.entries(parameters).map(([name, value]) => {
    const number = value as number;
    // The schema takes no larger one; a sample so wild is no lognormal in earnest.
    if (name === 'cv') return `cv: ${Math.min(number, 1000)}`;
    return `${name}: ${name === 'shape' ? String(number) : `${Math.round(number)}us`}`;
  });
  return `{ ${kind}: ${kind === 'constant' ? texts[0]!.replace('value: ', '') : `{ ${texts.join(', ')} }`} }`;
}
