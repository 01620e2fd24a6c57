import type { PodSpec } from '../../../sim/api/pod.ts';
import type {
  CycleState,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { multiplyDivide } from './multiply-divide.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';

const MEBIBYTE = 1024 * 1024;
/** Images that add up to no more than this on a node are not worth going there for. */
export const LEAST_BYTES = 23 * MEBIBYTE;
/** Beyond this much a container, more does not count. */
export const MOST_BYTES_PER_CONTAINER = 1000 * MEBIBYTE;

/** A name without a tag stands for its `latest`. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? name + ':latest' : name;
}

/** Every image reference of a pod: init containers, containers and image volumes, with repetitions. */
export function imagesOf(spec: PodSpec): string[] {
  const images: string[] = [];
  for (const container of spec.initContainers ?? []) images.push(normalizedImageName(container.image));
  for (const container of spec.containers) images.push(normalizedImageName(container.image));
  for (const volume of spec.volumes ?? []) {
    if (volume.image !== undefined) images.push(normalizedImageName(volume.image.reference ?? ''));
  }
  return images;
}

/** The score of a sum of image sizes on a node, for a pod of so many containers. */
export function imageScore(sumBytes: number, containers: number): number {
  const most = MOST_BYTES_PER_CONTAINER * containers;
  const sum = sumBytes < LEAST_BYTES ? LEAST_BYTES : sumBytes > most ? most : sumBytes;
  return multiplyDivide(MAX_NODE_SCORE, sum - LEAST_BYTES, most - LEAST_BYTES);
}

/**
 * Prefers nodes that hold the pod's images already, each weighed by the share of nodes that hold it, so that a rare
 * image does not pull all its pods to one node (semantics sheet 3.12).
 */
export class ImageLocality implements ScorePlugin {
  readonly name = 'ImageLocality';
  readonly #handle: PluginHandle;
  readonly #images = new WeakMap<PodSpec, readonly string[]>();

  constructor(handle: PluginHandle) {
    this.#handle = handle;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const { spec } = pod.pod;
    let images = this.#images.get(spec);
    if (images === undefined) this.#images.set(spec, (images = imagesOf(spec)));
    const totalNodes = this.#handle.snapshot().nodes.length;
    let sum = 0;
    for (const image of images) {
      const state = node.imageState(image);
      if (state !== undefined) sum += Math.trunc(state.sizeBytes * (state.numNodes / totalNodes));
    }
    return imageScore(sum, (spec.initContainers?.length ?? 0) + spec.containers.length);
  }
}

export const imageLocality: PluginFactory = (_args, handle) => new ImageLocality(handle);
