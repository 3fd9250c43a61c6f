import { Command, CommanderError, Option } from 'commander'
import { exitCodes, JoulemarkError, messageOf } from '../harness/errors.ts'
import { plainText } from '../harness/plain-text.ts'
import { faultHelp } from '../harness/simulator/faults/names.ts'
import { aboveZero, amount, portNumber, positiveInt, priceOfCard, pueRatio, share } from './support/flag-values.ts'
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
  .option('--endpoint <url>', 'address of the server, such as http://127.0.0.1:8000 (training needs none)')
  .option('--card <key>', 'the card that should be here; the gate card-match compares')
  .option('--gpus <uuids>', 'UUIDs or indices of the GPUs that serve, separated by commas')
  .option('--nvidia-smi <path>', 'nvidia-smi to use (also JOULEMARK_NVIDIA_SMI)')
  .option('--no-gpu', 'measure without power and memory')
  .option('--out <folder>', 'where the run record goes', 'results')
  .option('--trials <n>', 'exactly this many trials, whatever the scenario asks for', positiveInt)
  .option('--workers <n>', 'threads that time tokens', positiveInt)
  .option(
    '--no-certificate',
    'do not try the client against an exact server first (3 s); the gate client-headroom then warns',
  )
  .option('--json', 'one JSON document on stdout')
  .option('--no-progress', 'no progress on stderr')
  .option('--require-quotable', 'exit 1 when a result may not be quoted')
  .option('--simulate <cards>', 'play on the bundled stand-in of these cards instead: no GPU, and all is SIMULATED')
  .option('--quick', 'with --simulate: shorter trials and requests')
  .addOption(new Option('--against <what>', 'compare with the baselines of this box when done').choices(['baseline']))
  .action(async (scenarios, flags) => done(await (await import('./commands/run.ts')).run(scenarios, flags, io)))

program
  .command('report')
  .description('the comparison from run records, and the audit of a table of claims')
  .argument('[run...]', 'run folders, or folders of runs')
  .option('--claims <file>', 'audit this table of claims too, even without runs; "article" is the one that comes along')
  .option('--format <list>', 'terminal, md, html, csv, json, vllm; several with commas', 'terminal')
  .option('--out <folder>', 'where files are written', 'reports/out')
  .option('--all', 'every table on the terminal, not only those of a first look')
  .option('--tariff <gbp>', 'GBP a kWh', amount)
  .option('--years <n>', 'years over which a card is written off', aboveZero)
  .option('--utilisation <share>', 'share of the year under load, such as 0.4 or 40%', share)
  .option('--pue <ratio>', 'power usage effectiveness of the room, 1 or more', pueRatio)
  .option('--price <card=gbp>', 'price of a card; may be given for several', priceOfCard)
  .action(async (runs, flags) => done(await (await import('./commands/report.ts')).report(runs, flags, io)))

program
  .command('compare')
  .description('is the candidate slower than the baseline? a verdict for each metric; exit 1 when something got worse')
  .argument('<baseline>', 'run folder, or folder of runs')
  .argument('<candidate>', 'run folder, or folder of runs')
  .option('--smallest-effect <share>', 'smallest difference that matters (3% unless given)')
  .option('--json', 'one JSON document on stdout')
  .option('--format <list>', 'terminal, md, json, junit; several with commas', 'terminal')
  .option('--out <folder>', 'where files are written', 'reports/out')
  .option('--force', 'compare what must not be compared (another card, another scenario), and say so')
  .action(async (before, after, flags) =>
    done(await (await import('./commands/compare.ts')).compare(before, after, flags, io)),
  )

const baseline = program
  .command('baseline')
  .description('the runs that a box is compared with; kept in baselines.json beside the runs')
baseline
  .command('set')
  .description('make runs the baseline of their box and scenario')
  .argument('<run...>', 'run folders, or folders of runs')
  .option('--out <folder>', 'folder of runs', 'results')
  .action(async (runs, flags) => done(await (await import('./commands/baseline.ts')).setBaseline(runs, flags, io)))
