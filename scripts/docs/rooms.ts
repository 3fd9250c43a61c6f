import type { Room } from './room.ts'
import { upperRooms } from './rooms-upper.ts'

/**
 * The rooms from the ground up: a file may import from its own room and from those before it in this list, never from
 * those after it. `harness/architecture.test.ts` holds the code to this table; the page docs/architecture.md is made from it.
 */
export const rooms: readonly Room[] = [
  {
    paths: [
      'harness/units',
      'harness/amount-text',
      'harness/clock',
      'harness/errors',
      'harness/json-text',
      'harness/plain-text',
      'harness/secret-mask',
      'harness/version',
    ],
    reason:
      'quantities; the one clock, injectable; one error class with a code per exit code; texts without secrets and escapes; the version',
  },
  {
    paths: ['harness/catalogue'],
    reason: 'data with its source and date: cards, models, prices, claims; names found by key or nearest spelling',
    folders: {
      own: 'cards of which not everything is known: own ones, and those described by what they report',
      checkpoint: 'where a description is read from: a folder, the cache of Hugging Face, the hub, the own catalogue',
      support: 'what makers promise about cards: warranty, licence, drivers; advice to a buyer',
      config: 'the reader of a published `config.json`: layers, experts and formats of a model',
      'config/parts': 'attention, feed-forward and linear parts that several families share',
      'config/layers': 'how single families build their layers of these parts',
      'config/encoders': 'the parts of a model besides its text: encoders of images',
      images: 'shapes of diffusion transformers, and what a pass of one computes',
      released:
        'checkpoints that people serve today: their published configuration and size, and the model that follows',
      'released/families': 'the released checkpoints, one file per family',
    },
  },
  {
    paths: ['harness/scenario'],
    reason: 'scenario and suite files: schemas (zod), and YAML whose errors name file and line',
    folders: {
      config: "joulemark.yaml: what is the user's own and holds for every command",
      fleet: 'FLEET.yaml: the boxes of a fleet, what is measured on them, by which engine and when',
      prompt: 'what a request asks for: prompt, answer, lengths as distributions, sampling',
      session: 'sessions of several turns: their shape, and files of turns',
    },
  },
  {
    paths: ['harness/physics'],
    reason: 'a card and a model to limits and expectations; `run-limit.ts` is the one physical limit of a run',
    folders: {
      limits: 'the limit of a run by its kind of workload',
      model: 'what a model keeps, reads and computes per step: weights, KV cache and state, attention',
      power: 'what a load draws, and what a power limit leaves of its speed',
    },
  },
  {
    paths: ['harness/plan'],
    reason: 'a scenario and a seed to arrivals, lengths and prompts',
    folders: {
      prompts: 'prompts of a file, and English text',
      body: 'the body around a prompt, and its images',
    },
  },
  {
    paths: ['harness/record'],
    reason: 'the run record on disk: schemas, writer, reader, rows, hashes; records of schema 1 are read here',
    folders: {
      schema: 'run.json: run, trial, sessions, telemetry, server',
      setting: 'runs whose cards were set on purpose: which they are, and in words',
      signing: 'the manifest of a record, its signature, the key file, and the chain of the records of a key',
      disk: 'run folders on the disk, rows that reach it, and one line for a disk that takes no more',
      soak: 'the burn-in certificate: written, signed, read and checked',
      proof: 'the proof of a machine: written, signed, read and checked',
    },
  },
  {
    paths: ['harness/engines'],
    reason:
      'the inference engines: how each is recognised, its counters under their names, what it takes and what it cannot prove',
  },
  {
    paths: ['harness/stats'],
    reason: 'statistics, independent of GPUs',
  },
  {
    paths: ['harness/energy'],
    reason: 'power samples to joules, with their error bar and cross-checks',
    folders: {
      sensor:
        'what a power sensor does: its update period, its averaging window, its energy beside the counter of the board',
      wall: 'power of CPUs and server: the delay of its reading, and its energy over the windows of the cards',
    },
  },
  {
    paths: ['harness/metrics'],
    reason: 'rows to metrics; `catalogue.ts` declares every metric once; when a run may stop; cost',
    folders: {
      trial: 'one trial from its rows, by kind: steady window, latency, throughput, tokens of both sides',
      latency: 'percentiles of TTFT, TPOT, gaps and E2E as metrics, and which of them a run shows first',
      lengths: 'prompt and answer lengths of a trial, reasoning and answer apart',
      session: 'sessions of several turns: values by turn, finished sessions',
    },
  },
  {
    paths: ['harness/gates'],
    reason: 'what makes a number quotable: `table.ts` lists the gates, one definition and one function each',
    folders: {
      card: 'the gates about the card: whether it served, faults, power, memory, processes and clock',
      cache: 'the hit rate of the prefix cache, by the counters of the server and by usage',
    },
  },
  {
    paths: ['harness/verdict'],
    reason: 'baseline against candidate, one card against its siblings: what a difference means',
    folders: {
      fleet: 'many boxes before and after a change: each card against its own baseline, and the fleet as a whole',
      history: 'a card over time: steps with the setting that brought them, and slow ageing',
    },
  },
  {
    paths: ['harness/operating'],
    reason: 'the runs of a tuning to its points and operating points: cheapest, most efficient, fastest, no loss; pure',
    folders: {
      sweep:
        'the loads of a sweep: what a doubling gains, the knee, the highest load within the SLO, what is measured next',
    },
  },
  {
    paths: ['harness/size'],
    reason:
      'measured loads to the highest open load, number of servers and cost: a small server is fitted and the peak hour played; pure',
    folders: { play: 'a load played on a fitted server, event by event' },
  },
  {
    paths: ['harness/evidence'],
    reason: 'manifest, signature, redaction, bundle; every value recomputed from the rows',
    folders: {
      close: 'the record of a run whose process is gone: what is there of it, and its end',
      redaction: 'the copy of a record without names, and what it still shows',
    },
  },
  {
    paths: ['harness/prove'],
    reason:
      'what is claimed of a machine and its measurements, and how each claim is judged; the time of each step; pure',
  },
  {
    paths: ['harness/store'],
    reason: 'runs of many servers in one place: pushed whole, found by queries, given back byte for byte',
    folders: {
      db: 'the file or database: address, tables, migrations, connection',
      folder: 'what is known of each run of a folder, so that it need not be read again',
      query: 'the words of a query, and the conditions that they are in SQL',
      view: 'what pages about many runs ask of a store: counts, the newest runs of each card',
    },
  },
  {
    paths: ['harness/telemetry'],
    reason: 'the card and its machine, through `nvidia-smi` and NVML',
    folders: {
      doctor: 'whether a server is ready to benchmark: one check per property',
      host: 'the machine around `nvidia-smi`: kernel module, container, WSL; how to fix a failure there',
      inventory: 'which cards are here, from `nvidia-smi -q -x`',
      nvml: 'the energy counter of the board, in a child process',
      sampler: 'the long-lived `nvidia-smi` loop and its clock offset',
      smi: 'one call of `nvidia-smi`: limits, failures, fields and values of every driver generation',
      snapshot: 'state of the machine at one moment: health, processes, fingerprint',
      wall: 'power of CPUs and of the whole server: RAPL, Grace, IPMI, Redfish, a command; each read in a loop of its own',
    },
  },
  {
    paths: ['harness/endpoint'],
    reason: 'one request over HTTP and its timestamps; discovery, `/metrics` scrapes, starting a server',
    folders: {
      access: 'how a server is reached: keys, direct connections, proxies, TLS, and why a connection failed',
      container: 'the container of this machine that answers at an address',
      metrics: 'the Prometheus page of a server: its text, its series, and when it is read',
      serve: 'a server in a container: the command line, the start and its phases, the named cause of a failed start',
      'serve/engine': 'Docker and Podman: words for GPUs and folders, and what a person hands through',
      'serve/start': 'what a starting server does: its phases, and whether it still shows a sign of life',
      'serve/image': 'which image is started: its name, tag and digest',
      'serve/kinds': 'what is launched for each kind of scenario: its image, flags, memory and reasons',
      wire: 'the HTTP/1.1 and event-stream reader of the timed path',
    },
  },
  {
    paths: ['harness/load'],
    reason:
      'schedules of requests: closed and open loops, conversations, traces; worker threads; calibration of the client',
    folders: {
      exchange: 'one request and its answer, by API: a stream of tokens, or one document of vectors or scores',
      loopback: 'an exact server in a process of its own, against which the client is calibrated',
      session: 'sessions of several turns: their streams, and the turns of each',
      probe: 'the first request of a load, sent before it: what would fail every request, and what a trial will yield',
    },
  },
  {
    paths: ['harness/workloads'],
    reason: 'the workloads of a scenario, by kind: text, images, a training command; out of memory as a result',
  },
  {
    paths: ['harness/run'],
    reason: 'one scenario from start to record: `run.ts` is its table of contents, `journal.ts` owns the record',
    folders: {
      record: 'what is put into the record: as it begins, with each trial, from the samples, where the run failed',
    },
  },
  {
    paths: ['harness/tune'],
    reason: 'operating points: power limits, clocks and concurrency, set, measured and given back',
    folders: {
      settings: 'limits and clocks of the cards: read, refused, written, read back',
      restore: 'the note of what was found, and the process that gives the cards back when the tuning is gone',
      sweep: 'one load after another on one server',
    },
  },
  {
    paths: ['harness/box'],
    reason: 'a whole server, unattended: plan, state on disk, resume, findings; the cards alone',
    folders: {
      measure:
        'a plan played: servers started and stopped, lanes of runs at the same time, what fails, the time that is left',
      prefetch: 'images and weights before anything is measured, with bytes, rate and time left',
      plan: 'which servers start on which cards, and what is measured on them; pure',
      preflight: 'what a night needs, before anything starts: facts, checks, the plan without what cannot work',
      'preflight/checks': 'the facts as checks: what was read, why it matters, what to type',
      'preflight/engine': 'the container engine, its images, and the cards in a container',
      'preflight/network': 'the registry, the hub, their rate and clock',
      'preflight/storage': 'weights in the cache, free bytes, the place of the key',
      probe: 'what the cards do alone, before the server is started',
      soak: 'hours of full load on all cards: rounds, watch, tally, judgement',
    },
  },
  {
    paths: ['harness/fleet'],
    reason: 'many servers through an engine that schedules them: plan, windows, state on disk, following, collecting',
    folders: {
      ansible: 'boxes as hosts of an inventory: jobs that run by themselves, started and looked at by short playbooks',
      kubernetes: 'boxes as nodes of Kubernetes: one Job each through kubectl, their states and records',
      slurm: 'boxes as nodes of Slurm: one job each through sbatch, states from squeue',
    },
  },
  ...upperRooms,
]

