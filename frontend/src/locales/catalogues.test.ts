import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './en'
import chinese from './zh-CN'

const catalogues = { 'zh-CN': chinese, en }

const PLURAL = /_(zero|one|two|few|many|other)$/

function entries(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path.replace(PLURAL, ''), node]]
  return Object.entries(node as object).flatMap(([key, child]) => entries(child, path ? `${path}.${key}` : key))
}

function keysOf(language: keyof typeof catalogues): string[] {
  return [...new Set(entries(catalogues[language]).map(([key]) => key))].sort()
}

function sourceText(): string {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^test\//.test(file))
    .map((file) => readFileSync(join('src', file), 'utf8'))
    .join('\n')
}

const features = Object.keys(chinese).join('|')
const source = sourceText()
/** 'feature.some.key' in quotes is a key; `feature.some.${x}` stands for every key that begins so. */
const literal = new Set([...source.matchAll(new RegExp(`['"]((?:${features})(?:\\.\\w+)+)['"]`, 'g'))].map((m) => m[1] ?? ''))
const prefixes = [...source.matchAll(new RegExp(`\`((?:${features})(?:\\.\\w+)*\\.)\\$\\{`, 'g'))].map((m) => m[1] ?? '')

describe('catalogues', () => {
  const keys = keysOf('zh-CN')

  it('hold the same keys in both languages', () => {
    expect(keysOf('en')).toEqual(keys)
  })

  it('hold every key that the code names', () => {
    expect([...literal].filter((key) => !keys.includes(key))).toEqual([])
    expect(prefixes.filter((prefix) => !keys.some((key) => key.startsWith(prefix)))).toEqual([])
  })

  it('hold no key that the code never names', () => {
    const used = (key: string) => literal.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
    expect(keys.filter((key) => !used(key))).toEqual([])
  })

  it('name the same values to fill in, in both languages', () => {
    const slots = (language: keyof typeof catalogues) =>
      Object.fromEntries(
        entries(catalogues[language]).map(([key, text]) => [key, (text.match(/\{\{\w+\}\}/g) ?? []).sort()]),
      )
    expect(slots('en')).toEqual(slots('zh-CN'))
  })
})

describe('source code', () => {
  it('holds no Chinese string outside the catalogues', () => {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code.match(/[\u4e00-\u9fff]+/g) ?? []).toEqual([])
  })
})
