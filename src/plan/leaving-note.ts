/**
 * What is noted of a worktree before anything of it is changed: enough to undo an interrupted
 * removal, whoever finds it.
 */
export interface LeavingNote {
  /** of the name that it is put aside by */
  id: string
  /** its former name, beside that */
  name: string
  /** the reason of a lock whose owner is dead; null without one */
  lock: string | null
  /** the process that removes it */
  pid: number
}

/** A ref of the worktree alone, which goes with it; it names a blob that holds the note. */
export const LEAVING_REF = 'refs/worktree/target-guard-leaving'

export function leavingNoteText(note: LeavingNote): string {
  return JSON.stringify({ version: 1, ...note })
}

/** Reads a note; null for anything that was not written as one. */
export function parseLeavingNote(text: string): LeavingNote | null {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    // Not ours.
    return null
  }
  if (typeof found !== 'object' || found === null) return null
  const { version, id, name, lock, pid } = found as Readonly<Record<string, unknown>>
  if (version !== 1 || typeof id !== 'string' || !/^[0-9a-f]{12}$/.test(id)) return null
  if (typeof name !== 'string' || !isName(name)) return null
  if (lock !== null && typeof lock !== 'string') return null
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null
  return { id, name, lock, pid }
}

/** One component of a path: what is put back lies beside where it was put aside. */
function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)
}
