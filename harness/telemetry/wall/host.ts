import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import type { WallSourceName } from '../../record/schema/wall-sources.ts'
import type { WallConfig } from '../../scenario/config/wall-schema.ts'
import { type ReadText, readTextFile } from '../host/read-host.ts'
import { ASSUMED_GAIN_SHARE, type SourceFacts, WALL_INTERVAL_MS } from './source.ts'

/** A file's text, or the code of the error with which it could not be read. */
export type FileRead = { readonly text: string } | { readonly code: string }

/** How a program ended: `code` is the name of the error where it could not be started or was stopped. */
export interface ProgramRun {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | string
}

/** This machine as the sources see it; replaced by tests. */
export interface WallHost {
  readonly config: WallConfig
  readonly env: NodeJS.ProcessEnv
  /** Names in a folder; null where it cannot be listed. */
  readonly list: (path: string) => Promise<readonly string[] | null>
  readonly readText: ReadText
  readonly readFile: (path: string) => Promise<FileRead>
  /** Runs a program without a shell. Never rejects. */
  readonly run: (program: string, args: readonly string[], options: RunProgramOptions) => Promise<ProgramRun>
}

export interface RunProgramOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Variables beside those of this process. */
  readonly env?: NodeJS.ProcessEnv
}

/** This machine. */
export const systemHost = (config: WallConfig, env: NodeJS.ProcessEnv): WallHost => ({
  config,
  env,
  list: (path) => readdir(path).catch(() => null),
  readText: readTextFile,
  readFile: async (path) => {
    try {
      return { text: await readFile(path, 'utf8') }
    } catch (error) {
      return { code: (error as NodeJS.ErrnoException).code ?? 'EIO' }
    }
  },
  run: runProgram,
})

const MAX_OUTPUT_BYTES = 256 * 1024

const runProgram: WallHost['run'] = (program, args, { timeoutMs, signal, env = {} }) =>
  new Promise((resolve) => {
    const options = {
      env: { ...process.env, ...env, LC_ALL: 'C' },
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: MAX_OUTPUT_BYTES,
      signal,
    }
    try {
      const child = execFile(program, [...args], options, (error, stdout, stderr) => {
        const failed = error as (NodeJS.ErrnoException & { killed?: boolean }) | null
        const code =
          failed === null ? 0 : failed.killed ? 'ETIMEDOUT' : ((failed.code as number | string | undefined) ?? 'killed')
        resolve({ stdout, stderr, code })
      })
      child.stdin?.end()
    } catch (error) {
      resolve({ stdout: '', stderr: '', code: (error as NodeJS.ErrnoException).code ?? 'EIO' })
    }
  })

/** Interval and accuracy of a source: as configured, or the defaults. */
export function settingsOf(
  { config }: Pick<WallHost, 'config'>,
  source: WallSourceName,
): Pick<SourceFacts, 'intervalMs' | 'gainShare'> {
  const { intervalSeconds, accuracy } = config[source] ?? {}
  return {
    intervalMs: intervalSeconds === undefined ? WALL_INTERVAL_MS : intervalSeconds * 1000,
    gainShare: accuracy ?? ASSUMED_GAIN_SHARE,
  }
}
