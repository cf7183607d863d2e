import { closeSync, constants, openSync, readSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'

/** Larger tables than this are not read: rustc makes tens of sections for each unit of code. */
const LARGEST = 4 * 1024 * 1024
const NOTE_AT_MOST = 16 * 1024

const HEADER = 64
const SECTION = 64

/**
 * The section `.comment` of an ELF file (64 bits, little-endian), in which linkers and compilers leave
 * their names; null where it has none or is something else.
 *
 * @throws as openSync does, but for a file that is gone or may not be read
 */
export function readLinkerNote(path: string | Buffer): string | null {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ELOOP', 'ENXIO'].includes(errnoOf(error))) return null
    throw error
  }
  try {
    return noteIn(file)
  } finally {
    closeSync(file)
  }
}

function noteIn(file: number): string | null {
  const header = read(file, 0, HEADER)
  if (header === null || header.toString('latin1', 0, 6) !== '\u007FELF\u0002\u0001') return null
  const count = header.readUInt16LE(60)
  const table = read(file, Number(header.readBigUInt64LE(40)), count * SECTION)
  if (header.readUInt16LE(58) !== SECTION || table === null) return null
  const sections = Array.from({ length: count }, (_, index) => {
    const at = index * SECTION
    return {
      name: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 24)),
      size: Number(table.readBigUInt64LE(at + 32)),
    }
  })
  const names = sections[header.readUInt16LE(62)]
  const texts = names === undefined ? null : read(file, names.offset, names.size)
  const comment = texts === null ? -1 : texts.indexOf('\0.comment\0')
  const section = sections.find((each) => each.name === comment + 1)
  if (comment === -1 || section === undefined || section.size > NOTE_AT_MOST) return null
  return read(file, section.offset, section.size)?.toString('latin1').replaceAll('\0', '\n') ?? null
}

/** So many bytes, or null where the file has not got them. */
function read(file: number, position: number, size: number): Buffer | null {
  if (size <= 0 || size > LARGEST || !Number.isSafeInteger(position)) return null
  const buffer = Buffer.alloc(size)
  return readSync(file, buffer, 0, size, position) === size ? buffer : null
}
