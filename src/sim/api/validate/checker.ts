import type { Report } from '../problem.ts';
import { quoted } from '../decode/describe.ts';

/** Kubernetes prints the values it refuses as JSON; long ones are cut here. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  const json = JSON.stringify(value) ?? 'null';
  return json.length > 120 ? json.slice(0, 120) + '…' : json;
}

/** A place in an object, and the API server's words for what can be wrong there. */
export class Checker {
  readonly path: readonly (string | number)[];
  private readonly report: Report;
  private readonly tally: { count: number };

  constructor(report: Report, path: readonly (string | number)[] = [], tally: { count: number } = { count: 0 }) {
    this.report = report;
    this.path = path;
    this.tally = tally;
  }

  at(...parts: readonly (string | number)[]): Checker {
    return new Checker(this.report, [...this.path, ...parts], this.tally);
  }

  /** How many problems were reported so far, here and everywhere else in the object. */
  get count(): number {
    return this.tally.count;
  }

  private say(code: string, message: string): void {
    this.tally.count += 1;
    this.report({ path: this.path, severity: 'error', code, message });
  }

  required(detail = ''): void {
    this.say('required', detail === '' ? 'Required value' : `Required value: ${detail}`);
  }
  invalid(value: unknown, detail: string): void {
    this.say('invalid', `Invalid value: ${shown(value)}: ${detail}`);
  }
  /** Each of the details for itself, as the rules for names give them. */
  invalidFor(value: unknown, details: readonly string[]): void {
    for (const detail of details) this.invalid(value, detail);
  }
  unsupported(value: unknown, supported: readonly string[]): void {
    const list = supported.map((each) => `"${each}"`).join(', ');
    this.say('unsupported', `Unsupported value: ${shown(value)}: supported values: ${list}`);
  }
  forbidden(detail: string): void {
    this.say('forbidden', `Forbidden: ${detail}`);
  }
  notFound(value: unknown, detail = ''): void {
    this.say('not-found', `Not found: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`);
  }
  duplicate(value: unknown, detail = ''): void {
    this.say('duplicate', `Duplicate value: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`);
  }
  tooLong(limit: number): void {
    this.say('too-long', `Too long: may not be more than ${limit} bytes`);
  }
  tooMany(found: number, limit: number): void {
    this.say('too-many', `Too many: ${found}: must have at most ${limit} items`);
  }
}
