import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A TLS certificate with its key, as PEM, and what signs others with it. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly commonName: string
  readonly privateKey: KeyObject
}

export interface CertificateOptions {
  readonly commonName: string
  /** Names of the server; none: the certificate has no subjectAltName. */
  readonly dns?: readonly string[]
  readonly ipv4?: readonly string[]
  readonly validFrom?: Date
  readonly validTo?: Date
  readonly isAuthority?: boolean
  /** Who signs; the certificate itself unless given. */
  readonly issuer?: Certificate
}

const DAY_MS = 86_400_000

/** Makes an X.509 certificate (RFC 5280) for a test: ECDSA on P-256, in the few fields that a TLS client checks. */
export function makeCertificate(options: CertificateOptions): Certificate {
  const { commonName, dns = [], ipv4 = [], isAuthority = false, issuer } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = [
    ...dns.map((name) => der(0x82, Buffer.from(name))),
    ...ipv4.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  const extensions = [
    ...(names.length > 0 ? [extension('551d11', sequence(...names))] : []),
    ...(isAuthority ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))] : []),
  ]
  const from = options.validFrom ?? new Date(Date.now() - DAY_MS)
  const to = options.validTo ?? new Date(Date.now() + DAY_MS)
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(issuer?.commonName ?? commonName),
    sequence(time(from), time(to)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  )
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey)
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  return {
    cert: pem('CERTIFICATE', whole),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    commonName,
    privateKey,
  }
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const integer = (value: Buffer): Buffer => der(0x02, value)
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const extension = (id: string, value: Buffer): Buffer => sequence(objectId(id), der(0x04, value))
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
/** A name that consists of a common name. */
const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)))))
/** UTCTime, `yymmddhhmmssZ`. */
const time = (at: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      `${at
        .toISOString()
        .replace(/[-:T]|\.\d+Z/g, '')
        .slice(2)}Z`,
    ),
  )
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
