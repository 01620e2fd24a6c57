/** A duration as Go prints it: 15m0s, 1h2m3.5s. */
export function goDuration(micros: number): string {
  const seconds = micros / 1_000_000;
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = `${Number((seconds - hours * 3_600 - minutes * 60).toFixed(6))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
