import { lstatSync } from 'node:fs'

/**
 * Why the content of one directory may not become the content of another: it has to belong to the
 * same user, and this process has to be able to change it.
 *
 * @returns null where it may
 */
export function ownerRefusal(source: string, slot: string): string | null {
  const [from, to] = [source, slot].map((each) => lstatSync(each))
  if (from?.uid !== to?.uid || from?.gid !== to?.gid) return 'it belongs to another user'
  const user = process.geteuid?.()
  return user === 0 || user === to?.uid ? null : 'it belongs to another user than this step’s'
}
