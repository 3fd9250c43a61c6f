import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'
import { seededRandom } from '../plan/random.ts'
import { isAsFound, type RunningTuning, startTuning } from '../testing/killed-tuning.ts'
import { makeSettableSmi, type SettableSmi } from '../testing/settable-nvidia-smi.ts'
import { isClosed } from '../tune/restore/note.ts'
import { restoreFolder } from '../tune/restore/restore-folder.ts'

/**
 * `npm run bench:restore [-- --kills 50 --both 10 --seed 1]`: are the cards as they were found after a SIGKILL at any moment of a
 * tuning? The process, or its whole process group, is killed at a random moment between its start and its end, while two cards whose
 * truth is in files are set to limits and clocks in turn. With `--both` the watchdog is killed too, and `tune --restore` must
 * finish. Exit code 1 if a card is left changed. Linux only.
 */
const number = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const kills = number('--kills', 50)
const both = number('--both', 10)
const seed = number('--seed', 1)
/** Tunings at once: they mostly wait. */
const AT_ONCE = 2
const CARDS = 2
const ROUNDS = 2
const PAUSE_MS = 20
/** A write takes so long that kills fall into it. */
const WRITE_S = 0.03
/** A watchdog whose tuning was killed before it wrote its note ends within this time, or writes the note. */
const QUIET_MS = 4000
const PATIENCE_MS = 60_000
/** A machine that is busy with the first tuning makes others end sooner than expected. */
const MOST_TRIES = 8

type Victim = 'process' | 'group' | 'both'

interface Killed {
  readonly victim: Victim
  /** Whether the tuning still ran. */
  readonly wasAlive: boolean
  /** What the tuning had said last. */
  readonly after: string
  /** Whether a card was not as found at the moment of the kill. */
  readonly wasSet: boolean
  readonly endedBy: string
  readonly givenBackMs: number
  readonly isAsFound: boolean
  readonly isEnded: boolean
}

const root = mkdtempSync(join(tmpdir(), 'bench-restore-'))

function begin(name: string): { readonly smi: SettableSmi; readonly tuning: RunningTuning } {
  const folder = join(root, name)
  mkdirSync(folder)
  const smi = makeSettableSmi(folder, CARDS, { writeS: WRITE_S })
  return { smi, tuning: startTuning(folder, smi, ROUNDS, PAUSE_MS) }
}

/** How long a tuning lives that nobody kills. */
async function lifeMs(name: string): Promise<number> {
  const startMs = performance.now()
  const { tuning } = begin(name)
  await tuning.ended
  return performance.now() - startMs
}

function signal(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended already
    return false
  }
}

/** A killed process stays in the table until its new parent asks for it. */
const hasEnded = (pid: number): boolean => {
  try {
    return / [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''))
  } catch {
    return true
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let wait = 0; wait < 500 && !isSo(); wait += 1) await delay(10)
}

/** Kills a tuning at a random moment of its life; one that ends before is counted, and another is begun. */
async function killed(index: number, victim: Victim, wholeMs: number): Promise<Killed[]> {
  const random = seededRandom(seed * 100_003 + index)
  const tries: Killed[] = []
  while (tries.every(({ wasAlive }) => !wasAlive) && tries.length < MOST_TRIES) {
    tries.push(await killedOnce(`${index}-${tries.length}`, victim, random() * wholeMs))
  }
  return tries
}

async function killedOnce(name: string, victim: Victim, afterMs: number): Promise<Killed> {
  const { smi, tuning } = begin(name)
  await delay(afterMs)
  const pid = tuning.child.pid as number
  const wasAlive = tuning.child.exitCode === null
  const watchdog = tuning.note()?.watchdog.pid
  if (victim === 'both' && watchdog !== undefined) signal(watchdog)
  signal(victim === 'group' ? -pid : pid)
  const wasSet = !isAsFound(smi)
  const killedMs = performance.now()
  await tuning.ended
  const isBack = () => {
    const note = tuning.note()
    return note !== null && isClosed(note)
  }
  const keeper = watchdog ?? tuning.note()?.watchdog.pid
  if (victim === 'both') {
    await until(() => watchdog === undefined || hasEnded(watchdog))
    await restoreFolder(tuning.folder).catch((error: Error) => process.stderr.write(`${name}: ${error.message}\n`))
  }
  const patienceMs = tuning.note() === null ? QUIET_MS : PATIENCE_MS
  while (!isBack() && performance.now() - killedMs < patienceMs) await delay(10)
  const givenBackMs = performance.now() - killedMs
  const note = tuning.note()
  const last = keeper ?? note?.watchdog.pid
  await until(() => last === undefined || hasEnded(last))
  return {
    victim,
    wasAlive,
    after: tuning.lines.at(-1) ?? 'nothing',
    wasSet,
    endedBy: note?.endedBy ?? (note === null ? 'nothing was written' : 'open'),
    givenBackMs,
    isAsFound: isAsFound(smi),
    isEnded: last === undefined || hasEnded(last),
  }
}

const count = (of: readonly Killed[], is: (each: Killed) => boolean): number => of.filter(is).length

function row(title: string, of: readonly Killed[]): string {
  const said = (word: string) => count(of, ({ after }) => after === word)
  const by = (name: string) => count(of, ({ endedBy }) => endedBy === name)
  const set = of.filter(({ wasSet }) => wasSet).map(({ givenBackMs }) => givenBackMs)
  const cells = [
    title,
    count(of, ({ wasAlive }) => wasAlive),
    count(of, ({ wasAlive }) => !wasAlive),
    `${said('nothing')} / ${said('opened')} / ${said('applied')} / ${said('restored')}`,
    set.length,
    `${by('watchdog')} / ${by('tune')} / ${by('restore')} / ${by('nothing was written')}`,
    set.length === 0 ? '-' : `${Math.round(Math.max(...set))} ms`,
    count(of, ({ isAsFound: is }) => !is),
    by('open') + count(of, ({ isEnded }) => !isEnded),
  ]
  return `| ${cells.join(' | ')} |\n`
}

try {
  // the second one finds the programs in memory
  await lifeMs('cold')
  const wholeMs = await lifeMs('warm')
  const limit = pLimit(AT_ONCE)
  const victims: Victim[] = [
    ...Array.from({ length: kills }, (_, index): Victim => (index % 2 === 0 ? 'process' : 'group')),
    ...Array.from({ length: both }, (): Victim => 'both'),
  ]
  const tries = await Promise.all(victims.map((victim, index) => limit(() => killed(index, victim, wholeMs))))
  const results = tries.flat()
  const of = (victim: Victim) => results.filter((each) => each.victim === victim)
  process.stdout.write(
    `A tuning of ${CARDS} cards lives ${Math.round(wholeMs)} ms and writes ${ROUNDS * 4} settings.\n\n` +
      '| killed with SIGKILL | kills | had ended before | had said nothing / opened / applied / restored | a card was set at the kill | given back by watchdog / tune / --restore / nothing to give back | longest until given back | left changed | left open or running |\n' +
      `|${'---|'.repeat(9)}\n`,
  )
  process.stdout.write(row('the process', of('process')))
  process.stdout.write(row('its process group', of('group')))
  process.stdout.write(row('the process and the watchdog', of('both')))
  process.exitCode = results.every((each) => each.isAsFound && each.endedBy !== 'open' && each.isEnded) ? 0 : 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
