import { Gate } from '../gate.ts';

/** `stopping`: it has had its SIGTERM: nobody can connect any more, but watches go on until it ends. */
export type InstanceState = 'running' | 'paused' | 'stopping' | 'dead' | 'starting';

/** What a write of the store's history its caches began with: older versions are forgotten to it. */
export interface Beginning {
  /** Microseconds. */
  readonly at: number;
  readonly revision: number;
}

const EVER: Beginning = { at: 0, revision: 0 };

/** One of the API servers behind the load balancer: a process that can be killed, stopped, frozen and slowed down. */
export class Instance {
  readonly index: number;
  state: InstanceState = 'running';
  /** Work takes so many times as long. */
  slowness = 1;
  /** Its watch of etcd brings nothing, so its caches stand still. */
  isStale = false;
  /** What it has under way, in this life. */
  gate = new Gate();
  /** Grows when it dies: what was on its way to it reaches nobody. */
  life = 0;
  /** Since when its watch caches know every change. */
  beginning: Beginning = EVER;
  /** What has come for it while it was frozen, in order. */
  held: (() => void)[] = [];
  /** Of these, writes of Events: what is to be done about them when nobody waits for it any more. */
  abandoned: (() => void)[] = [];

  /** As the network knows it. */
  get name(): string {
    return `kube-apiserver-${this.index}`;
  }

  constructor(index: number) {
    this.index = index;
  }

  /** Whoever connects is answered. */
  get listens(): boolean {
    return this.state === 'running';
  }

  /** Nothing is the matter with it, as far as those are concerned who are connected. */
  get isWell(): boolean {
    return this.state === 'running' && this.slowness === 1;
  }
}
