import { z } from 'zod';
import { autoscalerSchema } from './autoscaler.ts';
import { cloudSchema } from './cloud.ts';
import { controlPlaneSchema } from './control-plane.ts';
import { nodePoolSchema } from './node-pools.ts';
import { clientLimitsSchema, parametersSchema } from './parameters.ts';
import { schedulerSchema } from './scheduler.ts';

export const clusterSchema = z.strictObject({
  nodes: z.array(nodePoolSchema).max(10_000).optional().describe('Without it: three zones with room for everything.'),
  cloud: cloudSchema.optional(),
  autoscaler: autoscalerSchema.optional(),
  scheduler: schedulerSchema.optional(),
  furtherSchedulers: z
    .array(schedulerSchema)
    .max(16)
    .optional()
    .describe('Schedulers beside the first one, each a component of its own; pods choose by their schedulerName.'),
  controllers: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe(
      "Controllers of your own by their files (.js or .ts), and which of Kubernetes' run: names as of --controllers (*, name, -name). Nothing but files: all of them.",
    ),
  controlPlane: controlPlaneSchema
    .optional()
    .describe('How many processes of each component there are, and what etcd is told.'),
  clientLimits: clientLimitsSchema
    .optional()
    .describe("Rate limits of the clients of the API server; Kubernetes' own unless said."),
  parameters: parametersSchema.optional(),
});
