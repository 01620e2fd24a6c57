import { test } from 'vitest';
// Outside this repository: from 'kube-orrery/testing'.
import { testScheduler } from '../../src/sim/policy-api/testing.ts';
import policy from './keep-gaps.ts';

testScheduler(policy, test);
