/** IP addresses and ranges as text: only whether they are some, nothing is computed with them. */

function isV4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

function isV6(text: string): boolean {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [position, part] of parts.entries()) {
      const isLast = index === halves.length - 1 && position === parts.length - 1;
      if (isLast && part.includes('.')) {
        if (!isV4(part)) return false;
        groups += 2;
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups += 1;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** `undefined` when the text is no IP address. */
export function addressFamily(text: string): 'IPv4' | 'IPv6' | undefined {
  if (isV4(text)) return 'IPv4';
  return isV6(text) ? 'IPv6' : undefined;
}

/** Whether a text is an address and the length of its prefix, e.g. `10.9.8.0/24`. */
export function isAddressRange(text: string): boolean {
  const match = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text);
  const family = match === null ? undefined : addressFamily(match[1] ?? '');
  return family !== undefined && Number(match?.[2]) <= (family === 'IPv4' ? 32 : 128);
}
