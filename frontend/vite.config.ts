import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ command }) => ({
  // Django serves dist/ under its static prefix; the dev server stands at the root.
  base: command === 'build' ? '/static/app/' : '/',
  plugins: [react()],
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
