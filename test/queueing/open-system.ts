import { Engine } from '../../src/sim/engine/engine.ts';
import type { Distribution } from '../../src/sim/engine/samplers.ts';
import type { Census } from './census.ts';
import { Source } from './source.ts';
import { Station, type StationOptions } from './station.ts';

export interface Phases {
  /** Seconds until counting begins. */
  readonly warmUp: number;
  /** Seconds of counting; then arrivals end and the system runs empty. */
  readonly counting: number;
}

/** A source and stations in a row. */
export class OpenSystem {
  readonly engine: Engine;
  readonly stations: readonly Station[];
  private readonly source: Source;

  constructor(seed: string, interarrival: Distribution, row: readonly StationOptions[]) {
    this.engine = new Engine({ seed });
    const stations: Station[] = [];
    row.forEach((options, i) => {
      const served = (job: number) => stations[i + 1]?.arrive(job);
      stations.push(new Station(this.engine, `station-${i}`, { ...options, served }));
    });
    this.stations = stations;
    this.source = new Source(this.engine, 'source', interarrival, (job) => stations[0]!.arrive(job));
  }

  /** Counts between two times; who entered then is counted to the end of its stay. */
  run({ warmUp, counting }: Phases): this {
    if (warmUp > 0) this.engine.run({ until: Math.round(warmUp * 1e6) });
    for (const station of this.stations) station.offered = station.blocked = 0;
    for (const census of this.censuses()) census.open();
    this.engine.run({ until: Math.round((warmUp + counting) * 1e6) });
    for (const census of this.censuses()) census.close();
    this.source.stop();
    this.engine.run();
    return this;
  }

  /** Counts from the beginning, empty, to the time when all are gone after that number of arrivals. */
  runFromEmptyToEmpty(arrivals: number): this {
    for (const census of this.censuses()) census.open();
    while (this.source.sent < arrivals) this.engine.run({ maxEvents: 1 });
    this.source.stop();
    this.engine.run();
    for (const census of this.censuses()) census.close();
    return this;
  }

  private censuses(): readonly Census[] {
    return this.stations.flatMap((station) => [station.system, station.queue]);
  }
}
