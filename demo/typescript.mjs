// Lets node 20 run the stand-in runner of the tests, which is TypeScript: a load hook for `.ts`.
import { readFile } from 'node:fs/promises'
import { transform } from '@swc/core'

const OPTIONS = {
  configFile: false,
  swcrc: false,
  module: { type: 'es6' },
  jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const { code } = await transform(await readFile(new URL(url), 'utf8'), OPTIONS)
  return { format: 'module', source: code, shortCircuit: true }
}
