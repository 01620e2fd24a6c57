import type { Recording, Row } from './recording.ts';
import type { Rule } from './verdict.ts';

const distribution = (slack: number): Rule => ({ kind: 'distribution', slack });
const fact = (says: string, holds: (row: Row) => boolean): Rule => ({ kind: 'fact', says, holds });
const number = (row: Row, column: string): number => Number(row[column]);

/** How each column of the control plane's timelines is held against the recording. Machines' noise is some 300 ms. */
export function controlPlaneRules({ name }: Recording): Record<string, Rule> {
  return name.endsWith('-stop') ? frozenRules(name) : killedRules();
}

/** A killed member costs one write 7 s and a renewal at most, and nobody exits. */
function killedRules(): Record<string, Rule> {
  const lease = (column: string): Rule =>
    fact('2 s where no renewal was in flight, 7 s where one was', (row) => {
      const gap = number(row, column);
      return (gap > 1_900 && gap < 3_600) || (gap > 6_900 && gap < 7_600);
    });
  return {
    new_leader_ms: distribution(100),
    lease_gap_kcm_ms: lease('lease_gap_kcm_ms'),
    lease_gap_scheduler_ms: lease('lease_gap_scheduler_ms'),
    node_lease_gap_max_ms: { kind: 'noise', why: 'whether two renewals fell into the time of looking' },
    lease_transitions_kcm: fact('the leader stays', (row) => number(row, 'lease_transitions_kcm') === 0),
    lease_transitions_scheduler: fact('the leader stays', (row) => number(row, 'lease_transitions_scheduler') === 0),
    writer_stall_ms: distribution(400),
    writer_errors: distribution(1),
    reader_stall_ms: distribution(150),
    reader_errors: fact('reads wait for the new leader', (row) => number(row, 'reader_errors') === 0),
    list_stall_ms: distribution(150),
    pod_event_gap_ms: distribution(2_500),
    rollout_done_ms: distribution(1_500),
    kcm_exited: fact('it goes on', (row) => row['kcm_exited'] === 'false'),
    scheduler_exited: fact('it goes on', (row) => row['scheduler_exited'] === 'false'),
  };
}

/** A frozen member, leader or not, costs the API server 40 s and the leaders their Leases. */
function frozenRules(name: string): Record<string, Rule> {
  const lasts = (column: string, from: number): Rule =>
    fact(`between ${from} and 42 s`, (row) => number(row, column) >= from * 1_000 && number(row, column) <= 42_000);
  const isLost = (column: string): Rule =>
    fact('none is seen for 40 s, or none after the fault', (row) => {
      const gap = number(row, column);
      return gap === 0 || (gap > 38_000 && gap < 42_500);
    });
  return {
    new_leader_ms: name.includes('-follower-')
      ? fact('nobody is elected', (row) => number(row, 'new_leader_ms') === -1)
      : distribution(500),
    lease_gap_kcm_ms: isLost('lease_gap_kcm_ms'),
    lease_gap_scheduler_ms: isLost('lease_gap_scheduler_ms'),
    node_lease_gap_max_ms: { kind: 'noise', why: 'the watch tells all renewals at once when it goes on' },
    lease_transitions_kcm: fact('nobody else is there', (row) => number(row, 'lease_transitions_kcm') === 0),
    lease_transitions_scheduler: fact(
      'nobody else is there',
      (row) => number(row, 'lease_transitions_scheduler') === 0,
    ),
    writer_stall_ms: fact(
      'as long as a write may take, or until the connection is given up',
      (row) => number(row, 'writer_stall_ms') > 31_000 && number(row, 'writer_stall_ms') < 40_500,
    ),
    writer_errors: fact('one or two', (row) => number(row, 'writer_errors') >= 1 && number(row, 'writer_errors') <= 2),
    reader_stall_ms: lasts('reader_stall_ms', 37),
    reader_errors: fact('reads are tried again', (row) => number(row, 'reader_errors') === 0),
    list_stall_ms: lasts('list_stall_ms', 24),
    pod_event_gap_ms: lasts('pod_event_gap_ms', 38),
    rollout_done_ms: fact('not within 40 s', (row) => number(row, 'rollout_done_ms') === -1),
    kcm_exited: fact('it has lost its Lease', (row) => row['kcm_exited'] === 'true'),
    scheduler_exited: fact('it has lost its Lease', (row) => row['scheduler_exited'] === 'true'),
  };
}
