import type { Room } from './room.ts'

/** Builders and reference data for tests, and benchmarks of the tool itself: the product imports none of them. */
export const forTests: readonly Room[] = [
  {
    paths: ['harness/testing', 'reports/testing'],
    reason: 'builders of records, fake executables and reference data for tests',
    folders: {
      doctor: 'servers as the doctor finds them, from real texts of nvidia-smi, and what it must report',
      store: 'what every kind of store must do: the same cases for SQLite and PostgreSQL',
      setup: 'the setup of every test file: an empty home folder, no processes in unit tests',
      wire: 'independent readers of HTTP responses and event streams, with which ours are compared',
      words: 'the rules for texts that a user can read, and the test that applies them',
    },
  },
  {
    paths: ['scripts/docs/commands'],
    reason:
      'the commands of the documents: where each is run, with what, and how it must end; those that are not, and why',
  },
  {
    paths: ['scripts/docs/journeys'],
    reason: 'the guides of docs/journey-*.md: their commands are run, and what they show is what is printed',
  },
  {
    paths: ['harness/bench'],
    reason: 'benchmarks of the tool itself: its client, its energy, its verdicts, its memory, its readers',
    folders: {
      client: 'the load generator and other clients, on an exact server',
      dashboard: 'the pages of the dashboard beside many runs: time and memory',
      page: 'the page of a report in a browser: size and time to its first paint',
      size: 'sizes of servers whose highest load is known: error of capacity, promises that do not hold, coverage',
      fleet: 'simulated fleets with known truth: false alarms, power and coverage of the verdict on many boxes',
      fuzz: 'a search for inputs that a reader crashes on, or reads otherwise than its reference',
      models: 'small models of several families on a real vLLM: what is described beside what it logs',
      kill: 'runs that are killed at any moment, judged by what their server knows',
      tune: 'tunings of cards whose best limit is known in closed form',
      store: 'many processes that push to one store, some of them killed',
      peers: 'whole runs of joulemark and of other benchmark clients, on an exact server',
    },
  },
]
