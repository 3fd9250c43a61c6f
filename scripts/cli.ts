import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { exitCodes, JoulemarkError, messageOf } from '../harness/errors.ts'
import { plainText } from '../harness/plain-text.ts'
import { processIo } from './support/io.ts'
import { toolInfo } from './support/tool-info.ts'

/** What a person types. Each command is loaded when it is asked for: `--help` should not wait for all of them. */
const io = processIo()
let exitCode: number = exitCodes.done
const done = (code: number) => {
  exitCode = code
}

const program = new Command('joulemark')
  .description('Live GPU benchmark harness for vLLM: tokens/s, tokens/joule and £/token with error bars and proof.')
  .version(toolInfo().version)
  .showHelpAfterError('(joulemark --help lists the commands)')
  .exitOverride()

program
  .command('demo')
  .description('the whole comparison, RTX 4090 beside RTX PRO 6000, on the bundled simulator')
  .option('--quick', 'short trials: under 20 s')
  .option('--out <folder>', 'where the run records go', 'results/demo')
  .action(async (flags) => done(await (await import('./commands/demo.ts')).demo(flags, io)))

program
  .command('run')
  .description('live run of scenario or suite files against a server that is already running')
  .argument('<scenario...>', 'scenario or suite files')
  .requiredOption('--endpoint <url>', 'address of the server, such as http://127.0.0.1:8000')
  .option('--card <key>', 'the card that should be here; the gate card-match compares')
  .option('--gpus <uuids>', 'UUIDs or indices of the GPUs that serve, separated by commas')
  .option('--nvidia-smi <path>', 'nvidia-smi to use (also JOULEMARK_NVIDIA_SMI)')
  .option('--no-gpu', 'measure without power and memory')
  .option('--out <folder>', 'where the run record goes', 'results')
  .option('--trials <n>', 'exactly this many trials, whatever the scenario asks for', positiveInt)
  .option('--workers <n>', 'threads that time tokens', positiveInt)
  .option('--json', 'one JSON document on stdout')
  .option('--no-progress', 'no progress on stderr')
  .option('--require-quotable', 'exit 1 when a result may not be quoted')
  .action(async (scenarios, flags) => done(await (await import('./commands/run.ts')).run(scenarios, flags, io)))

program
  .command('report')
  .description('the comparison tables from run records')
  .argument('<run...>', 'run folders, or folders of runs')
  .option('--format <list>', 'terminal, md, csv, json; several with commas', 'terminal')
  .option('--out <folder>', 'where files are written', 'reports/out')
  .action(async (runs, flags) => done(await (await import('./commands/report.ts')).report(runs, flags, io)))

program
  .command('list')
  .description('the runs in a folder')
  .option('--out <folder>', 'folder of runs', 'results')
  .option('--json', 'one JSON document on stdout')
  .action(async (flags) => done(await (await import('./commands/list.ts')).list(flags, io)))

program
  .command('simulate')
  .description('the stand-in server and its nvidia-smi, until Ctrl-C; everything from it is stamped SIMULATED')
  .requiredOption('--card <key>', 'card to stand in for')
  .requiredOption('--model <key>', 'model to stand in for')
  .option('--port <n>', 'port to listen on (any free one unless given)', portNumber)
  .option('--seed <n>', 'seed of the jitter', positiveInt)
  .action(async (flags) => {
    const { simulate } = await import('./commands/simulate.ts')
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    const streams = { stdout: io.stdout, stderr: (text: string) => io.stderr.write(text) }
    done(await simulate(flags, streams, stop.signal))
  })

function positiveInt(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1')
  return value
}

function portNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port, 0 to 65535')
  return value
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.badInput
  else if (error instanceof JoulemarkError) {
    io.stderr.write(`${error.message.split('\n').map(plainText).join('\n')}\n`)
    exitCode = error.exitCode
  } else {
    // a bug of ours: its stack is what a report of it needs
    io.stderr.write(`joulemark broke: ${messageOf(error)}\n${(error as Error)?.stack ?? ''}\n`)
    exitCode = exitCodes.worldFailed
  }
}
process.exitCode = exitCode
