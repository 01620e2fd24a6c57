import { median } from './compare.ts';
import type { Recording, Row } from './recording.ts';
import type { Rule } from './verdict.ts';

const fact = (says: string, holds: (row: Row) => boolean): Rule => ({ kind: 'fact', says, holds });
const noise = (why: string): Rule => ({ kind: 'noise', why });

/** How each column of the family watch is held against the recording. */
export function watchRules(recording: Recording): Record<string, Rule> {
  if (recording.header.includes('annotated_initial_end')) return bookmarkRules();
  if (recording.header.includes('oldest_rv_accepted_age_s')) return windowRules(recording);
  return slowReaderRules(recording);
}

function bookmarkRules(): Record<string, Rule> {
  const seconds = (row: Row): number => Number(row['t_s']);
  const left = (row: Row): number => Number(row['timeout_s']) - seconds(row);
  const isNear = (value: number, from: number, to: number): boolean => value >= from - 1e-9 && value <= to + 1e-9;
  return {
    t_s: { kind: 'distribution', slack: 0.4 },
    type: fact('the end comes when the time is over', (row) => row['type'] !== 'END' || isNear(-left(row), 0, 0.15)),
    annotated_initial_end: fact(
      'the end of what was there at once, then after a second at most, each minute, 2 s before the end and once more',
      (row) =>
        row['type'] === 'END' ||
        (row['annotated_initial_end'] === 'true'
          ? seconds(row) < 0.5
          : isNear(seconds(row), 0, 1.4) ||
            isNear(left(row), 0.5, 3.1) ||
            isNear(seconds(row) % 60, 59, 60) ||
            isNear(seconds(row) % 60, 0, 1.3 * Math.floor(seconds(row) / 60) + 1.25)),
    ),
    event_no: noise('how fast the machine wrote'),
  };
}

function windowRules({ rows }: Recording): Record<string, Rule> {
  // Rows are looked up by when and where: what was written until then is taken from the recording.
  const recorded = (row: Row): Row =>
    rows.find((one) => one['resource'] === row['resource'] && one['elapsed_s'] === row['elapsed_s'])!;
  const number = (row: Row, column: string): number => Number(row[column]);
  const isClose = (row: Row, column: string, share: number, slack: number): boolean =>
    // Before anything is refused it is the harness' own beginning that is found.
    number(recorded(row), 'newest_rv_refused_age_s') === -1 ||
    Math.abs(number(row, column) - number(recorded(row), column)) <= slack + share * number(recorded(row), column);
  // Within so many events of a full ring, the moment of the look decides.
  const isOnTheEdge = (row: Row): boolean => {
    const capacity = Math.min(number(row, 'cache_capacity'), number(recorded(row), 'cache_capacity'));
    return number(recorded(row), 'events_since_oldest_accepted') >= 0.95 * capacity;
  };
  const isCached = (row: Row): boolean => row['resource'] !== 'events';
  return {
    cache_capacity: fact(
      'the ring is as large as it was, but where it is about to double',
      (row) => isOnTheEdge(row) || number(row, 'cache_capacity') === number(recorded(row), 'cache_capacity'),
    ),
    // Rates are recorded to a tenth: how many events a ring had when it began to forget is known to a tenth as well.
    oldest_rv_accepted_age_s: fact('the same within 13 % and 3 s; of Events between one compaction and two', (row) =>
      isCached(row) ? isClose(row, 'oldest_rv_accepted_age_s', 0.13, 3) : number(row, 'oldest_rv_accepted_age_s') < 62,
    ),
    events_since_oldest_accepted: fact(
      'the same within 13 % and 10',
      (row) => !isCached(row) || isClose(row, 'events_since_oldest_accepted', 0.13, 10),
    ),
    newest_rv_refused_age_s: fact(
      'nothing younger than 75 s is refused; of Events nothing younger than a compaction',
      (row) =>
        number(row, 'newest_rv_refused_age_s') === -1 ||
        number(row, 'newest_rv_refused_age_s') >= (isCached(row) ? 75 : 29),
    ),
    how_refused: fact(
      'an ERROR event, not a status',
      (row) => row['how_refused'] === 'ERROR' || number(row, 'newest_rv_refused_age_s') === -1,
    ),
  };
}

function slowReaderRules({ rows }: Recording): Record<string, Rule> {
  const typical = (row: Row): number =>
    median(
      rows
        .filter((one) => one['object_bytes'] === row['object_bytes'])
        .map((one) => Number(one['writes_until_terminated'])),
    );
  return {
    writes_until_terminated: fact(
      'the sockets swallow it, and then it is ended: within 10 % of the median',
      (row) => Math.abs(Number(row['writes_until_terminated']) / typical(row) - 1) <= 0.1,
    ),
    fast_watcher_events: fact(
      'the other watcher misses nothing',
      (row) => Math.abs(Number(row['fast_watcher_events']) - Number(row['writes_until_terminated'])) <= 25,
    ),
    fast_watcher_max_delay_ms: noise('of a machine that writes as fast as it can; the budget adds 100 ms at most'),
    events_delivered_before_close: noise('what the client had read before it stopped'),
  };
}
