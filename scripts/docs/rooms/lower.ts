import type { Room } from './room.ts'

/** Data, schemas and records, and what is computed of them: the first rows of the table of rooms. */
export const lowerRooms: readonly Room[] = [
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
]
