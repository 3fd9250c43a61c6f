import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { built, toolVersion } from '../../harness/version.ts'

/** The folder of the project. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** Version and commit of this joulemark and the Node it runs on, for the record. No commit outside a git checkout. */
export function toolInfo(): RunRecord['tool'] {
  return {
    name: 'joulemark',
    version: toolVersion,
    commit: built === null ? gitCommit() : built.commit,
    node: process.version,
  }
}

/** The commit of the checkout, with `-modified` where files differ from it; null outside one. */
export function gitCommit(): string | null {
  try {
    const git = (args: string[]) =>
      // a run must not lock the index of the git repository
      execFileSync('git', ['--no-optional-locks', '-C', projectRoot, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    const dirty = git(['status', '--porcelain', '--untracked-files=no']) === '' ? '' : '-modified'
    return `${git(['rev-parse', 'HEAD'])}${dirty}`
  } catch {
    return null
  }
}
