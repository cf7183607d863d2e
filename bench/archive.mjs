// What cache actions do with a target directory: a tar archive, compressed by zstd.
import { readdirSync, rmSync } from 'node:fs'
import { must } from './measure.mjs'

/** As @actions/cache does it. */
export function pack(folder, archive) {
  const words = ['--posix', '-cf', archive, '-C', folder, '--use-compress-program', 'zstd -T0']
  must('/', 'tar', [...words, '.'])
}

/** The words of the tar that unpacks it. */
export function unpacking(archive, folder) {
  return ['-xf', archive, '-C', folder, '--use-compress-program', 'zstd -d']
}

/**
 * Leaves what Swatinem/rust-cache keeps: of each profile what dependencies were compiled to, and
 * neither the workspace's own crates, nor `incremental/`, nor what Cargo puts where people find it.
 *
 * @param own names of the workspace’s crates, each of its tests, too
 */
export function pruneLikeRustCache(target, own) {
  const debug = `${target}/debug`
  const kept = ['build', 'deps', '.fingerprint']
  const isOwn = (name) => own.has(name.replace(/^lib/, '').split(/[-.]/)[0])
  for (const name of readdirSync(debug)) {
    if (!kept.includes(name)) removeTree(`${debug}/${name}`)
  }
  for (const folder of kept) {
    for (const name of readdirSync(`${debug}/${folder}`)) {
      if (isOwn(name)) removeTree(`${debug}/${folder}/${name}`)
    }
  }
}

function removeTree(path) {
  rmSync(path, { recursive: true, force: true })
}