baseline
  .command('show')
  .description('the baselines')
  .option('--out <folder>', 'folder of runs', 'results')
  .option('--json', 'one JSON document on stdout')
  .action(async (flags) => done(await (await import('./commands/baseline.ts')).showBaselines(flags, io)))

program
  .command('list')
  .description('the runs in a folder')
  .option('--out <folder>', 'folder of runs', 'results')
  .option('--gates', 'each gate with its evidence, however many runs there are')
  .option('--json', 'one JSON document on stdout')
  .action(async (flags) => done(await (await import('./commands/list.ts')).list(flags, io)))

program
  .command('simulate')
  .description('the stand-in server and its nvidia-smi, until Ctrl-C; everything from it is stamped SIMULATED')
  .requiredOption('--card <key>', 'card to stand in for')
  .requiredOption('--model <key>', 'model to stand in for')
  .option('--port <n>', 'port to listen on (any free one unless given)', portNumber)
  .option('--seed <n>', 'seed of the jitter', positiveInt)
  .option(
    '--bandwidth-share <share>',
    'share of the memory bandwidth that is there: 0.95 is a driver that costs 5 %',
    Number,
  )
  .option('--fault <names>', 'faults of the server to switch on, separated by commas')
  .option('--fault-share <share>', 'share of streams that a fault hits (0.25 unless given)', Number)
  .option('--lie <names>', 'lies of the server to switch on, separated by commas')
  .option('--draft-counters', 'counters of drafts for the lie silent-speculation')
  .option('--sensor-fault <names>', 'faults of the card to switch on, separated by commas')
  .addHelpText('after', faultHelp)
  .action(async (flags) => {
    const { simulate } = await import('./commands/simulate.ts')
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    const streams = { stdout: io.stdout, stderr: (text: string) => io.stderr.write(text) }
    done(await simulate(flags, streams, stop.signal))
  })

program
  .command('fit')
  .description('what fits: weights, KV, head-room and verdict, for each model on each card')
  .option('--card <key...>', 'cards to fit on (RTX 4090 and RTX PRO 6000 unless given)')
  .option('--context <tokens>', 'tokens of context of a sequence', positiveInt, 16_384)
  .option('--sessions <n>', 'sequences at once', positiveInt, 1)
  .option('--fp8-kv', 'KV cache in FP8 instead of 16 bits')
  .option('--runs <folder>', 'runs whose servers told their KV capacity', 'results')
  .option('--json', 'one JSON document on stdout')
  .action(async (flags) => done(await (await import('./commands/fit.ts')).fitCommand(flags, io)))

program
  .command('predict')
  .description('physical limit and expected figure of scenarios on a card, before any run')
  .argument('<scenario...>', 'scenario or suite files')
  .requiredOption('--card <key>', 'card to predict for')
  .option('--json', 'one JSON document on stdout')
  .action(async (scenarios, flags) => done(await (await import('./commands/predict.ts')).predict(scenarios, flags, io)))

program
  .command('serve')
  .description(
    'the docker line that serves a scenario on a card; without --print it is started and watched until Ctrl-C',
  )
  .argument('<scenario>', 'scenario file')
  .requiredOption('--card <key>', 'card to serve on')
  .option('--print', 'only the line, with what had to be corrected')
  .option('--port <n>', 'port on this machine', portNumber, 8000)
  .option('--gpus <uuids>', 'UUIDs or indices of the GPUs to use, separated by commas')
  .option('--tag <tag>', 'image tag of vllm/vllm-openai', 'latest')
  .option('--cache <folder>', 'folder of downloaded weights (HF_HOME, or ~/.cache/huggingface)')
  .option('--timeout-minutes <n>', 'how long the start may take, downloads included', positiveInt, 60)
  .action(async (scenario, flags) => {
    const { serve } = await import('./commands/serve.ts')
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
    done(await serve(scenario, flags, io, stop.signal))
  })

