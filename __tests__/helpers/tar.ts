/** One entry of a tar archive, as an attacker could write it. */
export interface TarPart {
  name: string
  /** `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder, `x` an extended header, … */
  type?: string
  content?: string
  link?: string
  mode?: number
  uid?: number
  /** of the header, where it is not that of the content */
  size?: string
  magic?: string
  prefix?: string
}

export const END = Buffer.alloc(1024)

/** An archive with its end. */
export function tar(...parts: readonly TarPart[]): Buffer {
  return Buffer.concat([...parts.map(entry), END])
}

/** Header and content, filled up to whole blocks. */
export function entry(part: TarPart): Buffer {
  const content = Buffer.from(part.content ?? '')
  const filled = Buffer.alloc(Math.ceil(content.length / 512) * 512)
  content.copy(filled)
  return Buffer.concat([header(part, content.length), filled])
}

/** An extended header for the entry that follows. */
export function extended(...records: readonly [string, string][]): TarPart {
  const content = records.map(([key, value]) => record(key, value)).join('')
  return { name: 'PaxHeaders/x', type: 'x', content }
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
export function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (String(length).length + Buffer.byteLength(rest) !== length) {
    length = String(length).length + Buffer.byteLength(rest)
  }
  return `${length}${rest}`
}

function header(part: TarPart, bytes: number): Buffer {
  const block = Buffer.alloc(512)
  block.write(part.name, 0, 100)
  block.write(octal(part.mode ?? 0o644, 7), 100)
  block.write(octal(part.uid ?? 0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(part.size ?? octal(bytes, 11), 124)
  block.write(octal(1_600_000_000, 11), 136)
  block.write(part.type ?? '0', 156)
  block.write(part.link ?? '', 157, 100)
  block.write(part.magic ?? 'ustar\0', 257, 'latin1')
  block.write(part.magic === undefined ? '00' : '', 263)
  block.write(part.prefix ?? '', 345, 155)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
