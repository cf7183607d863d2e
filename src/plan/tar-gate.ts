import { staysInside } from './inner-link.ts'

/** Name of the folder in an archive that becomes the target dir; beside it lie these two files. */
export const TREE = 'tree'
export const MANIFEST = 'manifest.json'
export const RECORD = 'record'

const BLOCK = 512
/** A path, a link's target and a time; nothing else is said in an extended header. */
const MAX_HEADER_BYTES = 16_384
/** tar fills up its last record of 20 blocks. */
const MAX_CLOSING_BLOCKS = 40
const MAX_BYTES_BESIDE = { [MANIFEST]: 65_536, [RECORD]: 67_108_864 } as const

/** What may come out of an archive at most. */
export interface TarLimits {
  bytes: number
  entries: number
}

/** What came through: content in bytes, and entries of the tree. */
export interface TarTotals {
  bytes: number
  entries: number
}

/** Why an archive is not unpacked. */
export class TarRefusal extends Error {
  override readonly name = 'TarRefusal'
}

/**
 * Looks at a tar stream before tar does, and throws at the first thing that we would not have packed:
 * a name outside the tree or below a link, an absolute name, `..`, a link that leads out, a hard link,
 * a device, a setuid bit, a name that comes twice, more than the limits, an end that is missing.
 *
 * It knows the pax format as GNU tar writes it and nothing else, so that tar cannot read something
 * into a header that this has not seen there.
 */
export class TarGate {
  readonly #limits: TarLimits
  readonly #known = new Set([TREE])
  readonly #folders = new Set([TREE])
  readonly #totals: TarTotals = { bytes: 0, entries: 0 }
  readonly #block = new Uint8Array(BLOCK)
  #filled = 0
  /** bytes of content that follow, and of what fills up their last block */
  #content = 0
  #padding = 0
  /** the extended header that is being read, and the one that holds for the next entry */
  #header: Uint8Array | null = null
  #extended: ReadonlyMap<string, string> = new Map()
  /** blocks of zeros so far: two or more end an archive */
  #closing = 0

  constructor(limits: TarLimits) {
    this.#limits = limits
  }

