import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformFileSync } from '@swc/core'
import type { Scene } from '../e2e/scene.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const sources = join(repository, 'src')

const COMPILER = {
  configFile: false,
  swcrc: false,
  module: { type: 'es6' },
  jsc: {
    parser: { syntax: 'typescript' },
    target: 'es2023',
    rewriteRelativeImportExtensions: true,
  },
} as const

/** The beginning of a program whose first argument is the path of a root: opens it as `root`. */
export const OPEN_ROOT = `import { openRoot } from './host/root.js'
const root = openRoot(process.argv[2], { home: '/root', workspace: null })
`

let compiled: ReadonlyMap<string, string> | undefined

function compile(): ReadonlyMap<string, string> {
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  return new Map(
    names
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [
        name.replace(/\.ts$/, '.js'),
        transformFileSync(join(sources, name), COMPILER).code,
      ]),
  )
}

/**
 * Writes a program that imports our own modules (`./host/trash.js`, …) to where any user may run it,
 * for what takes a process of its own: another user, or sixteen contenders.
 *
 * @returns the script to start with node
 */
export function writeProgram(scene: Scene, code: string): string {
  compiled ??= compile()
  const directory = scene.directory('program')
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n')
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'))
  for (const [name, text] of compiled) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  const script = join(directory, 'program.js')
  writeFileSync(script, code)
  return script
}
