import { controlPlaneRules } from './control-plane-columns.ts';
import type { Recording, Row } from './recording.ts';
import { clusterOf } from './timers.ts';
import type { ColumnRule, Rule } from './verdict.ts';
import { watchRules } from './watch-columns.ts';

/** Everything under 50 ms is noise of the recordings' machine. */
const NOISE_MS = 50;

const distribution = (slack = 0): Rule => ({ kind: 'distribution', slack });
const noise = (why: string): Rule => ({ kind: 'noise', why });
const fact = (says: string, holds: (row: Row) => boolean): Rule => ({ kind: 'fact', says, holds });
const number = (row: Row, column: string): number => Number(row[column]);
const equal = (column: string, value: number): Rule => fact(`it is ${value}`, (row) => number(row, column) === value);

/** The columns that say under which conditions a row was taken, and are not measured. */
export const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  catchup: ['missed'],
  watch: ['resource', 'timeout_s', 'type', 'object_bytes'],
  'write-latency': ['sync_ms', 'slow_members', 'client_at'],
};

/** How each column of a family is held against the recording. Columns that only count repeats are not. */
export function rulesOf(recording: Recording): ColumnRule[] {
  const family = familyOf(recording.name);
  const rules =
    family === 'etcd'
      ? etcdRules(recording)
      : family === 'partition'
        ? partitionRules(recording)
        : family === 'apiserver'
          ? apiServerRules(recording)
          : family === 'control-plane-etcd'
            ? controlPlaneRules(recording)
            : family === 'watch'
              ? watchRules(recording)
              : OTHER[family];
  if (rules === undefined) return [];
  return recording.header.flatMap((column) => {
    const rule = rules[column];
    return rule === undefined ? [] : [{ column, rule }];
  });
}

export function familyOf(name: string): string {
  const families = [
    'write-latency',
    'control-plane-etcd',
    'etcd',
    'partition',
    'quorum',
    'catchup',
    'apiserver',
    'fairness',
    'watch',
  ];
  return families.find((family) => name.startsWith(family)) ?? name;
}

function etcdRules(recording: Recording): Record<string, Rule> {
  const { heartbeatInterval, electionTimeout } = clusterOf(recording);
  const graceful = /-(move|term)$/.test(recording.name);
  const frozen = recording.name.endsWith('-stop');
  // Entries that the leader sent reset the timers too, so its last word is at most some milliseconds old.
  const least = (electionTimeout - heartbeatInterval) / 1_000 - 10;
  const election = graceful ? distribution(NOISE_MS) : distribution(0);
  // Where nothing hangs, the longest of a thousand gaps is the machine's worst moment.
  const stall = distribution(graceful ? 10 * NOISE_MS : NOISE_MS);
  return {
    new_term: fact('one new term, unless a vote was split', (row) => {
      const terms = number(row, 'new_term') - number(row, 'old_term');
      return terms >= 1 && terms <= Math.max(1, number(row, 'candidacies'));
    }),
    first_precandidate_ms: graceful
      ? fact('nobody is a pre-candidate', (row) => number(row, 'first_precandidate_ms') === 0)
      : election,
    first_candidate_ms: graceful
      ? election
      : fact(
          `never before ${least} ms, and pre-candidate, candidate, leader in this order`,
          (row) =>
            number(row, 'first_precandidate_ms') >= least &&
            number(row, 'first_precandidate_ms') <= number(row, 'first_candidate_ms') &&
            number(row, 'first_candidate_ms') <= number(row, 'leader_ms'),
        ),
    leader_ms: election,
    known_first_ms: election,
    known_last_ms: election,
    precandidacies: distribution(),
    candidacies: distribution(),
    stall_all_ms: stall,
    stall_survivor_min_ms: stall,
    stall_survivor_max_ms: stall,
    stall_old_leader_ms: graceful ? noise('hangs on how long the process takes to start') : distribution(NOISE_MS),
    errors_all: distribution(),
    errors_survivors: distribution(),
    errors_old_leader: distribution(),
    acked: noise('rates reached'),
    acked_lost: equal('acked_lost', 0),
    failed: distribution(),
    failed_but_present: distribution(),
    exit_ms: distribution(NOISE_MS),
    call_ms: distribution(NOISE_MS),
    returns_ms: frozen
      ? distribution(100)
      : recording.name.endsWith('-move')
        ? equal('returns_ms', 0)
        : fact('not below 505 ms', (row) => number(row, 'returns_ms') >= 505),
    one_survivor_n: distribution(2),
    one_survivor_errors: distribution(1),
    one_survivor_first_ack_ms: distribution(NOISE_MS),
    one_survivor_last_hung_start_ms: distribution(NOISE_MS),
    round_robin_n: distribution(2),
    round_robin_errors: distribution(1),
    round_robin_first_ack_ms: distribution(NOISE_MS),
    round_robin_last_hung_start_ms: distribution(NOISE_MS),
  };
}

