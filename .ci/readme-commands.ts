import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

/**
 * Runs the commands that the README and docs/run.md show, in their order, each once, as a reader would: those that need a card or a server against the
 * simulator and its nvidia-smi, with shorter trials. Those that cannot run here are listed with their reason; a command that
 * is in neither list fails, so that none is forgotten.
 */
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'joulemark-readme-'))
/** `--out` and `results` of the README are folders of this run; the reader's own results are not touched. */
const results = join(folder, 'results')
cpSync(join(root, 'reports/examples/runs'), results, { recursive: true })
const [firstRun = ''] = readdirSync(results)
/** A baseline is of one server: the shipped runs of one card, until the commands of the README have made runs of their own. */
const oneServer = join(folder, 'one-server')
const own = join(folder, 'own')
for (const run of readdirSync(results).filter((name) => name.includes('rtx-4090')))
  cpSync(join(results, run), join(oneServer, run), { recursive: true })
const runsForBaseline = (): string =>
  existsSync(own) && readdirSync(own).some((name) => existsSync(join(own, name, 'run.json'))) ? own : oneServer

/** Commands that cannot run here, and why. */
const skipped: readonly (readonly [RegExp, string])[] = [
  [/^npm ci\b/, 'a step of its own in .ci/run'],
  [/^sudo /, 'needs root'],
  [/^npm run bench -- box --suite /, 'starts containers'],
  [/^npm run bench -- run .*--simulate /, 'takes several minutes; the demo step runs the simulator'],
]
/** Commands whose answer is no here, and what they must say: the shipped runs are simulated, so no quote is made from them. */
const refused: readonly (readonly [RegExp, RegExp])[] = [[/^npm run bench -- quote .*--customer /, /live-source/]]
/** Commands whose verdict depends on this machine: any verdict will do, but there must be one. */
const judged: readonly (readonly [RegExp, RegExp])[] = [
  [/ --against baseline/, /Verdict: /],
  [/^npm run bench -- compare /, /Verdict: /],
  // on a busy machine no run of it may count; its cards are given back all the same
  [/ -- tune .*--endpoint/, /the cards are as they were found/],
  // what this machine can serve is not known here; it must look to the last of the checks
  [/ -- doctor --serving/, /\bsigning-key\b/],
]
/**
 * With JOULEMARK_PROGRAM, the launcher of a package (`npm run --silent package -- --only folder` prints its path), that program
 * runs in place of the sources: the same commands, without the start of npm and tsx.
 */
const program = process.env['JOULEMARK_PROGRAM'] ?? ''
const called = (command: string): string =>
  program === ''
    ? command
    : command.replace(/^npm run (--silent )?bench --/, program).replace(/^npm run demo --/, `${program} demo`)

/** The exit codes of a verdict: on a busy machine, a gate of the client may fail. */
const verdictCodes: readonly (number | null)[] = [0, 1, 3, 4, 5]
const server = await startSimulator()
const shortScenario = writeShortScenario('llama-3.1-8b-fp8-batch32')
/** What the README says in place of the reader's own folders, server and patience. */
const places: readonly (readonly [RegExp, string | (() => string)])[] = [
  [/(?<= baseline set )results$/g, runsForBaseline],
  [/results\/RUN\b/g, join(results, firstRun)],
  [/results\/(before|after|simulated)\b/g, results],
  [/(?<=\s)results(?=\s|$)/g, results],
  [/(?<= (?:run|tune) )(llama-3\.1-8b-fp8-batch32|regression)(?= --endpoint)/g, shortScenario],
  [/(?<= sweep )llama-3\.1-8b-fp8-chat-lengths/g, () => writeShortScenario('llama-3.1-8b-fp8-chat-lengths')],
  [/http:\/\/127\.0\.0\.1:8000/g, server.url],
  [/(?<= --save | --out | --inputs | --write-inputs )(?=mine\.yaml|pulled\b|inputs\.yaml)/g, `${folder}/`],
  [/\bsqlite:(?=runs\.sqlite)/g, `sqlite:${folder}/`],
]
/** Options that keep what a command writes inside the temporary folder. */
const into: readonly (readonly [RegExp, string])[] = [
  [/ -- list$/, ` --out ${results}`],
  // five minutes of trials otherwise, which show nothing that the short ones do not
  [/^npm run demo$/, ` -- --quick --out ${join(folder, 'demo')}`],
  [/ -- report /, ` --out ${join(folder, 'report')}`],
  [/ -- bundle /, ` --out ${join(folder, 'bundle.tar')}`],
  // before and after are the same runs here, which it refuses unless it is forced
  [/ -- compare /, ` --force --out ${join(folder, 'compare')}`],
  [/ -- baseline set /, ` --out ${own}`],
  // questions without a file, with the patience of a test; --num-prompts sets the length of its trials itself
  [/ -- run --endpoint .*--num-prompts /, ` --trials 1 --warmup 1 --out ${join(folder, 'asked')}`],
  [/ -- run --endpoint /, ` --trials 1 --warmup 1 --duration 5 --out ${join(folder, 'asked')}`],
  // the last --power-limits counts: two limits, once
  [
    / -- tune .*--endpoint /,
    ` --power-limits 300,450 --blocks 1 --trials 1 --skip-calibration --out ${join(folder, 'tuned')}`,
  ],
  // the last --concurrency counts: two loads instead of nine
  [/ -- sweep /, ` --trials 1 --skip-calibration --concurrency 1,4 --out ${join(folder, 'swept')}`],
  [/ -- run .*--endpoint /, ` --trials 2 --out ${own}`],
]
/** Commands that serve until they are stopped. */
const endless = /^npm run bench -- simulate /
const LIMIT_MS = 300_000

