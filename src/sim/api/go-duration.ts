/** Writes microseconds as Go prints a duration, the way they stand in messages of the kubelet and the scheduler: `1m20s`, `345ms`, `1.5s`. */
export function goDuration(micros: number): string {
  if (micros < 1_000) return micros === 0 ? '0s' : micros + 'µs';
  if (micros < 1_000_000) return decimal(micros, 1_000) + 'ms';
  const hours = Math.floor(micros / 3_600_000_000);
  const minutes = Math.floor(micros / 60_000_000) % 60;
  const seconds = decimal(micros % 60_000_000, 1_000_000) + 's';
  if (hours > 0) return hours + 'h' + minutes + 'm' + seconds;
  return minutes > 0 ? minutes + 'm' + seconds : seconds;
}

function decimal(micros: number, unit: number): string {
  const whole = Math.floor(micros / unit);
  const rest = micros % unit;
  if (rest === 0) return String(whole);
  return (
    whole +
    '.' +
    String(unit + rest)
      .slice(1)
      .replace(/0+$/, '')
  );
}
