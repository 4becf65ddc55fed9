import react from '@vitejs/plugin-react'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Scripts and styles once more beside themselves, as .gz and .br: the web server hands out what a browser takes. */
function compressed(): Plugin {
  const kinds = { gz: promisify(gzip), br: promisify(brotliCompress) }
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => /\.(js|css)$/.test(fileName))
      const written = files.flatMap((file) => {
        const content = Buffer.from(file.type === 'chunk' ? file.code : file.source)
        return Object.entries(kinds).map(async ([ending, compress]) =>
          writeFile(join(dir, `${file.fileName}.${ending}`), await compress(content)),
        )
      })
      await Promise.all(written)
    },
  }
}

export default defineConfig(({ command }) => ({
  // Django serves dist/ under its static prefix; the dev server stands at the root.
  base: command === 'build' ? '/static/app/' : '/',
  plugins: [react(), compressed()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // No data: URLs, so that a strict Content-Security-Policy needs no exception for fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  // The Host header stays the browser's: Django compares it with the Origin of every write.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8000', changeOrigin: false } } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    // On a machine that does other things, too, rendering a whole page takes seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
}))
