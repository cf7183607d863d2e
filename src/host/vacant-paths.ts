import { readdirSync } from 'node:fs'
import { inspectArtefact } from '../plan/artefact.ts'
import { isReadOnly, textsBelow } from '../plan/vacant-paths.ts'
import type { CompiledText } from '../plan/vacant-paths.ts'
import { at } from './folders.ts'
import { isCompiled } from './out-dir.ts'
import type { Allowance } from './out-dir.ts'
import { withPlainFile } from './plain-file.ts'
import type { PlainFile } from './plain-file.ts'
import { enter } from './profiles.ts'

/** Each finds what the next member of an archive has. */
const ROUNDS = 16

const DEPTH_AT_MOST = 64

/**
 * Finds what a build script compiled with a path of its installation at which there is nothing, such
 * as OpenSSL’s folders for engines and modules: who looks there finds as little as in a cold build.
 * Once the allowance is used up nothing more is found.
 *
 * @param folder descriptor of OUT_DIR
 * @param outDir its absolute path when the script ran, latin1
 * @returns each text, latin1, from the beginning of its path to the zero byte or colon that ends it
 */
export function findVacantTexts(folder: number, outDir: string, allowance: Allowance): string[] {
  const found = new Set<string>()
  const isNew = ({ text, path }: CompiledText): boolean =>
    !found.has(text) && isReadOnly(path) && isVacant(folder, path.split('/'))
  const searchFile = ({ size, read }: PlainFile): void => {
    if (!isCompiled(read)) return
    for (let round = 0; round < ROUNDS && allowance.bytes >= size; round += 1) {
      allowance.bytes -= size
      const search = { paths: [outDir], living: [...found], inputs: [] }
      const verdict = inspectArtefact(read, size, search)
      const texts = verdict.kind === 'seen' ? textsBelow(verdict.text, outDir).filter(isNew) : []
      if (texts.length === 0) return
      for (const { text } of texts) found.add(text)
    }
  }
  const searchFolder = (within: number, depth: number): void => {
    for (const entry of readdirSync(at(within, '.'), { withFileTypes: true })) {
      allowance.entries -= 1
      if (allowance.entries < 0 || depth > DEPTH_AT_MOST) return
      if (entry.isFile()) withPlainFile(at(within, entry.name), searchFile)
      else if (entry.isDirectory())
        enter(within, entry.name, (next) => searchFolder(next, depth + 1))
    }
  }
  searchFolder(folder, 0)
  return [...found]
}

/** Whether nothing lies at a path below a folder, nor at one that begins with it. */
function isVacant(folder: number, [name = '', ...rest]: readonly string[]): boolean {
  const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
  if (rest.length === 0) return !entries.some((each) => each.name.startsWith(name))
  const entry = entries.find((each) => each.name === name)
  if (entry === undefined) return true
  return entry.isDirectory() && enter(folder, name, (next) => isVacant(next, rest)) === true
}
