/** Gives bytes of a file: fewer than asked for at its end. */
export type Reader = (from: number, size: number) => Buffer

/** A part of a file. */
export interface Extent {
  readonly from: number
  readonly size: number
}

const HEADER = 60

/** An archive with more members was not made by a compiler. */
const MEMBERS_AT_MOST = 100_000

/** Whether these first bytes are those of an archive (`.rlib`, `.a`). */
export function isArchive(start: Buffer): boolean {
  return start.toString('latin1', 0, 8) === '!<arch>\n'
}

/** The files of an archive, without its own tables; null where it is damaged. */
export function archiveMembers(read: Reader, size: number): Extent[] | null {
  const members: Extent[] = []
  for (let at = 8; at < size;) {
    const header = read(at, HEADER)
    const length = header.toString('latin1', 48, 58).trimEnd()
    if (header.length < HEADER || header.toString('latin1', 58) !== '`\n') return null
    if (!/^[0-9]+$/.test(length) || at + HEADER + Number(length) > size) return null
    const name = header.toString('latin1', 0, 16).trimEnd()
    if (!['/', '//', '/SYM64/'].includes(name)) {
      members.push({ from: at + HEADER, size: Number(length) })
    }
    if (members.length > MEMBERS_AT_MOST) return null
    at += HEADER + Number(length) + (Number(length) % 2)
  }
  return members
}
