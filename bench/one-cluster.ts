import { defaultPolicies } from '../src/policies/default-policies.ts';
import { NO_LABELS } from '../src/sim/api/meta.ts';
import { applyDefaults } from '../src/sim/api/defaults/apply-defaults.ts';
import type { Deployment } from '../src/sim/api/workloads.ts';
import { DEFAULT_PARAMETERS } from '../src/sim/default-parameters.ts';
import type { Scenario } from '../src/sim/scenario/scenario.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { makeDeployment } from '../test/doubles/objects.ts';

const CAPACITY = { cpu: '64', memory: '256Gi', pods: '250' };
/** As large as ordinary Deployments are. */
const REPLICAS = 100;

/** A cluster without client limits, to which pods can be added in Deployments of a hundred; what the benches measure. */
export class OneCluster {
  readonly simulation: Simulation;
  #deployments = 0;

  constructor(nodes: number) {
    const { controllerManager, scheduler, kubelet } = DEFAULT_PARAMETERS;
    const scenario: Scenario = {
      name: 'one-cluster',
      question: '',
      durationMicros: undefined,
      horizonMicros: Number.MAX_SAFE_INTEGER,
      seed: '1',
      cluster: {
        nodes: [
          {
            name: 'node',
            count: nodes,
            zones: ['a', 'b', 'c'],
            labels: {},
            taints: [],
            capacity: CAPACITY,
            allocatable: CAPACITY,
          },
        ],
        parameters: {
          ...DEFAULT_PARAMETERS,
          controllerManager: { ...controllerManager, client: undefined },
          scheduler: { ...scheduler, client: undefined },
          kubelet: { ...kubelet, client: undefined },
        },
        scheduler: { configuration: undefined },
      },
      manifests: [],
      initial: [],
      workloads: [],
      behaviours: [],
      timeline: [],
      expectations: [],
    };
    this.simulation = new Simulation(scenario, defaultPolicies(), { pod: () => undefined, event: () => undefined });
  }

  /** Creates so many pods and lets everything happen that comes of it. */
  addPods(pods: number): void {
    const { api, engine } = this.simulation;
    const client = api.client('bench', undefined);
    for (let left = pods; left > 0; left -= REPLICAS) {
      client.send({ verb: 'create', object: deployment(this.#deployments++, Math.min(left, REPLICAS)) }, (response) => {
        if (!response.ok) throw new Error(response.message);
      });
    }
    engine.run();
    const { running } = this.simulation.recorder.pods;
    if (running !== this.simulation.recorder.pods.created) throw new Error(`only ${running} pods are running`);
  }
}

function deployment(number: number, replicas: number): Deployment {
  const base = makeDeployment(`app-${number}`, replicas, { app: `app-${number}` });
  const resources = { requests: { cpu: '100m', memory: '128Mi' } };
  const containers = [{ name: 'main', image: 'app:v1', resources }];
  const template = { metadata: { ...base.spec.template.metadata, annotations: NO_LABELS }, spec: { containers } };
  return applyDefaults({ ...base, spec: { ...base.spec, template } });
}
