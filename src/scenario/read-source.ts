import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LIMITS } from './limits.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Problem } from './problem.ts';
import { decodeText, isJsonName } from './decode-text.ts';
import type { SourceFile } from './source-file.ts';

/** What is said about a path: where it was named, so that messages point there. */
export type Complain = (problem: Pick<Problem, 'code' | 'message' | 'help'> & Partial<Problem>) => void;

/**
 * Reads one file as text, or says why not. Only ordinary files are opened: a pipe or a device could keep us waiting, or
 * never end.
 */
export function readSource(path: string, complain: Complain): SourceFile | undefined {
  const refuse = (code: ProblemCode, message: string, help?: string) => {
    complain({ code, message, help });
    return undefined;
  };
  if (path.includes('\0')) return refuse('bad-path', 'a path must not contain NUL');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path) || path.startsWith('data:'))
    return refuse(
      'bad-path',
      `\`${path.slice(0, 80)}\` is an address, not a path`,
      'only files on this machine are read: download it first',
    );
  let file: number | undefined;
  try {
    const before = statSync(path);
    if (before.isDirectory()) return refuse('file-unreadable', `\`${path}\` is a folder, not a file`);
    if (!before.isFile()) return refuse('file-unreadable', `\`${path}\` is not an ordinary file`);
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const most = isJsonName(path) ? LIMITS.jsonBytes : LIMITS.yamlBytes;
    if (size > most)
      return refuse(
        'file-too-large',
        `\`${path}\` has ${size} bytes; at most ${most} are read`,
        isJsonName(path) ? undefined : 'large snapshots are read as JSON: kubectl get … -o json > snapshot.json',
      );
    const content = Buffer.allocUnsafe(size);
    let read = 0;
    while (read < size) {
      const got = readSync(file, content, read, size - read, read);
      if (got === 0) break;
      read += got;
    }
    return decodeText(path, content.subarray(0, read), complain);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const meant = neighbour(path);
      return refuse(
        'file-missing',
        `there is no file \`${path}\``,
        meant === undefined ? undefined : `did you mean \`${meant}\`?`,
      );
    }
    return refuse('file-unreadable', `\`${path}\` cannot be read: ${explain(code)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The manifest files under a path: itself when it is a file, otherwise every `.yaml`, `.yml` and `.json` in it and in
 * its folders, ordered by code unit. Names that begin with a dot, and `node_modules`, are left out.
 */
export function manifestFiles(path: string, recursive: boolean, complain: Complain): string[] {
  const files: string[] = [];
  const walk = (folder: string, above: readonly string[]): void => {
    const real = realpathSync(folder);
    if (above.includes(real)) return;
    const names = readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const inside = join(folder, name);
      const kind = statSync(inside, { throwIfNoEntry: false });
      if (kind?.isDirectory() === true) {
        if (recursive) walk(inside, [...above, real]);
      } else if (kind?.isFile() === true && /\.(?:ya?ml|json)$/i.test(name)) files.push(inside);
    }
  };
  try {
    if (path.includes('\0') || !statSync(path).isDirectory()) return [path];
    walk(path, []);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [path];
    complain({ code: 'file-unreadable', message: `\`${path}\` cannot be read: ${explain(code ?? String(error))}` });
    return [];
  }
  if (files.length === 0)
    complain({
      code: 'file-missing',
      message: `the folder \`${path}\` holds no manifests`,
      help: 'files that end in .yaml, .yml or .json are read',
    });
  return files;
}

/** Whether a path leads to a folder. One that leads nowhere does not; why, is said when it is read. */
export function isFolder(path: string): boolean {
  try {
    return !path.includes('\0') && statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function neighbour(path: string): string | undefined {
  try {
    const meant = nearest(basename(path), readdirSync(dirname(path)));
    return meant === undefined ? undefined : join(dirname(path), meant);
  } catch {
    return undefined;
  }
}

function explain(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ENAMETOOLONG':
      return 'the name is too long';
    default:
      return code;
  }
}
