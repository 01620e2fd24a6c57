import type { ClusterAutoscalerSettings } from './settings.ts';

/** No node goes for a while after the cluster has grown, after a node was deleted and after a deletion failed. Microseconds. */
export class ScaleDownCooldown {
  readonly #settings: ClusterAutoscalerSettings;
  #lastScaleUp = -Infinity;
  #lastScaleDownDelete = -Infinity;
  #lastScaleDownFailure = -Infinity;

  constructor(settings: ClusterAutoscalerSettings) {
    this.#settings = settings;
  }

  grew(now: number): void {
    this.#lastScaleUp = now;
  }

  deleted(now: number): void {
    this.#lastScaleDownDelete = now;
  }

  failed(now: number): void {
    this.#lastScaleDownFailure = now;
  }

  isOn(now: number): boolean {
    return this.ends.some((at) => at > now);
  }

  /** When each of the three delays is over. */
  get ends(): readonly number[] {
    const { scaleDownDelayAfterAdd, scaleDownDelayAfterDelete, scaleDownDelayAfterFailure } = this.#settings;
    return [
      this.#lastScaleUp + scaleDownDelayAfterAdd,
      this.#lastScaleDownDelete + scaleDownDelayAfterDelete,
      this.#lastScaleDownFailure + scaleDownDelayAfterFailure,
    ];
  }
}
