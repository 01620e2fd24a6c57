import pc from 'picocolors';
import { PLAIN, type Style } from '../report/terminal.ts';

/** Colours on a terminal that wants them (NO_COLOR is honoured), plain text everywhere else. */
export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  if (stream.isTTY !== true || !pc.isColorSupported) return PLAIN;
  return { strong: pc.bold, faint: pc.dim, good: pc.green, bad: pc.red, warn: pc.yellow };
}
