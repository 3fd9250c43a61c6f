import { chainLines, keyChains } from '../../harness/evidence/key-chains.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { escapeMarkdown } from '../render/markdown-text.ts'

/** One run as the README lists it. */
export interface BundledRun {
  readonly record: RunRecord
  readonly digest: string
  /** What the signature covers; the digest is its SHA-256. */
  readonly manifest: Buffer
  /** Hexadecimal; null for a run without a signature. */
  readonly publicKey: string | null
}

/** The README of a bundle: what it contains, what it proves, what it does not prove, and how to verify it. */
export function bundleReadme(runs: readonly BundledRun[], hasProof = false): string {
  const keys = [...new Set(runs.flatMap((run) => run.publicKey ?? []))]
  const chains = chainLines(keyChains(runs.map((run) => ({ ...run, signedBy: run.publicKey }))))
  return `# Benchmark runs and their evidence

These are run records of joulemark, an MIT-licensed benchmark harness for vLLM servers. You do not have to trust
them: every result can be recomputed from the rows in \`runs/\`, without a network.

${runs.map(runLine).join('\n')}

## Verify

With joulemark, from the sender of this bundle (no GPU, no network; one archive for Linux, or npm):

    joulemark verify THIS-BUNDLE.tar${keys[0] ? ` --key ${keys[0]}` : ''}

In a checkout of its source: \`npm ci\`, then \`npm run bench -- verify THIS-BUNDLE.tar\`.

The command compares every file with its hash, recomputes every result and gate from the CSV files, and checks the
signature. It also makes every other file again, this page included, and refuses files that do not belong here: the same
version of joulemark gives the same files, another version may report a difference.
Exit code 0: everything is as it was when the runs ended. Exit code 1: the output names what differs.

With openssl 3 only, check the signature of a run (the manifest has the hashes of the run's files; \`sha256sum\` computes
them):

    openssl pkeyutl -verify -pubin -inkey keys/KEY.pem -rawin -in manifests/RUN.json -sigfile manifests/RUN.sig

## What it proves

- The signature proves that a run was not changed after it ended, unless by the owner of the key. This page and the
  reports are not signed: only the runs are.
- The bundle cannot prove who owns the key. Obtain the public key from its owner through a separate channel.
- The recomputation proves that the results follow from the rows. It cannot prove that the rows were measured: the gates
  make this likely, and the owner of the key vouches for it. Dates are the word of that owner too.
${chains.map((line) => `- ${line}\n`).join('')}${runs.some((run) => run.record.redacted) ? '- Host names, addresses, serial numbers and user names were removed. The signature covers this redacted form of the\n  record and was made when the run ended.\n' : ''}
## Contents

- \`runs/\`: one folder per run. \`run.json\` has the scenario, the server, the results and the gates; the CSV files have
  the rows.
- \`reports/\`: the same results as tables, for a browser or a spreadsheet.
${hasProof ? '- `proof/`: what was proved on this machine and what not: `proof.html` is the page, `proof.json` is signed over all files there.\n' : ''}- \`keys/\`, \`manifests/\`: public keys, signed manifests and their signatures.
- \`bundle.json\`: the hash of every file in the bundle.
`
}

function runLine({ record, digest, publicKey }: BundledRun): string {
  const stamp = record.source === 'simulated' ? ' **SIMULATED: no value was measured on a GPU.**' : ''
  const title = escapeMarkdown(record.scenario.title)
  const card = escapeMarkdown(record.card.name ?? record.card.key ?? 'unknown card')
  return `- \`${record.id}\`: ${title} on ${card}, ${record.startedAt.slice(0, 10)}.${stamp}\n  Digest \`${digest}\`, ${publicKey ? `signed by \`${publicKey}\`` : 'not signed'}.`
}
