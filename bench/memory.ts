/** Live heap a pod and a node: the difference of two sizes after a collection. Run by `npm run bench:memory`. */
import { OneCluster } from './one-cluster.ts';

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('run with --expose-gc');

function liveBytes(): number {
  collect!();
  collect!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Live bytes of a cluster, with what it came to. */
function measure(nodes: number, pods: number): { readonly bytes: number; readonly hash: string } {
  const before = liveBytes();
  const cluster = new OneCluster(nodes);
  if (pods > 0) cluster.addPods(pods);
  const bytes = liveBytes() - before;
  return { bytes, hash: cluster.simulation.engine.fingerprint.toString() };
}

measure(100, 100);
const few = measure(1_000, 0);
const many = measure(5_000, 0);
console.log(`a node: ${Math.round((many.bytes - few.bytes) / 4_000)} bytes`);
const small = measure(500, 5_000);
const large = measure(500, 15_000);
console.log(`a running pod, its Events included: ${Math.round((large.bytes - small.bytes) / 10_000)} bytes`);
console.log(`hash ${large.hash}`);
