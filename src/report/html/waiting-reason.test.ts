import { expect, it } from 'vitest';
import { waitingReason } from './waiting-reason.ts';

it('is the same however many nodes said so', () => {
  const message = (nodes: number): string =>
    `0/${nodes} nodes are available: ${nodes - 1} Insufficient cpu, 1 node(s) had untolerated taint(s). ` +
    'no new claims to deallocate, preemption: 0/9 nodes are available: 9 No preemption victims found for incoming pod.';
  expect(waitingReason(message(9))).toBe('Insufficient cpu, node(s) had untolerated taint(s)');
  expect(waitingReason(message(5000))).toBe(waitingReason(message(9)));
});

it('keeps the dots of names and shortens what is long', () => {
  expect(waitingReason('0/1 nodes are available: 1 Insufficient example.com/gpu. preemption: none.')).toBe(
    'Insufficient example.com/gpu',
  );
  expect(waitingReason('x'.repeat(500))).toHaveLength(80);
});