const shown = ['README.md', 'docs/run.md'].map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
const lines = [...shown.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')
const commands = [...new Set(lines)]

async function run(command: string): Promise<string | null> {
  const child = spawn('sh', ['-c', `exec ${called(command)}`], {
    cwd: root,
    detached: true,
    env: { ...process.env, HOME: folder, JOULEMARK_KEY: '', JOULEMARK_NVIDIA_SMI: server.nvidiaSmi, NO_COLOR: '1' },
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
  const refusal = refused.find(([pattern]) => pattern.test(command))?.[1]
  if (refusal) return code === 1 && refusal.test(text) ? null : `exit code ${code}, and it must be refused\n${text}`
  const verdict = judged.find(([pattern]) => pattern.test(command))?.[1]
  if (verdict && verdictCodes.includes(code) && verdict.test(text)) return null
  return code === 0 || endless.test(command) ? null : `exit code ${code}\n${text.split('\n').slice(-15).join('\n')}`
}

/** The simulator that stands for the reader's server, until `stop`. */
async function startSimulator(): Promise<{ url: string; nvidiaSmi: string; stop: () => void }> {
  const flags = '--card rtx-4090 --model llama-3.1-8b-instruct-fp8'
  const command = called(`npm run --silent bench -- simulate ${flags}`)
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd: root, detached: true })
  const stop = () => process.kill(-(child.pid as number), 'SIGTERM')
  let text = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part
    const [, url, nvidiaSmi] = /^endpoint +(\S+)\nnvidia-smi +(\S+)\n/m.exec(text) ?? []
    if (url && nvidiaSmi) {
      child.stdout.resume()
      return { url, nvidiaSmi, stop }
    }
  }
  throw new Error(`the simulator did not start: ${text}`)
}

/** A bundled scenario with trials of seconds. Gives its path. */
function writeShortScenario(name: string): string {
  const scenario = parse(readFileSync(join(root, 'scenarios', `${name}.yaml`), 'utf8'))
  const path = join(folder, `${name}.yaml`)
  const trial = { seconds: 8, warmupSeconds: 1, quietSeconds: 1, idleSeconds: 0, minWindowSeconds: 1 }
  writeFileSync(path, stringify({ ...scenario, output: { tokens: 64 }, trial }))
  return path
}

let failed = 0
for (const shown of commands) {
  const reason = skipped.find(([pattern]) => pattern.test(shown))?.[1]
  if (reason) {
    process.stdout.write(`skipped  ${shown}: ${reason}\n`)
    continue
  }
  const placed = places.reduce(
    (text, [pattern, path]) => text.replaceAll(pattern, typeof path === 'string' ? path : path()),
    shown,
  )
  const option = into.find(([pattern]) => pattern.test(placed))?.[1] ?? ''
  const problem = await run(`${placed}${option}`)
  process.stdout.write(
    `${problem === null ? 'ok      ' : 'FAILED  '} ${shown}${problem === null ? '' : `: ${problem}`}\n`,
  )
  if (problem !== null) failed += 1
}
server.stop()
rmSync(folder, { recursive: true, force: true })
if (commands.length === 0) throw new Error('README.md shows no command')
process.exitCode = failed > 0 ? 1 : 0
