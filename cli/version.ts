/** Which Wavetank this is: for `--version`, reports and the header of every trace. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Version {
  readonly wavetank: string;
  /** The commit that was built; `unknown` when it was built outside a clone. */
  readonly commit: string;
}

export function readVersion(): Version {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const built = join(root, 'dist', 'build.json');
  const { commit } = existsSync(built) ? (JSON.parse(readFileSync(built, 'utf8')) as { commit: string }) : { commit: 'unknown' };
  return { wavetank: version, commit };
}

export function showVersion(version: Version): string {
  return `${version.wavetank} (${version.commit.slice(0, 9)}, Node ${process.versions.node})`;
}

/** One level up from the sources, two from `dist`. */
function packageRoot(directory: string): string {
  const parent = dirname(directory);
  if (existsSync(join(directory, 'package.json')) || parent === directory) return directory;
  return packageRoot(parent);
}