program
  .command('doctor')
  .description('is this box fit to be measured? every check with what was read and how to mend it; exit 1 on a fault')
  .option('--endpoint <url>', 'server to load for 5 s: tries the power sensor, and looks at the links under load')
  .option('--card <key>', 'the card that should be here')
  .option('--nvidia-smi <path>', 'nvidia-smi to use (also JOULEMARK_NVIDIA_SMI)')
  .option('--json', 'one JSON document on stdout')
  .action(async (flags) => done(await (await import('./commands/doctor.ts')).doctor(flags, io)))

program
  .command('box')
  .description(
    'a fresh box, unattended: doctor, then each scenario that fits: serve, run, stop; then report and verdict',
  )
  .option('--suite <file...>', 'suite or scenario files (all of scenarios/ unless given)')
  .option('--card <key>', 'the card that should be here')
  .option('--resume', 'go on after a crash or a reboot: what was done stays done')
  .option('--print', 'only the plan, the docker lines and an estimate of the time')
  .option('--force', 'go on although the doctor found a fault')
  .option('--out <folder>', 'where the run records go', 'results')
  .option('--port <n>', 'port on this machine', portNumber, 8000)
  .option('--gpus <uuids>', 'UUIDs or indices of the GPUs to use, separated by commas')
  .option('--tag <tag>', 'image tag of vllm/vllm-openai', 'latest')
  .option('--cache <folder>', 'folder of downloaded weights (HF_HOME, or ~/.cache/huggingface)')
  .option('--nvidia-smi <path>', 'nvidia-smi to use (also JOULEMARK_NVIDIA_SMI)')
  .option('--timeout-minutes <n>', 'how long one start may take, downloads included', positiveInt, 60)
  .option('--restarts <n>', 'starts of the server for each scenario, a record for each', positiveInt, 1)
  .action(async (flags) => done(await (await import('./commands/box.ts')).box(flags, io)))

program
  .command('verify')
  .description('hashes, signature, and every figure and gate recomputed from the raw rows; exit 1 names what differs')
  .argument('<run...>', 'run folders, folders of runs, or bundles')
  .option('--key <key>', 'public key that must have signed: hexadecimal, or a PEM file')
  .option('--json', 'one JSON document on stdout')
  .action(async (runs, flags) => done(await (await import('./commands/verify.ts')).verify(runs, flags, io)))

program
  .command('quote')
  .description('a customer quote from quotable results only; exit 1 names the gate that says no')
  .argument('<run...>', 'run folders, or folders of runs, all of one box')
  .requiredOption('--customer <name>', 'whom the quote is for')
  .option('--inputs <file>', 'YAML: prices, margin, tariff, VAT, SLO (reports/quote/example-inputs.yaml shows all)')
  .option('--number <number>', 'number of the quote (made from its content unless given)')
  .option('--out <folder>', 'where files are written', 'reports/out')
  .option('--no-pdf', 'no PDF, although there is a Chromium')
  .action(async (runs, flags) => done(await (await import('./commands/quote.ts')).quote(runs, flags, io)))

program
  .command('bundle')
  .description('one archive with runs, reports, public key and a README for a stranger; verify takes it')
  .argument('<run...>', 'run folders, or folders of runs')
  .option('--redact', 'leave out host names, addresses, serial numbers and user names')
  .option('--out <file>', 'the archive', 'reports/out/bundle.tar')
  .action(async (runs, flags) => done(await (await import('./commands/bundle.ts')).bundle(runs, flags, io)))

program
  .command('key')
  .description('the key that signs runs at their end (JOULEMARK_KEY, or ~/.config/joulemark/signing-key.pem)')
  .command('new')
  .description('make a pair; the private half never leaves its file')
  .option('--out <file>', 'another place for the private key')
  .action(async (flags) => done((await import('./commands/key.ts')).newKey(flags, io)))

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
