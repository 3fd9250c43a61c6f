import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs the commands that the README shows, in its order, as a reader would. Those that need a card, Docker, root or more
 * than a minute are listed with their reason; a command that is in neither list fails, so that none is forgotten.
 */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'joulemark-readme-'))
/** `--out` and `results` of the README are folders of this run; the reader's own results are not touched. */
const results = join(folder, 'results')
cpSync(join(root, 'reports/examples/runs'), results, { recursive: true })
const [firstRun = ''] = readdirSync(results)

/** Commands that cannot run here, and why. */
const skipped: readonly (readonly [RegExp, string])[] = [
  [/^npm ci\b/, 'a step of its own in .ci/run'],
  [/^sudo /, 'needs root'],
  [/^npm run bench -- (doctor|box) /, 'needs a card'],
  [/^npm run bench -- run .*--endpoint /, 'needs a server and several minutes'],
  [/^npm run bench -- run .*--simulate /, 'takes several minutes; the demo step runs the simulator'],
  [/^npm run bench -- quote /, 'the shipped runs are simulated, so no quote is made from them'],
]
/** What the README says in place of the reader's own folders. */
const places: readonly (readonly [RegExp, string])[] = [
  [/results\/RUN\b/g, join(results, firstRun)],
  [/results\/(before|after|simulated)\b/g, results],
  [/(?<=\s)results(?=\s|$)/g, results],
]
/** Options that keep what a command writes inside the temporary folder. */
const into: readonly (readonly [RegExp, string])[] = [
  [/ -- list$/, ` --out ${results}`],
  [/ -- report /, ` --out ${join(folder, 'report')}`],
  [/ -- bundle /, ` --out ${join(folder, 'bundle.tar')}`],
  // before and after are the same runs here, which it refuses unless it is forced
  [/ -- compare /, ` --force --out ${join(folder, 'compare')}`],
  [/ -- baseline set /, ` --out ${results}`],
]
/** Commands that serve until they are stopped. */
const endless = /^npm run bench -- simulate /
const LIMIT_MS = 300_000

const commands = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')

async function run(command: string): Promise<string | null> {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd: root,
    detached: true,
    env: { ...process.env, HOME: folder, JOULEMARK_KEY: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (endless.test(command) && text.includes('http://')) process.kill(-(child.pid as number), 'SIGINT')
    })
  }
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), LIMIT_MS)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return code === 0 || endless.test(command) ? null : `exit code ${code}\n${text.split('\n').slice(-15).join('\n')}`
}

let failed = 0
for (const shown of commands) {
  const reason = skipped.find(([pattern]) => pattern.test(shown))?.[1]
  if (reason) {
    process.stdout.write(`skipped  ${shown}: ${reason}\n`)
    continue
  }
  const placed = places.reduce((text, [pattern, path]) => text.replaceAll(pattern, path), shown)
  const option = into.find(([pattern]) => pattern.test(placed))?.[1] ?? ''
  const problem = await run(`${placed}${option}`)
  process.stdout.write(
    `${problem === null ? 'ok      ' : 'FAILED  '} ${shown}${problem === null ? '' : `: ${problem}`}\n`,
  )
  if (problem !== null) failed += 1
}
rmSync(folder, { recursive: true, force: true })
if (commands.length === 0) throw new Error('README.md shows no command')
process.exitCode = failed > 0 ? 1 : 0
