const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long ago something was, as kubectl tells it: coarser the longer it is. Microseconds. */
export function age(since: number | undefined, now: number): string {
  return since === undefined ? '<unknown>' : humanDuration(now - since);
}

/** `59s`, `2m30s`, `45m`, `3h20m`, `2d4h`, `3y40d`. Microseconds. */
export function humanDuration(micros: number): string {
  if (micros < -SECOND) return '<invalid>';
  const seconds = Math.max(0, Math.floor(micros / SECOND));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(micros / MINUTE);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(micros / HOUR);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

function withRest(whole: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${smaller}`;
}
