import type { CronJob } from '../../../sim/api/batch.ts';
import { nextTime, type CronSchedule } from '../../../sim/api/cron-schedule.ts';
import type { Timestamp } from '../../../sim/api/meta.ts';
import type { TimeZone } from '../../../sim/api/time-zone.ts';

const MICROS_PER_SECOND = 1_000_000;
/** A CronJob wakes this much after its time, so that the clocks of all have passed it. Microseconds. */
const WAKE_DELAY = 100_000;
/** More missed starts than this are told of. */
const MANY = 100;

/** The schedule of a CronJob on the clock of its zone. */
export interface Clock {
  readonly schedule: CronSchedule;
  readonly zone: TimeZone;
}

export interface MissedTimes {
  /** The latest time that was due and is not after now. */
  readonly latest: Timestamp | undefined;
  readonly missed: 'none' | 'few' | 'many';
  /** From when on times count. */
  readonly earliest: Timestamp;
  /** Set where the schedule makes no sense. */
  readonly error?: string;
}

/**
 * The latest time a CronJob should have run at and did not. How many there were is estimated from the distance of the
 * first two, as Kubernetes does.
 *
 * @param withinDeadline whether times before the starting deadline are passed over
 */
export function missedTimes(cronJob: CronJob, now: number, clock: Clock, withinDeadline: boolean): MissedTimes {
  const { status, spec, metadata } = cronJob;
  let earliest = status.lastScheduleTime ?? metadata.creationTimestamp;
  if (withinDeadline && spec.startingDeadlineSeconds !== undefined) {
    earliest = Math.max(earliest, now - spec.startingDeadlineSeconds * MICROS_PER_SECOND);
  }
  const next = (after: number): number => nextTime(clock.schedule, after, clock.zone) ?? Infinity;
  const first = next(earliest);
  if (now < first) return { latest: undefined, missed: 'none', earliest };
  const second = next(first);
  if (now < second) return { latest: first, missed: 'none', earliest };
  const apart = Math.round((second - first) / MICROS_PER_SECOND);
  if (apart < 1) {
    const error = 'time difference between two schedules is less than 1 second';
    return { latest: undefined, missed: 'none', earliest, error };
  }
  const count = Math.floor(Math.floor((now - first) / MICROS_PER_SECOND) / apart) + 1;
  let latest: Timestamp | undefined;
  for (let at = next(first + (count - 2) * apart * MICROS_PER_SECOND); at <= now; at = next(at)) latest = at;
  return { latest, missed: count > MANY ? 'many' : 'few', earliest };
}

/** How long until a CronJob has to be looked at again; undefined: its schedule never comes. Microseconds. */
export function untilNextTime(cronJob: CronJob, now: number, clock: Clock): number | undefined {
  const { latest, missed, earliest, error } = missedTimes(cronJob, now, clock, false);
  const from = error !== undefined ? now : (latest ?? (missed === 'none' ? earliest : now));
  const at = nextTime(clock.schedule, from, clock.zone);
  return at === undefined ? undefined : at + WAKE_DELAY - now;
}
