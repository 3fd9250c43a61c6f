import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { seededRandom } from '../../plan/random.ts'
import { makeFakeNvidiaSmi } from '../../testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../testing/fake-nvidia-smi-cards.ts'
import { type Killed, killRun, victims } from './killed-run.ts'
import { phases } from './moment.ts'

/**
 * `npm run bench:kill [-- --runs 84 --grace 1.2 --seed 1]`: what does a SIGKILL at any moment lose? Runs are killed in every
 * phase, the whole process group or the main process only. The server of each run knows which answers it gave: none
 * that ended more than `--grace` seconds before the kill may be missing on disk. Exit code 1 if anything was lost. Linux only.
 */
const number = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const runs = number('--runs', 84)
const graceS = number('--grace', 1.2)
const seed = number('--seed', 1)
/** Runs at once: they mostly wait. */
const AT_ONCE = 4

const root = mkdtempSync(join(tmpdir(), 'bench-kill-'))
const scenario = join(root, 'kill.yaml')
writeFileSync(
  scenario,
  [
    'name: kill',
    'title: Killed at any moment',
    'kind: text',
    'model: llama-3.1-8b-instruct-fp8',
    'load: { shape: closed, concurrency: 4, rampSeconds: 0 }',
    'prompt: { tokens: 16, prefixCache: cold }',
    'output: { tokens: 8 }',
    'trial: { seconds: 2, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.2 }',
  ].join('\n'),
)
const nvidiaSmi = makeFakeNvidiaSmi(root, await fakeBox('rtx-4090-idle-550'))

const sum = (of: readonly Killed[], value: (each: Killed) => number | boolean): number =>
  of.reduce((total, each) => total + Number(value(each)), 0)

/** Files that no record describes: an empty folder says nothing, and loses nothing. */
const hasOrphans = ({ orphanFiles }: Killed): boolean => (orphanFiles ?? []).length > 0

function row(title: string, of: readonly Killed[]): string {
  const status = (name: string) => sum(of, (each) => each.status === name)
  const complete = (isSigned: boolean) => sum(of, (each) => each.status === 'complete' && each.isSigned === isSigned)
  const cells = [
    title,
    of.length,
    sum(of, (each) => each.wasAlive),
    sum(of, (each) => each.orphanFiles !== null),
    sum(of, hasOrphans),
    sum(of, (each) => each.invalid !== null),
    `${status('running')} running, ${complete(false)} complete, ${complete(true)} signed, ${status('interrupted') + status('failed')} other`,
    sum(of, (each) => each.emptyPlaces),
    sum(of, (each) => each.notVerified !== null),
    sum(of, (each) => each.rows),
    sum(of, (each) => each.lost),
    sum(of, (each) => each.invented),
    sum(of, (each) => each.leftAfter1s),
    sum(of, (each) => each.leftInTheEnd),
  ]
  return `| ${cells.join(' | ')} |\n`
}

try {
  const limit = pLimit(AT_ONCE)
  const killed = await Promise.all(
    Array.from({ length: runs }, (_, index) =>
      limit(async () => {
        const folder = join(root, String(index))
        mkdirSync(folder)
        const phase = phases[index % phases.length] as Killed['phase']
        const victim = victims[Math.floor(index / phases.length) % victims.length] as Killed['victim']
        const random = seededRandom(seed * 100_003 + index)
        const found = await killRun({ phase, victim, random, folder, scenario, nvidiaSmi, graceMs: graceS * 1000 })
        if (found.notVerified !== null)
          process.stdout.write(`run ${index} (${phase}, ${victim}): ${found.notVerified}\n`)
        if (found.invalid !== null) process.stdout.write(`run ${index} (${phase}, ${victim}): ${found.invalid}\n`)
        rmSync(folder, { recursive: true, force: true })
        return found
      }),
    ),
  )
  process.stdout.write(
    `seed ${seed}; lost: finished more than ${graceS} s before the kill, and not on disk\n` +
      '| killed | runs | alive | folder without run.json | with other files | run.json invalid | status | places without a signature after close | not verified after close | rows on disk | lost | invented | processes after 1 s | after 5 s |\n' +
      '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n',
  )
  for (const phase of phases) {
    for (const victim of victims) {
      const of = killed.filter((each) => each.phase === phase && each.victim === victim)
      if (of.length > 0) process.stdout.write(row(`${phase}, ${victim}`, of))
    }
  }
  process.stdout.write(row('all', killed))
  const isBad = (each: Killed) =>
    hasOrphans(each) ||
    each.invalid !== null ||
    each.notVerified !== null ||
    each.lost + each.invented + each.leftInTheEnd + each.emptyPlaces > 0
  if (killed.some(isBad)) process.exitCode = 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
