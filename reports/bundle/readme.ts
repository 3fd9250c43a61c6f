import type { RunRecord } from '../../harness/record/schema/run.ts'
import { escapeMarkdown } from '../render/markdown.ts'

/** One run as the README lists it. */
export interface BundledRun {
  readonly record: RunRecord
  readonly digest: string
  /** Hexadecimal; null when nobody signed. */
  readonly publicKey: string | null
}

/** What a stranger reads first: what this is, what it proves and what it does not, and how to find out. */
export function bundleReadme(runs: readonly BundledRun[]): string {
  const keys = [...new Set(runs.flatMap((run) => run.publicKey ?? []))]
  return `# Benchmark runs and their evidence

These are run records of joulemark, an MIT-licensed benchmark harness for vLLM servers. Nothing here has to be believed:
every figure can be recomputed from the rows in \`runs/\`, offline.

${runs.map(runLine).join('\n')}

## Verify

With joulemark (Node 20 or later; no network after the install, no GPU):

    npm ci
    npm run bench -- verify THIS-BUNDLE.tar${keys[0] ? ` --key ${keys[0]}` : ''}

It holds every byte against its hash, recomputes every figure and gate from the CSV files, and checks the signature.
It makes the reports again as well: the same version makes the same ones, another may say that they differ.
Exit code 0: everything is as it was when the runs ended. 1: it names what is not.

With openssl 3 alone, the signature of a run (\`manifest.json\` has the hashes of the run's files; \`sha256sum\` makes them anew):

    openssl pkeyutl -verify -pubin -inkey keys/KEY.pem -rawin -in manifests/RUN.json -sigfile manifests/RUN.sig

## What it proves

- The signature: that nothing of a run was changed since it ended, by anybody who does not have the key. This page and
  the reports are not signed: they are worth what the runs are.
- Whose key it is, this bundle cannot prove. Ask its owner for it by another way than the one that brought you this file.
- The recomputation: that the figures follow from the rows. That the rows were measured, the gates make likely and the
  owner of the key vouches for.
${runs.some((run) => run.record.redacted) ? '- Host names, addresses, serial numbers and user names were left out. The signature is one over this form of the record,\n  made when the run ended.\n' : ''}
## What is in it

- \`runs/\`: a folder a run. \`run.json\` has the scenario, the box, the figures and the gates; the CSV files have the rows.
- \`reports/\`: the same as tables, to be read with a browser or a spreadsheet.
- \`keys/\`, \`manifests/\`: public keys; what each signature was made over, and the signature.
- \`bundle.json\`: the hash of every file here.
`
}

function runLine({ record, digest, publicKey }: BundledRun): string {
  const stamp = record.source === 'simulated' ? ' **SIMULATED: nothing of it was measured.**' : ''
  const title = escapeMarkdown(record.scenario.title)
  const card = escapeMarkdown(record.card.name ?? record.card.key ?? 'unknown card')
  return `- \`${record.id}\`: ${title} on ${card}, ${record.startedAt.slice(0, 10)}.${stamp}\n  Digest \`${digest}\`, ${publicKey ? `signed by \`${publicKey}\`` : 'not signed'}.`
}
