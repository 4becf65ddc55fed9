import type { ThemeConfig } from 'antd'

/** Every colour of the interface except the letters' hues (lib/hues.ts). In CSS: var(--accent), var(--ink)… */
export const palette = {
  accent: '#2456a6',
  'accent-soft': '#e8eef8',
  ink: '#1d2129',
  'ink-2': '#565d68',
  line: '#dcdfe5',
  paper: '#ffffff',
  'paper-2': '#f5f6f8',
  danger: '#b42318',
  'danger-soft': '#fdeceb',
  warning: '#8a5a00',
  'warning-soft': '#fdf3dc',
  success: '#1b6b3a',
}

const FONT =
  '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'

export const theme: ThemeConfig = {
  token: {
    colorPrimary: palette.accent,
    colorLink: palette.accent,
    colorInfo: palette.accent,
    colorError: palette.danger,
    colorText: palette.ink,
    colorTextSecondary: palette['ink-2'],
    colorBorder: palette.line,
    colorBgLayout: palette['paper-2'],
    fontFamily: FONT,
    fontSize: 14,
    borderRadius: 4,
    controlHeight: 30,
  },
}

/** Publishes the palette and the font as CSS variables. */
export function applyPalette(): void {
  const { style } = document.documentElement
  for (const [name, colour] of Object.entries(palette)) style.setProperty(`--${name}`, colour)
  style.setProperty('--font', FONT)
}
