import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { delayOf, Network } from './network.ts';
import type { Wire } from './wire.ts';

const MS = 1_000;
const SECOND = 1_000_000;

/** A client and a server, and what comes when. */
class Line {
  readonly engine = new Engine({ seed: '1' });
  readonly network = new Network(this.engine);
  readonly came: (readonly [string, number])[] = [];
  readonly wire: Wire;
  readonly #kind = this.engine.on('test/do', (_a, _b, act) => (act as () => void)());

  constructor() {
    this.wire = this.network.wire('client', 'server', {
      fellSilent: () => this.came.push(['silent', this.engine.now / MS]),
      heardAgain: () => this.came.push(['heard', this.engine.now / MS]),
    });
  }

  at(seconds: number, act: () => void): this {
    this.engine.at(seconds * SECOND, this.#kind, 0, 0, act);
    return this;
  }

  asks(seconds: number, name: string): this {
    const arrived = (): void => void this.came.push([name, this.engine.now / MS]);
    return this.at(seconds, () => this.network.sendThere(this.wire, MS, arrived));
  }

  answers(seconds: number, name: string): this {
    const arrived = (): void => void this.came.push([name, this.engine.now / MS]);
    return this.at(seconds, () => this.network.sendBack(this.wire, MS, arrived));
  }

  cut(seconds: number, from: string, to: string, on = true): this {
    return this.at(seconds, () => this.network.cut(from, to, on));
  }

  run(): this {
    this.engine.run({ until: 1_000 * SECOND });
    return this;
  }
}

describe('a wire between two processes', () => {
  it('carries what is written to it, later where packets are delayed', () => {
    const delay = delayOf({ kind: 'constant', value: 70 * MS });
    const line = new Line()
      .asks(1, 'a')
      .answers(1, 'b')
      .at(2, () => line.network.delay('server', 'client', delay, true));
    line
      .asks(3, 'c')
      .answers(3, 'd')
      .at(4, () => line.network.delay('server', 'client', delay, false));
    line.asks(5, 'e').answers(5, 'f').run();
    expect(line.came).toEqual([
      ['a', 1_001],
      ['b', 1_001],
      ['c', 3_001],
      ['d', 3_071],
      ['e', 5_001],
      ['f', 5_001],
    ]);
  });

  it('holds back what vanishes until the first retransmission after it is mended: 204 ms, 408 ms, 816 ms …', () => {
    const line = new Line().cut(1, 'client', 'server').cut(1, 'server', 'client');
    line
      .asks(2, 'request')
      .answers(2, 'change')
      .cut(5, 'client', 'server', false)
      .cut(5, 'server', 'client', false)
      .run();
    const at = (name: string): number => line.came.find(([what]) => what === name)![1];
    expect(at('silent')).toBe(1_000);
    // The request is lost at 2 s, and again at 2.204, 2.408, 2.816, 3.632; the packet before the change at 1 s and so on.
    expect(at('request')).toBe(2_000 + 204 * 16 + 1);
    expect(at('change')).toBe(1_000 + 204 * 32 + 1);
    expect(at('heard')).toBe(1_000 + 204 * 32);
  });

  it('carries a while longer where only acknowledgements vanish: until TCP times out', () => {
    const line = new Line().cut(1, 'client', 'server');
    line.answers(1.1, 'early').answers(2, 'late').cut(3, 'client', 'server', false).run();
    const at = (name: string): number => line.came.find(([what]) => what === name)![1];
    expect(at('early')).toBe(1_101);
    expect(at('silent')).toBeCloseTo(1_204, 0);
    expect(at('late')).toBeGreaterThan(3_000);
    expect(line.came.filter(([what]) => what === 'early')).toHaveLength(1);
  });

  it('carries nothing once it is given up, and nobody hears that', () => {
    const line = new Line()
      .cut(1, 'server', 'client')
      .answers(2, 'x')
      .at(3, () => line.wire.close());
    line.cut(4, 'server', 'client', false).run();
    expect(line.came.map(([what]) => what)).toEqual(['silent']);
  });

  it('is cut as long as anybody wants it', () => {
    const { network } = new Line();
    network.cut('a', 'b', true);
    network.cut('a', 'b', true);
    network.cut('a', 'b', false);
    expect(network.isCut('b', 'a')).toBe(true);
    network.cut('a', 'b', false);
    expect(network.isTroubled('a', 'b')).toBe(false);
  });
});
