import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformFileSync } from '@swc/core'

const sources = fileURLToPath(new URL('worker/', import.meta.url))

let compiled: ReadonlyMap<string, string> | undefined

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

/** The Worker's modules as JavaScript that node 20 runs too: name of the file and its text. */
function compile(): ReadonlyMap<string, string> {
  const names = readdirSync(sources).filter((name) => name.endsWith('.ts'))
  return new Map(
    names.map((name) => [
      name.replace(/\.ts$/, '.js'),
      transformFileSync(path.join(sources, name), COMPILER).code,
    ]),
  )
}

/** Writes the Worker's program into `directory`; returns the module to start. */
export function writeWorkerProgram(directory: string): string {
  compiled ??= compile()
  mkdirSync(directory, { recursive: true })
  writeFileSync(path.join(directory, 'package.json'), '{"type":"module"}\n')
  for (const [name, code] of compiled) writeFileSync(path.join(directory, name), code)
  return path.join(directory, 'main.js')
}
