import { readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { sha256 } from '../plan/naming.ts'
import { readSmallFile } from './small-file.ts'

/**
 * A digest of all that rustup chooses a toolchain by in a directory, and of those that are installed: for
 * as long as it is the same, `rustc -vV` says the same there. To compute it takes less than a tenth of
 * the time in which rustc answers.
 *
 * After https://rust-lang.github.io/rustup/overrides.html and environment-variables.html.
 *
 * @returns null where that cannot be told: rustc is not rustup’s, or a toolchain lies elsewhere
 */
export function digestChoice(directory: string, environment: NodeJS.ProcessEnv): string | null {
  try {
    const proxy = findProxy(environment)
    const home = environment['RUSTUP_HOME'] ?? join(environment['HOME'] ?? '', '.rustup')
    if (proxy === null || !isAbsolute(home)) return null
    if (environment['RUSTUP_TOOLCHAIN']?.includes('/') === true) return null
    const physical = realpathSync(directory)
    const settings = [join(home, 'settings.toml'), '/etc/rustup/settings.toml'].map(textOf)
    if (settings.some((text) => LIES_ELSEWHERE.test(text ?? ''))) return null
    // Only for these does it matter which directory it is.
    const place = settings.some((text) => OVERRIDES.test(text ?? '')) ? physical : ''
    const facts = [proxy, variablesIn(environment), place, settings, filesAbove(physical)]
    return sha256(JSON.stringify([...facts, installedIn(join(home, 'toolchains'))]))
  } catch {
    return null
  }
}

const OVERRIDES = /^\s*\[overrides\]\s*\n\s*[^\s[]/m

/** A toolchain by its path. */
const LIES_ELSEWHERE = /=\s*["']\//

/** Which program `rustc` is, where that is rustup; null where it is another one. */
function findProxy({ PATH = '' }: NodeJS.ProcessEnv): string | null {
  for (const folder of PATH.split(':')) {
    // Another one in each directory.
    if (!isAbsolute(folder)) return null
    const found = statSync(join(folder, 'rustc'), { throwIfNoEntry: false })
    if (found?.isFile() !== true) continue
    const rustup = statSync(join(folder, 'rustup'), { throwIfNoEntry: false })
    const isOne = rustup?.ino === found.ino && rustup.dev === found.dev
    return isOne ? stampOf(join(folder, 'rustup')) : null
  }
  return null
}

function variablesIn(environment: NodeJS.ProcessEnv): [string, string | undefined][] {
  const names = Object.keys(environment).filter((name) => /^(RUSTUP|LD)_/.test(name))
  return names.toSorted().map((name) => [name, environment[name]])
}

/** What toolchain files say in a directory and above it, the nearest first. */
function filesAbove(directory: string): (string | null)[] {
  const texts = ['rust-toolchain', 'rust-toolchain.toml'].map((name) =>
    textOf(join(directory, name)),
  )
  if (texts.some((text) => /^\s*path\s*=/m.test(text ?? ''))) throw new Error('it lies elsewhere')
  const parent = dirname(directory)
  return parent === directory ? texts : [...texts, ...filesAbove(parent)]
}

/** The toolchains and their compilers: an update puts another one there. */
function installedIn(folder: string): string[] {
  const own = `${realpathSync(folder)}/`
  return readdirSync(folder)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      // One that somebody builds himself may change without its rustc.
      if (!realpathSync(join(folder, name)).startsWith(own)) throw new Error('it lies elsewhere')
      return `${name} ${stampOf(join(folder, name, 'bin/rustc'))}`
    })
}

/** What changes whenever a file does; '' where there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined
    ? ''
    : [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
}

/** Null where there is no such file; one behind a link is not followed by this reader, and so not known. */
function textOf(path: string): string | null {
  const text = readSmallFile(path)
  if (text !== null && typeof text !== 'string') throw new Error(text.problem)
  return text
}