function partitionRules(recording: Recording): Record<string, Rule> {
  const { preVote } = clusterOf(recording);
  return {
    term_majority_during: {
      kind: 'distribution',
      slack: 0,
      of: (row) => number(row, 'term_majority_during') - number(row, 'term_before'),
    },
    term_isolated_during: fact(
      'the cut member stays in its term',
      (row) => number(row, 'term_isolated_during') === number(row, 'term_before'),
    ),
    term_after: preVote
      ? fact('no election after healing', (row) => number(row, 'term_after') === number(row, 'term_majority_during'))
      : noise('counted from the cluster before'),
    stepdown_ms: distribution(NOISE_MS),
    lost_leader_ms: distribution(NOISE_MS),
    new_leader_ms: distribution(NOISE_MS),
    leader_changes_during: distribution(),
    leader_changes_after_heal: distribution(),
    precandidacies_isolated: distribution(1),
    candidacies_isolated: distribution(1),
    stall_majority_ms:
      recording.name.includes('-leader-alone') || recording.name.includes('-leader-cannot')
        ? distribution(NOISE_MS)
        : noise('the worst moment of the machine: nothing stands in its way'),
    errors_majority: distribution(),
    stall_isolated_ms: distribution(100),
    errors_isolated: distribution(),
    heal_to_isolated_follows_ms: distribution(NOISE_MS),
    heal_to_caught_up_ms: distribution(NOISE_MS),
    acked: noise('rates reached'),
    acked_lost: equal('acked_lost', 0),
    failed: distribution(),
    failed_but_present: distribution(),
  };
}

function apiServerRules({ name, words }: Recording): Record<string, Rule> {
  const alone = words.includes('only instance');
  const herd = /-\d{3,}$/.test(name);
  const graceful = name.includes('-term');
  // Two hundred TLS handshakes on two busy cores, and a process that takes seconds to start: the machine's.
  const reached: Rule = herd
    ? noise('herd and restart times are those of the machine')
    : distribution(graceful ? 10 * NOISE_MS : NOISE_MS);
  return {
    noticed_ms: graceful
      ? fact('watches end 60 s after the signal', (row) => Math.abs(number(row, 'noticed_ms') - 60_200) <= 450)
      : herd
        ? noise('the exit of a process on a busy machine')
        : distribution(NOISE_MS),
    watch_open_ms: reached,
    first_event_ms: reached,
    watch_resumes: noise('how requests are told apart, not what comes of them'),
    relists: alone
      ? fact('one at most', (row) => number(row, 'relists') <= 1)
      : fact('another server knows the version: nobody lists', (row) => number(row, 'relists') === 0),
    updates_missed: alone
      ? fact(
          'only who lists misses what was in between',
          (row) => number(row, 'updates_missed') === 0 || number(row, 'relists') === 1,
        )
      : equal('updates_missed', 0),
    duplicates: equal('duplicates', 0),
    longest_silence_ms: graceful ? noise('the worst moment of the machine in a minute') : reached,
  };
}

const OTHER: Readonly<Record<string, Readonly<Record<string, Rule>> | undefined>> = {
  quorum: {
    members_down: distribution(),
    leader_among_them: distribution(),
    stepdown_ms: distribution(NOISE_MS),
    last_ack_ms: distribution(NOISE_MS),
    write_errors: distribution(),
    linearizable_read_errors: equal('linearizable_read_errors', 0),
    serializable_reads_during: noise('rates reached'),
    serializable_errors: equal('serializable_errors', 0),
    restart_to_leader_ms: distribution(NOISE_MS),
    restart_to_first_write_ms: distribution(NOISE_MS),
    restart_to_first_linearizable_read_ms: distribution(NOISE_MS),
    stall_writer_ms: distribution(NOISE_MS),
    acked: noise('rates reached'),
    acked_lost: equal('acked_lost', 0),
    failed: distribution(),
    failed_but_present: distribution(),
  },
  catchup: {
    to_ready_ms: distribution(NOISE_MS),
    to_leader_known_ms: distribution(NOISE_MS),
    to_caught_up_ms: distribution(NOISE_MS),
    by_snapshot: distribution(),
    db_bytes: noise('bbolt pages are not simulated'),
  },
  'write-latency': { latency_ms: distribution(1) },
};
