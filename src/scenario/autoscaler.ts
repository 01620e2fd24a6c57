import { z } from 'zod';
import type { AutoscalerSpec } from '../sim/scenario/cluster.ts';
import type { CloudSpec } from '../sim/scenario/cloud.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { duration, positiveDuration } from './fields.ts';
import { karpenterFlags, karpenterSchema } from './karpenter.ts';

const count = z.int().min(0).max(1_000_000);
const share = z.number().min(0).max(1);

const pattern = z
  .string()
  .min(1)
  .max(200)
  .refine(isPattern, { error: 'is no regular expression', params: { code: 'invalid-value' } });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

const expander = z.enum(['least-nodes', 'least-waste', 'most-pods', 'price', 'priority', 'random']);

/** Named as `ClusterAutoscalerSettings`; a test holds the two together. */
export const clusterAutoscalerSchema = z
  .strictObject({
    scanInterval: positiveDuration.optional(),
    frequentLoops: z.boolean().optional(),
    expander: z
      .array(expander)
      .min(1)
      .max(6)
      .optional()
      .describe('Each narrows the ways to grow down; what is left is drawn by lot. least-waste unless said.'),
    priorities: z
      .array(z.strictObject({ priority: count, groups: z.array(pattern).min(1) }))
      .optional()
      .describe('For the expander priority: patterns of the names of node groups, the highest number first.'),
    balanceSimilarNodeGroups: z.boolean().optional(),
    maxNodeProvisionTime: positiveDuration.optional(),
    maxNodeStartupTime: positiveDuration.optional(),
    maxNodesTotal: count.optional(),
    maxNodesPerScaleUp: count.optional(),
    newPodScaleUpDelay: duration.optional(),
    expendablePodsPriorityCutoff: z.int().min(-2_147_483_648).max(2_147_483_647).optional(),
    okTotalUnreadyCount: count.optional(),
    maxTotalUnreadyPercentage: z.number().min(0).max(100).optional(),
    initialNodeGroupBackoffDuration: duration.optional(),
    maxNodeGroupBackoffDuration: duration.optional(),
    nodeGroupBackoffResetTimeout: duration.optional(),
    scaleDownEnabled: z.boolean().optional(),
    scaleDownUtilizationThreshold: share.optional(),
    scaleDownGpuUtilizationThreshold: share.optional(),
    scaleDownUnneededTime: duration.optional(),
    scaleDownUnreadyTime: duration.optional(),
    scaleDownUnreadyEnabled: z.boolean().optional(),
    scaleDownDelayAfterAdd: duration.optional(),
    scaleDownDelayAfterDelete: duration.optional(),
    scaleDownDelayAfterFailure: duration.optional(),
    unremovableNodeRecheckTimeout: duration.optional(),
    maxScaleDownParallelism: count.min(1).max(1_000).optional(),
    maxDrainParallelism: count.min(1).max(1_000).optional(),
    maxGracefulTermination: duration.optional(),
    maxPodEvictionTime: duration.optional(),
    nodeDeleteDelayAfterTaint: duration.optional(),
    cordonNodeBeforeTerminating: z.boolean().optional(),
    ignoreDaemonsetsUtilization: z.boolean().optional(),
    daemonsetEvictionForEmptyNodes: z.boolean().optional(),
    daemonsetEvictionForOccupiedNodes: z.boolean().optional(),
    skipNodesWithSystemPods: z.boolean().optional(),
    skipNodesWithLocalStorage: z.boolean().optional(),
    skipNodesWithCustomControllerPods: z.boolean().optional(),
    bspDisruptionTimeout: duration.optional(),
    minReplicaCount: count.optional(),
    maxBulkSoftTaintCount: count.optional(),
  })
  .describe("cluster-autoscaler, by its flags' names; what is not said has its default.");

export const autoscalerSchema = z
  .strictObject({ 'cluster-autoscaler': clusterAutoscalerSchema.optional(), karpenter: karpenterSchema.optional() })
  .describe('Who decides how many machines of the cloud there are. Without it nobody does.');

type Written = z.output<typeof autoscalerSchema>;

const AT: Path = ['spec', 'cluster', 'autoscaler'];

/** Who decides about machines, if anybody does. */
export function autoscalersOf(
  written: Written | undefined,
  cloud: CloudSpec | undefined,
  simulateEverything: boolean,
  remark: Remark,
): readonly AutoscalerSpec[] {
  if (written === undefined) return [];
  if (cloud === undefined) {
    const help = 'give it machines under `cluster.cloud`';
    remark(AT, { code: 'unknown-object', message: 'an autoscaler needs a cloud', help });
    return [];
  }
  const { karpenter, 'cluster-autoscaler': flags } = written;
  if (flags === undefined && karpenter === undefined) {
    const help = 'write `autoscaler: { cluster-autoscaler: {} }`, or `karpenter: { nodePools: [{ name: default }] }`';
    remark(AT, { code: 'required', message: '`autoscaler` says which one', help });
  }
  const lacks = (what: string, member: string, list: readonly unknown[]): void => {
    if (list.length > 0) return;
    const help = `give it some under \`cluster.cloud.${member}\``;
    remark([...AT, what], { code: 'unknown-object', message: `${what} has no ${member}`, help });
  };
  const specs: AutoscalerSpec[] = [];
  if (flags !== undefined) {
    lacks('cluster-autoscaler', 'nodeGroups', cloud.nodeGroups);
    specs.push({ kind: 'cluster-autoscaler', flags: { ...flags, everyPass: simulateEverything } });
  }
  if (karpenter !== undefined) {
    lacks('karpenter', 'instanceTypes', cloud.instanceTypes);
    specs.push({ kind: 'karpenter', flags: karpenterFlags(karpenter) });
  }
  return specs;
}
