import type { Room } from './room.ts'

/** Stores, cards and servers, and what measures with them: the middle rows of the table of rooms. */
export const measuringRooms: readonly Room[] = [
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
]
