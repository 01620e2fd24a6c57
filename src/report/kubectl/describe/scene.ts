import type { ApiObject, Kind } from '../../../sim/api/kinds.ts';
import type { Description } from './description.ts';
import type { Wire } from './wire.ts';

/** What stands around an object that is described. */
export interface Scene {
  /** Microseconds: what ages are counted to. */
  readonly now: number;
  /** All objects of a kind, in order of their keys. */
  readonly all: (kind: Kind) => readonly Wire[];
  /** The same as the simulation keeps them. */
  readonly kept: (kind: Kind) => readonly ApiObject[];
}

/** Writes what `kubectl describe` says of an object, up to its Events. */
export type Describer = (object: Wire, out: Description, scene: Scene) => void;
