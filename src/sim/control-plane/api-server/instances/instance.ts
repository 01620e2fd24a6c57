import type { Position } from '../../watch/cache-window.ts';
import type { CacheWindows } from '../../watch/cache-windows.ts';
import { Gate } from '../gate.ts';

/** `stopping`: it has had its SIGTERM: nobody can connect any more, but watches go on until it ends. */
export type InstanceState = 'running' | 'paused' | 'stopping' | 'dead' | 'starting';

/** One of the API servers behind the load balancer: a process that can be killed, stopped, frozen and slowed down. */
export class Instance {
  readonly index: number;
  state: InstanceState = 'running';
  /** It has had its SIGTERM, and goes on as ever for its `--shutdown-delay-duration`, but that it says it is not ready. */
  isLeaving = false;
  /** Work takes so many times as long. */
  slowness = 1;
  /** Its watch of etcd brings nothing since then, so its caches stand still. */
  staleSince: Position | undefined;
  /** What it has under way, in this life. */
  gate = new Gate();
  /** Grows when it dies: what was on its way to it reaches nobody. */
  life = 0;
  /** What its watch caches still know. */
  caches: CacheWindows;
  /** What has come for it while it was frozen, in order. */
  held: (() => void)[] = [];
  /** Of these, writes of Events: what is to be done about them when nobody waits for it any more. */
  abandoned: (() => void)[] = [];

  /** As the network knows it. */
  get name(): string {
    return `kube-apiserver-${this.index}`;
  }

  constructor(index: number, caches: CacheWindows) {
    this.index = index;
    this.caches = caches;
  }

  /** Whoever connects is answered. */
  get listens(): boolean {
    return this.state === 'running';
  }

  /** It runs, and has not been asked to end. */
  get isServing(): boolean {
    return this.state === 'running' && !this.isLeaving;
  }

  /** Nothing is the matter with it, as far as those are concerned who are connected. */
  get isWell(): boolean {
    return this.state === 'running' && this.slowness === 1;
  }
}