/** The simulator is reached over HTTP and exec only: nothing but scripts and tests may start it. */
export const simulator: Room & { readonly mayImport: readonly string[] } = {
  paths: ['harness/simulator'],
  reason: 'a vLLM server and an `nvidia-smi` without a card: processes of their own, stamped SIMULATED',
  mayImport: ['harness/physics', 'harness/catalogue', 'harness/units', 'harness/clock', 'harness/errors'],
  folders: {
    box: 'a server with several cards: their faults, the power supply that they share, its programs',
    'box/engine': 'the `docker` of that server: containers, the servers in them, the torch probe',
    card: 'power, temperature, clocks and memory of a card under load',
    engine: "the scheduler's steps: batches, KV blocks, prefix cache",
    faults: 'failures and wrong reports on request',
    imitated: 'the surface of other engines in place of that of vLLM',
    image: 'images and their time',
    metrics: '`/metrics`, in the names of several vLLM generations',
    server: 'the HTTP API and its streams',
    smi: 'the texts of `nvidia-smi`',
    training: 'a training command that keeps a card busy',
  },
}

/** Reports are pure functions of records: they may see nothing that touches the world. */
export const reportsMayNotImport: readonly string[] = [
  'harness/telemetry',
  'harness/endpoint',
  'harness/load',
  'harness/workloads',
  'harness/run',
  'harness/tune',
  'harness/box',
  'harness/fleet',
]
