import { OneCluster } from './one-cluster.ts';
import type { Suite } from './suite.ts';

/** The path of one pod, from the Deployment to Running and its status: pods a second, everything included. */
export const suite: Suite = {
  name: 'pod-path',
  operation: 'pod',
  cases: (size) =>
    (size === 'full' ? [100, 1_000, 5_000] : [20]).map((nodes) => ({
      name: `${nodes} nodes`,
      operations: size === 'full' ? 2_000 : 20,
      samples: size === 'full' ? 4 : 1,
      warmUp: size === 'full' ? 4_000 : 40,
      variants: [
        {
          name: 'default policies',
          start: () => {
            const cluster = new OneCluster(nodes);
            return {
              run: (pods) => cluster.addPods(pods),
              hash: () => cluster.simulation.engine.fingerprint.toString(),
            };
          },
        },
      ],
    })),
};
