import type { Scene } from '../e2e/scene.ts'

/** Makes a tree that is deeper than any path may be long (PATH_MAX is 4096 bytes). */
export async function makeDeepTree(scene: Scene, top: string): Promise<void> {
  const code = `
    const { mkdirSync, writeFileSync } = require('node:fs')
    const name = 'd'.repeat(200)
    for (let depth = 0; depth < 40; depth += 1) { mkdirSync(name); process.chdir(name) }
    writeFileSync('leaf', '')`
  await scene.must(process.execPath, ['-e', code], { cwd: top })
}
