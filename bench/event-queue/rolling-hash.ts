/** A cheap hash of a sequence of numbers, the same for all who are compared. */
export class RollingHash {
  private readonly state = new Int32Array(1);

  add(time: number, value: number): void {
    this.state[0] = Math.imul(this.state[0]! ^ time, 0x9e3779b1) + value;
  }

  toString(): string {
    return (this.state[0]! >>> 0).toString(16).padStart(8, '0');
  }
}