  /** @throws TarRefusal; then nothing of the chunk may reach tar */
  accept(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      const left = chunk.length - at
      if (this.#content > 0) {
        const taken = Math.min(left, this.#content)
        this.#readContent(chunk.subarray(at, at + taken))
        at += taken
      } else if (this.#padding > 0) {
        const taken = Math.min(left, this.#padding)
        this.#padding -= taken
        at += taken
      } else {
        const taken = Math.min(left, BLOCK - this.#filled)
        this.#block.set(chunk.subarray(at, at + taken), this.#filled)
        this.#filled += taken
        at += taken
        if (this.#filled === BLOCK) this.#readHeader()
      }
    }
  }

  /** @throws TarRefusal where the archive is not there to its end */
  finish(): TarTotals {
    if (this.#closing < 2 || this.#filled > 0) throw new TarRefusal('it breaks off')
    return this.#totals
  }

  #readContent(content: Uint8Array): void {
    if (this.#header !== null) {
      this.#header.set(content, this.#header.length - this.#content)
    }
    this.#content -= content.length
    if (this.#content === 0 && this.#header !== null) {
      this.#extended = readRecords(this.#header)
      this.#header = null
    }
  }

  #readHeader(): void {
    this.#filled = 0
    const block = this.#block
    if (block.every((byte) => byte === 0)) {
      this.#closing += 1
      if (this.#closing > MAX_CLOSING_BLOCKS) throw new TarRefusal('its end does not end')
      return
    }
    if (this.#closing > 0) throw new TarRefusal('something follows its end')
    if (field(block, 257, 6) !== 'ustar' || text(block.subarray(263, 265)) !== '00') {
      throw new TarRefusal('it is not a tar archive in the pax format')
    }
    if (octal(block, 148, 8) !== checksum(block)) throw new TarRefusal('a header is damaged')
    const bytes = octal(block, 124, 12)
    const type = String.fromCodePoint(block[156] ?? 0)
    this.#content = bytes
    this.#padding = (BLOCK - (bytes % BLOCK)) % BLOCK
    if (type === 'x') this.#beginExtended(bytes)
    else this.#admit(type, bytes)
  }

  #beginExtended(bytes: number): void {
    if (this.#extended.size > 0 || bytes === 0 || bytes > MAX_HEADER_BYTES) {
      throw new TarRefusal('an extended header is not as we write them')
    }
    this.#header = new Uint8Array(bytes)
  }

  #admit(type: string, bytes: number): void {
    const block = this.#block
    // What an extended header replaces may be cut off in the middle of a character.
    const name = this.#extended.get('path') ?? shortName(block)
    const target = this.#extended.get('linkpath') ?? field(block, 157, 100)
    this.#extended = new Map()
    const path = type === '5' ? name.replace(/\/$/, '') : name
    const mode = octal(block, 100, 8)
    if ((mode & 0o7000) !== 0) throw refusal(path, 'has a special mode')
    // What lies in such a folder could not be removed again.
    if (type === '5' && (mode & 0o700) !== 0o700) throw refusal(path, 'is closed to its owner')
    this.#admitName(path, type)
    if (type === '0') this.#admitContent(path, bytes)
    else if (bytes > 0 || !isPlainKind(type))
      throw refusal(path, 'is of a kind that we do not pack')
    if (type === '2' && !staysInside(withoutTree(path), target)) {
      throw refusal(path, `leads out, to ${target}`)
    }
    if (withoutTree(path) === '') return
    this.#totals.entries += 1
    if (this.#totals.entries > this.#limits.entries) {
      throw new TarRefusal(`it has more than ${this.#limits.entries} entries`)
    }
  }

  #admitName(path: string, type: string): void {
    const parts = path.split('/')
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw refusal(path, 'is not a name inside')
    }
    if (/\p{Cc}/u.test(path)) throw refusal(path, 'has a control character')
    if (this.#known.has(path)) throw refusal(path, 'comes twice')
    const parent = parts.slice(0, -1).join('/')
    const isBeside = Object.hasOwn(MAX_BYTES_BESIDE, path) && type === '0'
    // Only real folders count, so that nothing is written through a link.
    if (!isBeside && !this.#folders.has(parent)) throw refusal(path, 'lies in no folder')
    this.#known.add(path)
    if (type === '5') this.#folders.add(path)
  }

  #admitContent(path: string, bytes: number): void {
    if (path === MANIFEST || path === RECORD) {
      if (bytes > MAX_BYTES_BESIDE[path]) throw refusal(path, 'is too large')
      return
    }
    this.#totals.bytes += bytes
    if (this.#totals.bytes > this.#limits.bytes) {
      throw new TarRefusal(`it unpacks to more than ${this.#limits.bytes} bytes`)
    }
  }
}

function shortName(block: Uint8Array): string {
  const prefix = field(block, 345, 155)
  return prefix === '' ? field(block, 0, 100) : `${prefix}/${field(block, 0, 100)}`
}

function isPlainKind(type: string): boolean {
  return type === '5' || type === '2'
}

/** A path relative to the tree; '' for what lies beside it, which is files alone. */
function withoutTree(path: string): string {
  return path.startsWith(`${TREE}/`) ? path.slice(TREE.length + 1) : ''
}

function refusal(path: string, why: string): TarRefusal {
  return new TarRefusal(`${JSON.stringify(path.slice(0, 200))} in it ${why}`)
}

/** The records of an extended header: `LENGTH KEY=VALUE\n`, the length in bytes and of all of it. */
function readRecords(header: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < header.length) {
    const blank = header.indexOf(0x20, at)
    const digits = blank === -1 ? '' : text(header.subarray(at, blank))
    const end = at + (/^[1-9][0-9]{0,5}$/.test(digits) ? Number(digits) : 0)
    const record = end > header.length ? '' : text(header.subarray(blank + 1, end))
    const parts = /^(path|linkpath|mtime)=([^\0\n]+)\n$/.exec(record)
    if (parts?.[1] === undefined || parts[2] === undefined || records.has(parts[1])) {
      throw new TarRefusal('an extended header is not as we write them')
    }
    if (parts[1] === 'mtime' && !/^-?[0-9]{1,15}(\.[0-9]{1,9})?$/.test(parts[2])) {
      throw new TarRefusal('a time is not one')
    }
    records.set(parts[1], parts[2])
    at = end
  }
  return records
}

/** Text up to a NUL. */
function field(block: Uint8Array, from: number, length: number): string {
  const bytes = block.subarray(from, from + length)
  const end = bytes.indexOf(0)
  return text(end === -1 ? bytes : bytes.subarray(0, end))
}

function octal(block: Uint8Array, from: number, length: number): number {
  const digits = field(block, from, length).trim()
  if (!/^[0-7]{1,12}$/.test(digits)) throw new TarRefusal('a header is damaged')
  return Number.parseInt(digits, 8)
}

/** Of a header whose own field counts as blanks. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TarRefusal('a name in it is not UTF-8', { cause })
  }
}
