import { defineScheduler } from '../../../sim/policy-api/scheduler-module.ts';

/** kube-scheduler v1.36 as it comes, or as the scenario's KubeSchedulerConfiguration sets it up. */
export const kubeSchedulerDefaults = defineScheduler({ name: 'default' });
