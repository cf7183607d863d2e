/** A path in compiled code: `text` is all of it there, and the zero byte or colon that ends it. */
export interface CompiledText {
  readonly text: string
  /** in OUT_DIR */
  readonly path: string
}

/** Where nobody writes when a program runs, as the GNU Coding Standards have an installation. */
const READ_ONLY = new Set([
  'bin',
  'etc',
  'include',
  'lib',
  'lib32',
  'lib64',
  'libexec',
  'sbin',
  'share',
])
const MODIFIABLE = new Set(['cache', 'com', 'log', 'run', 'spool', 'state', 'tmp', 'var'])

/** Nothing that could be filled in; the next path of a list is looked at by itself. */
const PATH_AT_END = /^([\w+./@~-]+)(?:"?\0|:)/

/**
 * Finds the paths below an OUT_DIR with which strings of C end, by themselves, in quotes or in lists: where a
 * library would look for its plug-ins or its settings.
 *
 * @param seen from compiled code, latin1; what is cut off in it is left out
 * @param outDir where that was compiled, latin1
 */
export function textsBelow(seen: string, outDir: string): CompiledText[] {
  const start = `${outDir}/`
  const parts = seen.split(start).slice(1)
  return parts.flatMap((part) => {
    const [text, path] = PATH_AT_END.exec(part) ?? []
    return text === undefined || path === undefined ? [] : [{ text: `${start}${text}`, path }]
  })
}

/** Whether a path leads into an installation, to where nobody writes. */
export function isReadOnly(path: string): boolean {
  const names = path.split('/')
  if (names.some((name) => ['', '.', '..'].includes(name))) return false
  return names.some((name) => READ_ONLY.has(name)) && !names.some((name) => MODIFIABLE.has(name))
}
