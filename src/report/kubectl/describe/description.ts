import { layOut } from './tab-layout.ts';

/** Text that grows line by line, its cells divided by tabs. A level is two spaces. */
export class Description {
  #laidOut = '';
  #text = '';

  /** Without an end of line unless the text has one: what follows goes on. */
  write(level: number, text: string): void {
    this.#text += '  '.repeat(level) + text;
  }

  line(level: number, ...cells: readonly (string | number | boolean)[]): void {
    this.write(level, cells.join('\t') + '\n');
  }

  /** What was written so far does not share its columns with what follows. */
  flush(): void {
    this.#laidOut += layOut(this.#text);
    this.#text = '';
  }

  toString(): string {
    this.flush();
    return this.#laidOut;
  }
}
