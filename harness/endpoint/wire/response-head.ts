/** Status and headers of a response, names in lower case; repeated fields joined as in RFC 9110, 5.3. */
export interface ResponseHead {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

/** How the end of a body is found (RFC 9112, 6.3). */
export type Framing = 'none' | 'chunked' | 'until-close' | { readonly bytes: number }

/** The response violates the HTTP grammar. Its request is `malformed`; no other request is affected. */
export class HttpGrammarError extends Error {}

/** A field name is a token, without a space before the colon. */
const fieldName = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):/
/** A field value has no control characters but tabs. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: [^\r\n]*)?$/

/** Reads a head, without the blank line after it. As strict as llhttp. Throws HttpGrammarError. */
export function parseHead(text: string): { head: ResponseHead; keepAlive: boolean } {
  const [first = '', ...lines] = text.split('\r\n')
  const status = statusLine.exec(first)
  if (!status) throw new HttpGrammarError(`not an HTTP response: ${shown(first)}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const { name, value } = readField(line)
    const before = headers.get(name)
    if (before === undefined) headers.set(name, value)
    // which of two lengths counts would be a guess, also if they are equal
    else if (name === 'content-length') throw new HttpGrammarError('two fields of content-length')
    // a body has one type: the first counts, as in Node
    else if (name !== 'content-type') headers.set(name, `${before}, ${value}`)
  }
  const options = listOf(headers.get('connection'))
  // before HTTP/1.1 a connection stays open only if the server says so (RFC 9112, 9.3)
  const keepAlive = status[1] === '1' ? !options.includes('close') : options.includes('keep-alive')
  return { head: { status: Number(status[2]), headers }, keepAlive }
}

/** One field of a head or of the trailers. Throws HttpGrammarError. */
export function readField(line: string): { readonly name: string; readonly value: string } {
  const name = fieldName.exec(line)?.[1]
  if (name === undefined || !fieldValue.test(line)) throw new HttpGrammarError(`not a header field: ${shown(line)}`)
  return { name: name.toLowerCase(), value: withoutBlanks(line.slice(name.length + 1)) }
}

/** The framing that a head states. Two statements that differ are refused: a proxy on the way may have read the other. */
export function framingOf({ status, headers }: ResponseHead): Framing {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (length !== undefined && !/^\d+$/.test(length)) throw new HttpGrammarError(`content-length ${shown(length)}`)
  if (coding === '') throw new HttpGrammarError('transfer-encoding without a value')
  if (coding !== undefined && length !== undefined) {
    throw new HttpGrammarError('content-length and transfer-encoding in one response')
  }
  // these never have a body, whatever their fields say about it
  if (status === 204 || status === 304) return 'none'
  // only a last coding of `chunked` says where the body ends
  if (coding !== undefined) return listOf(coding).at(-1) === 'chunked' ? 'chunked' : 'until-close'
  if (length === undefined) return 'until-close'
  const bytes = Number(length)
  if (!Number.isSafeInteger(bytes)) throw new HttpGrammarError(`content-length ${length}`)
  return bytes === 0 ? 'none' : { bytes }
}

/** A value without the spaces and tabs around it. `trim` would also take characters of other alphabets. */
function withoutBlanks(value: string): string {
  let [from, to] = [0, value.length]
  while (from < to && isBlank(value[from])) from += 1
  while (to > from && isBlank(value[to - 1])) to -= 1
  return value.slice(from, to)
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t'

/** The members of a field that is a list, in lower case. */
const listOf = (value = ''): string[] => value.toLowerCase().split(',').map(withoutBlanks)

const shown = (text: string): string => JSON.stringify(text.slice(0, 60))
