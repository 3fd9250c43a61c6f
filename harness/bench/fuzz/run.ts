import { fuzz } from './loop.ts'
import { fuzzTargets } from './targets.ts'

/**
 * `npm run fuzz [-- --seconds 60 --target http --seed 1]`: searches for inputs that crash a reader of what comes from
 * outside, or that it reads otherwise than its reference does. The search follows the coverage of the reader. `--seconds`
 * are for each target, `--target` may be given several times. Exit code 1 with the smallest input of each finding.
 */
const after = (name: string): string[] =>
  process.argv.flatMap((argument, at) => (argument === name ? [process.argv[at + 1] ?? ''] : []))
const number = (name: string, fallback: number): number => {
  const [text] = after(name)
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} ${text}: expected a number of 0 or more`)
  return value
}

const seconds = number('--seconds', 60)
const seed = number('--seed', 1)
const names = after('--target')
const unknown = names.filter((name) => !fuzzTargets.some((target) => target.name === name))
if (unknown.length > 0) {
  process.stderr.write(`--target ${unknown.join(', ')}: expected ${fuzzTargets.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}
const chosen = fuzzTargets.filter(({ name }) => names.length === 0 || names.includes(name))

process.stdout.write(`seed ${seed}, ${seconds} s for each reader\n`)
process.stdout.write('| reader | holds | inputs | seconds | inputs/s | blocks run | corpus | finding |\n')
process.stdout.write('|---|---|---|---|---|---|---|---|\n')
for (const target of chosen) {
  const { inputs, seconds: took, blocks, corpus, finding } = await fuzz(target, { seconds, seed })
  const cells = [
    target.name,
    target.holds,
    inputs,
    took.toFixed(0),
    (inputs / took).toFixed(0),
    `${blocks.atStart} to ${blocks.atEnd}`,
    corpus,
    finding === null ? 'none' : 'below',
  ]
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
  if (finding === null) continue
  process.exitCode = 1
  const { input, error } = finding
  const text = `${error.name}: ${error.message}`.slice(0, 2000)
  process.stdout.write(`\n${target.name}: ${text}\n  ${JSON.stringify(input.toString('latin1'))}\n\n`)
}
// a target makes its folder when it is imported, also if it was not chosen
for (const target of fuzzTargets) target.close?.()
