import type { Complain } from './read-source.ts';
import { SourceFile } from './source-file.ts';

/** Whether a file of this name is read as JSON, which may be much larger than YAML. */
export function isJsonName(path: string): boolean {
  return /\.json$/i.test(path);
}

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Bytes as text: UTF-8, with or without a byte order mark, free of control characters. */
export function decodeText(name: string, bytes: Uint8Array, complain: Complain): SourceFile | undefined {
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    (bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0));
  if (utf16) {
    complain({ code: 'text-encoding', message: `\`${name}\` looks like UTF-16 or UTF-32`, help: 'save it as UTF-8' });
    return undefined;
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    complain({ code: 'text-encoding', message: `\`${name}\` is not UTF-8 text`, help: 'save it as UTF-8' });
    return undefined;
  }
  const control = CONTROL.exec(text);
  if (control !== null) {
    const hex = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    complain({
      code: 'control-character',
      message: `the control character U+${hex} is not allowed`,
      help: undefined,
      source: new SourceFile(name, text),
      span: { start: control.index, end: control.index + 1 },
    });
    return undefined;
  }
  return new SourceFile(name, text);
}
