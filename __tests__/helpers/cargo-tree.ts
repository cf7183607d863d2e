import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/** The hash in all names of `cargoTree`. */
export const HASH = '0123456789abcdef'

/** Writes a target directory as Cargo leaves it, with one library, one program and one test. */
export function cargoTree(target: string): void {
  const put = (name: string, text = name, mode = 0o644): void => {
    mkdirSync(path.dirname(`${target}/${name}`), { recursive: true })
    writeFileSync(`${target}/${name}`, text, { mode })
  }
  put('CACHEDIR.TAG')
  put('.rustc_info.json', '{}')
  put('tmp/scratch')
  put('package/scratch')
  put('debug/.cargo-lock', '')
  put('debug/incremental/one/state')
  put(`debug/.fingerprint/one-${HASH}/lib-one`)
  put(`debug/build/one-${HASH}/out/made.rs`)
  put(`debug/deps/libone-${HASH}.rlib`)
  put(`debug/deps/libone-${HASH}.rmeta`)
  put(`debug/deps/one-${HASH}.d`)
  put(`debug/deps/program-${HASH}`, 'no ELF', 0o755)
  linkSync(`${target}/debug/deps/libone-${HASH}.rlib`, `${target}/debug/libone.rlib`)
  linkSync(`${target}/debug/deps/program-${HASH}`, `${target}/debug/program`)
}
