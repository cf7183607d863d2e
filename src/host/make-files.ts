import { lstatSync, readdirSync } from 'node:fs'
import { at, parted, within } from './folders.ts'
import { isCompiled } from './out-dir.ts'
import type { Allowance } from './out-dir.ts'
import { placeFile } from './placed-file.ts'
import { readBytes, withPlainFile } from './plain-file.ts'
import { enter } from './profiles.ts'

/** Rules for make that a compiler wrote: gcc and clang, automake, kbuild. */
const RULES = /\.(?:d|deps?|P|Po|Plo)$|^\..*\.cmd$/

/** Where what was configured once tells make and its like what to make, and where to install it. */
const CONFIGURED =
  /^(?:GNUm|[Mm])akefile(?:\..*)?$|\.(?:mk|mak|make)$|^config\.(?:status|cache)$|^libtool$|^build\.ninja$/

/** What ninja and Meson know of a folder is no text, and names it. */
const UNMOVABLE = new Set(['.ninja_deps', 'meson-private'])

/** Where CMake or Cargo build: both get along with being moved. */
const MOVABLE = new Set(['CMakeCache.txt', '.rustc_info.json'])

const TEXT_AT_MOST = 16 * 1024 * 1024
const DEPTH_AT_MOST = 64

const isForMakeCalled = (name: string): boolean => RULES.test(name) || CONFIGURED.test(name)

/**
 * Whether a folder, or one below it, has something for make of which this is true, or that cannot be read.
 *
 * @param folder descriptor of OUT_DIR
 */
export function someForMake(
  folder: number,
  isOne: (text: string) => boolean,
  allowance: Allowance,
  depth = 0,
): boolean {
  const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
  allowance.entries -= entries.length
  // What cannot be searched may hold one.
  if (depth > DEPTH_AT_MOST || allowance.entries < 0) return true
  if (entries.some(({ name }) => MOVABLE.has(name))) return false
  return entries.some((entry) => {
    const { name } = entry
    if (entry.isDirectory()) {
      return enter(folder, name, (next) => someForMake(next, isOne, allowance, depth + 1)) === true
    }
    if (!entry.isFile() || !isForMakeCalled(name)) return false
    const text = readBytes(at(folder, name), TEXT_AT_MOST)
    allowance.bytes -= text?.length ?? 0
    return text === null || allowance.bytes < 0 || isOne(text)
  })
}

/** A text in OUT_DIR, latin1, and its path there. */
export interface Text {
  readonly path: string
  readonly text: string
}

/**
 * What the texts of a folder are to be, but for those that stay: what make reads, and whatever else the
 * build script or what it runs may.
 *
 * @param folder descriptor of OUT_DIR
 * @param edit told whether make reads it; null where it cannot be done
 * @returns null where one of them cannot be read or edited
 */
export function editTexts(
  folder: number,
  allowance: Allowance,
  edit: (text: string, isForMake: boolean) => string | null,
  path = '',
): Text[] | null {
  const edits: Text[] = []
  const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
  allowance.entries -= entries.length
  if (allowance.entries < 0 || path.split('/').length > DEPTH_AT_MOST) return null
  if (entries.some(({ name }) => MOVABLE.has(name))) return edits
  if (entries.some(({ name }) => UNMOVABLE.has(name))) return null
  for (const entry of entries) {
    const below = `${path}${entry.name}`
    if (entry.isDirectory()) {
      const inner = enter(folder, entry.name, (next) =>
        editTexts(next, allowance, edit, `${below}/`),
      )
      if (inner === null) return null
      edits.push(...inner)
    } else if (entry.isFile()) {
      const isForMake = isForMakeCalled(entry.name)
      const text = textOf(at(folder, entry.name), allowance)
      const edited = text === null ? null : edit(text, isForMake)
      if (allowance.bytes < 0 || (edited === null && (isForMake || text !== null))) return null
      if (edited !== null && edited !== text) edits.push({ path: below, text: edited })
    }
  }
  return edits
}

/**
 * Writes texts anew, each with the times that it had: what was made of them is as it was.
 *
 * @param folder descriptor of OUT_DIR
 * @throws as the file system does, when some may have been written
 */
export function writeTexts(folder: number, texts: readonly Text[]): void {
  for (const { path, text } of texts) {
    const [folders, name] = parted(path)
    within(at(folder, '.'), folders, (last) => {
      const { mode, uid, gid, atimeMs, mtimeMs } = lstatSync(at(last, name))
      const owner = uid === process.geteuid?.() ? null : { uid, gid }
      const times = { atime: atimeMs / 1000, mtime: mtimeMs / 1000 }
      placeFile(last, name, Buffer.from(text, 'latin1'), { mode: mode & 0o7777, owner, times })
    })
  }
}

/** Null where it is none: what is compiled, data, or too large for make. */
function textOf(file: string, allowance: Allowance): string | null {
  return withPlainFile(file, ({ size, read }) => {
    if (size > TEXT_AT_MOST || isCompiled(read)) return null
    allowance.bytes -= size
    if (allowance.bytes < 0) return null
    const text = read(0, size).toString('latin1')
    return text.includes('\0') ? null : text
  })
}
