import { z } from 'zod';
import { etcdSchema } from './etcd.ts';
import { positiveDuration } from './fields.ts';

const replicas = z
  .int()
  .min(1)
  .max(7)
  .optional()
  .describe('How many instances stand for election; one acts, the others stand by.');

export const controlPlaneSchema = z.strictObject({
  apiServers: z
    .int()
    .min(1)
    .max(7)
    .default(1)
    .describe('API servers behind a load balancer. Who is connected to one stays there until it ends.'),
  healthCheck: z
    .strictObject({
      interval: positiveDuration.prefault('2s'),
      unhealthyThreshold: z.int().min(1).max(100).default(3),
      healthyThreshold: z.int().min(1).max(100).default(2),
    })
    .optional()
    .describe(
      'The load balancer asks each API server for /readyz, and gives new connections only to those that are ready. Without it it knows who listens, and no more.',
    ),
  etcd: etcdSchema.optional(),
  controllerManagers: replicas,
  schedulers: replicas,
});
