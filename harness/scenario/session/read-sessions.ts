import { dirname, resolve } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import { readInputFile } from '../prompt/input-file.ts'
import type { YamlSource } from '../yaml-source.ts'
import type { RecordedTurn } from './recorded-turn.ts'
import { parseSessions } from './session-file.ts'
import type { Session } from './session-schema.ts'

/** The most turns that a file may have take less. */
const MOST_FILE_BYTES = 50_000_000

/** The sessions of a file, and its digest. */
export interface SessionFile {
  readonly sessions: readonly (readonly RecordedTurn[])[]
  readonly sha256: string
}

/** Reads a file of turns. `where` begins the message of an error. Throws `bad-input` with file and line. */
export async function readSessions(path: string, where: string): Promise<SessionFile> {
  const { bytes, sha256 } = await readInputFile(path, where)
  if (bytes.length > MOST_FILE_BYTES) {
    throw new JoulemarkError(
      'bad-input',
      `${where}: ${path}: ${bytes.length} bytes; expected at most ${MOST_FILE_BYTES}`,
    )
  }
  return { sessions: parseSessions(path, bytes.toString('utf8')), sha256 }
}

/**
 * A load whose file of turns has been read: its path is absolute, and what else depends on it (limits, predictions, reports)
 * finds the most turns, the mean tokens and pause of a later turn and the most branches in the scenario. Throws `bad-input`.
 */
export async function withSessions<Load extends object>(
  load: Load,
  source: Pick<YamlSource, 'file' | 'lineOf'>,
): Promise<Load> {
  const session = 'session' in load ? (load.session as Session | undefined) : undefined
  if (session?.file === undefined) return load
  const path = ['load', 'session', 'file']
  const file = resolve(dirname(source.file), session.file)
  const { sessions, sha256 } = await readSessions(file, `${source.file}:${source.lineOf(path)}: ${path.join('.')}`)
  return { ...load, session: { ...session, ...summaryOf(sessions), file, sha256 } }
}

function summaryOf(
  sessions: SessionFile['sessions'],
): Pick<Session, 'turns' | 'userTokens' | 'thinkSeconds' | 'sessions' | 'width'> {
  const later = sessions.flatMap((turns) => turns.slice(1))
  const mean = (of: (turn: RecordedTurn) => number) =>
    later.length === 0 ? 0 : later.reduce((total, turn) => total + of(turn), 0) / later.length
  return {
    turns: sessions.reduce((most, { length }) => Math.max(most, length), 0),
    userTokens: Math.round(mean(({ inputTokens }) => inputTokens)),
    thinkSeconds: mean(({ pauseSeconds }) => pauseSeconds),
    sessions: sessions.length,
    width: sessions.flat().reduce((most, { branches }) => Math.max(most, branches), 1),
  }
}
