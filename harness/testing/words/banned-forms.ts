/** A form of words that no reader should meet in this project. */
export interface BannedForm {
  readonly form: RegExp
  /** What to write instead. */
  readonly say: string
  /** Why: what a reader understands it as. */
  readonly because: string
  /** A sentence that it is found in. */
  readonly example: string
  /** The room that the rule is for; every room unless given. */
  readonly room?: string
}

/** What a rate divides by. */
const time = 'second|hour|month|year'
const per = `${time}|kWh|joule|token|image|step|stream|session|sequence|request|unit|GPU|trial|run|side`
/** What a rate counts. */
const counted =
  'tokens?|requests?|images?|steps?|samples?|seconds?|joules?|bytes|FLOPs?|W|GB|GBP|pence|prices?|costs?|trials?|runs?|limit|rate|energy'

/** What the review of the English removed from the product. The text of a template has `…` where a value is interpolated. */
export const bannedForms: readonly BannedForm[] = [
  {
    form: new RegExp(`\\b(?:${counted})\\s+an?\\s+(?:${per})\\b`, 'iu'),
    say: 'per: tokens per second, price per unit',
    because: 'rates have "per" in technical English',
    example: 'Price a unit at 12 tokens a second',
  },
  {
    form: new RegExp(`(?:…|\\d|\\bonce|\\btimes)\\s+an?\\s+(?:${time}|kWh|unit)\\b`, 'iu'),
    say: 'per: once per second, £0.25 per kWh',
    because: 'rates have "per" in technical English',
    example: '£… a kWh',
  },
  {
    form: /\bmend(?:s|ed|ing)?\b/iu,
    say: 'fix, how to fix it',
    because: 'clothes and fences are mended',
    example: 'mend: sudo nvidia-smi -pm 1',
  },
  {
    form: /\bstand-ins?\b|\bstand(?:s|ing)? in for\b/iu,
    say: 'simulator',
    because: 'one thing has one name, and the command is `simulate`',
    example: 'the bundled stand-in',
  },
  {
    form: /\btells?\b|\btold\b/iu,
    say: 'reports, reported by; distinguishes',
    because: 'drivers, servers and sensors are not persons',
    example: 'the driver tells no power limit',
  },
  {
    form: /\bwant(?:s|ed)?\b/iu,
    say: 'requires, expected',
    because: 'servers, scenarios and gates are not persons',
    example: 'a quote of several runs wants the originals',
  },
  {
    form: /(?<!burn-in |soak |soak-)\bcertificates?\b/iu,
    say: 'client calibration',
    because: 'a certificate belongs to TLS, or to a burn-in',
    example: 'the certificate of the client',
  },
  {
    form: /\bforeign\b/iu,
    say: 'other process, traffic from another client',
    because: 'foreign means from another country',
    example: 'foreign traffic on the server',
  },
  {
    form: /\bcom(?:es?|ing) along\b/iu,
    say: 'bundled',
    because: 'files do not walk',
    example: 'the claims that come along',
  },
  {
    form: /\b(?:left|leav(?:es?|ing)) out\b/iu,
    say: 'skipped, omitted, removed',
    because: 'one verb says what happened',
    example: 'failed: left out',
  },
  {
    form: /\b(?:nobody|anybody|somebody|whoever)\b/iu,
    say: 'the role of the person, or what is missing',
    because: 'it hides what is missing: "not reported by the server", "no trial was run"',
    example: 'nobody told any',
  },
  {
    form: /\bas in life\b|\bbroke:/iu,
    say: 'as on a real server; internal error:',
    because: 'a message names the fault',
    example: 'joulemark broke: x',
  },
  {
    form: /\bcold burst\b|\b(?:heat-)?soaked\b/iu,
    say: 'cold-start throughput, sustained throughput',
    because: "these are the field's terms",
    example: 'cold burst 1050 tokens/s',
  },
  {
    form: /\bhead-room\b/iu,
    say: 'headroom',
    because: 'it is one word',
    example: 'Head-room h',
  },
  {
    form: /\b(?:keeps?|kept|keeping) (?:the|its|every|no|an?) (?:SLO|limit|service level)/iu,
    say: 'meets the SLO',
    because: 'a limit is met',
    example: 'requests that kept every limit',
  },
  {
    form: /\b(?:probably|would) settle\b/iu,
    say: 'decide',
    because: 'more trials decide a verdict',
    example: 'would settle it',
  },
  {
    form: /\bby another way\b/iu,
    say: 'through a separate channel',
    because: 'this is the term for verifying a key',
    example: 'by another way than this page',
  },
  {
    form: /\bat rest\b/iu,
    say: 'idle',
    because: 'a GPU without load is idle',
    example: '60 W at rest',
  },
  {
    form: /\bheadroom (?:…|\d[\d.]*)(?![x\d.])/iu,
    say: 'headroom 1.4x',
    because: 'a ratio has a unit too',
    example: 'headroom 1.4, 5 GiB for KV',
  },
  {
    form: /\b(?:TTFT|TPOT|E2E|ITL|Power|Limit|Output|Expected)(?: p\d\d)? (?:ms|W|t\/s)$/u,
    say: 'the unit in brackets: TTFT p50 (ms)',
    because: 'the head of a column names what it holds, and its unit in brackets',
    example: 'TTFT p50 ms',
    room: 'reports',
  },
  {
    form: /(?<!-)\bbox(?:es)?\b(?!-)/iu,
    say: 'server, host',
    because: 'a customer rents a server; `box` is the name of a command',
    example: 'Measured on this box',
    room: 'reports',
  },
]
