// The modules of src/ as node can import them, for figures that are about one function.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { must } from './measure.mjs'

const HERE = fileURLToPath(new URL('..', import.meta.url))

/** Compiles them, once for a scene; the folder they are in. */
export function compileModules(scene) {
  const folder = `${scene.folder}/lib`
  if (scene.modules === undefined) {
    must(HERE, 'npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', folder])
    writeFileSync(`${folder}/package.json`, '{"type":"module"}')
    scene.modules = folder
  }
  return scene.modules
}
