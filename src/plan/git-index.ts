import type { Proven } from './build-inputs.ts'

/** What git’s index has. */
export interface Index {
  /** by path: what it holds if git calls it clean; null for what git does not look at, or is no file */
  files: Map<string, Proven | null>
  submodules: string[]
}

/** Signature, version, number of entries. */
const HEADER = 12
/** Where the parts of an entry are, from its begin; all numbers are big-endian. */
const [MTIME, MODE, BLOB, FLAGS, NAME] = [8, 24, 40, 60, 62] as const
const [ASSUMED_VALID, EXTENDED, STAGE, NAME_LENGTH] = [0x8000, 0x4000, 0x3000, 0x0fff] as const
/** In the flags of extended entries: left out of a sparse checkout. */
const SKIPPED = 0x4000
/** At the end, of what is before. */
const DIGEST = 20

const [FILE, PROGRAM, SUBMODULE] = [0o100644, 0o100755, 0o160000] as const

/**
 * Reads git’s index in the formats 2 and 3, which is what git writes unless it is told otherwise.
 *
 * @returns null where git itself should be asked: another format, one that is split or that names
 *   folders in place of files, or one that is damaged
 */
export function parseIndex(bytes: Buffer): Index | null {
  if (bytes.length < HEADER + DIGEST || bytes.toString('latin1', 0, 4) !== 'DIRC') return null
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) return null
  const end = bytes.length - DIGEST
  const index: Index = { files: new Map(), submodules: [] }
  // Taking a part of a text is far quicker than decoding one for each of many thousand entries.
  const text = bytes.toString('latin1')
  let at = HEADER
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    if (at + NAME > end) return null
    const flags = bytes.readUInt16BE(at + FLAGS)
    const name = at + NAME + ((flags & EXTENDED) === 0 ? 0 : 2)
    const length = flags & NAME_LENGTH
    // Of a longer name the length is not told.
    const nul = length === NAME_LENGTH ? bytes.indexOf(0, name) : name + length
    if (nul === -1 || nul >= end || bytes[nul] !== 0) return null
    const latin1 = text.slice(name, nul)
    const path = IS_ASCII.test(latin1) ? latin1 : bytes.toString('utf8', name, nul)
    if (bytes.readUInt32BE(at + MODE) === SUBMODULE) index.submodules.push(path)
    else index.files.set(path, contentAt(bytes, at))
    // Each is padded with 1 to 8 NUL to a multiple of eight.
    at += (nul - at + 8) & ~7
  }
  return hasOptionalOnly(bytes, at, end) ? index : null
}

/** In ASCII both encodings say the same. */
const IS_ASCII = /^[\0-\x7f]*$/

function contentAt(bytes: Buffer, at: number): Proven | null {
  const flags = bytes.readUInt16BE(at + FLAGS)
  const mode = bytes.readUInt32BE(at + MODE)
  const isSkipped = (flags & EXTENDED) !== 0 && (bytes.readUInt16BE(at + NAME) & SKIPPED) !== 0
  const isLookedAt = (flags & (ASSUMED_VALID | STAGE)) === 0 && !isSkipped
  if ((mode !== FILE && mode !== PROGRAM) || !isLookedAt) return null
  return new IndexedFile(bytes, at, mode === PROGRAM)
}

/** Of many thousand files the ids of few are ever asked for. */
class IndexedFile implements Proven {
  readonly kind = 'file'
  readonly size = null
  readonly isExecutable: boolean
  readonly #bytes: Buffer
  readonly #at: number

  constructor(bytes: Buffer, at: number, isExecutable: boolean) {
    this.#bytes = bytes
    this.#at = at
    this.isExecutable = isExecutable
  }

  get id(): string {
    return `git:${this.#bytes.toString('hex', this.#at + BLOB, this.#at + FLAGS)}`
  }

  get mtimeS(): number {
    return this.#bytes.readUInt32BE(this.#at + MTIME)
  }
}

/** Whether none of the extensions is needed to understand the entries: their names say so. */
function hasOptionalOnly(bytes: Buffer, from: number, end: number): boolean {
  let at = from
  while (at + 8 <= end) {
    const first = bytes[at] ?? 0
    if (first < 0x41 || first > 0x5a) return false
    at += 8 + bytes.readUInt32BE(at + 4)
  }
  return at === end
}
