import { writeLabels, writeName } from './name-lines.ts';
import type { Describer } from './scene.ts';
import { parts, text, textMap } from './wire.ts';

export const describeConfigMap: Describer = (map, out) => {
  writeName(map, out);
  writeLabels(map, out);
  out.write(0, '\nData\n====\n');
  const data = textMap(map, 'data');
  for (const key of Object.keys(data).sort()) out.write(0, `${key}:\n----\n${data[key]!}\n\n`);
  out.write(0, '\nBinaryData\n====\n');
  const binary = textMap(map, 'binaryData');
  for (const key of Object.keys(binary).sort()) out.write(0, `${key}: ${bytesOf(binary[key]!)} bytes\n`);
  out.write(0, '\n');
};

export const describeSecret: Describer = (secret, out) => {
  writeName(secret, out);
  writeLabels(secret, out);
  out.write(0, '\n');
  out.line(0, 'Type:', text(secret, 'type'));
  out.write(0, '\nData\n====\n');
  const data = textMap(secret, 'data');
  for (const key of Object.keys(data).sort()) out.line(0, `${key}:`, `${bytesOf(data[key]!)} bytes`);
};

export const describeServiceAccount: Describer = (account, out) => {
  writeName(account, out);
  writeLabels(account, out);
  const names = parts(account, 'imagePullSecrets').map((secret) => text(secret, 'name'));
  (names.length === 0 ? ['<none>'] : names).forEach((name, i) =>
    out.line(0, i === 0 ? 'Image pull secrets:' : '                   ', name),
  );
};

function bytesOf(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}
