import type { Shade } from '@/lib/theme'
import { theme as antd, type ThemeConfig } from 'antd'

/**
 * Every colour of the interface except the letters' hues (lib/hues.ts), which are the same in both shades. In CSS:
 * var(--accent), var(--ink)… Text keeps a contrast of 4.5:1 on every ground, the edge of a field (`field`) one of 3:1.
 * `on-accent` is the text on a ground of accent, danger or success.
 */
const light = {
  accent: '#2456a6',
  'accent-soft': '#e8eef8',
  'on-accent': '#ffffff',
  ink: '#1d2129',
  'ink-2': '#565d68',
  line: '#dcdfe5',
  field: '#868d99',
  paper: '#ffffff',
  'paper-2': '#f5f6f8',
  danger: '#b42318',
  'danger-soft': '#fdeceb',
  warning: '#8a5a00',
  'warning-soft': '#fdf3dc',
  success: '#1b6b3a',
  'code-keyword': '#8a3ffc',
  'code-string': '#0b6b3a',
  'code-number': '#8f3e00',
  'code-name': '#0b4f9e',
}

type Palette = typeof light

const dark: Palette = {
  accent: '#8fb6f5',
  'accent-soft': '#1f2d45',
  'on-accent': '#10151d',
  ink: '#e3e6eb',
  'ink-2': '#a8b0bc',
  line: '#3a404b',
  field: '#737b88',
  paper: '#1b1e24',
  'paper-2': '#14161a',
  danger: '#ff9a8f',
  'danger-soft': '#3d1f1d',
  warning: '#f0c05a',
  'warning-soft': '#2f2817',
  success: '#6fce95',
  'code-keyword': '#c4a5ff',
  'code-string': '#7fd3a3',
  'code-number': '#f2ab7c',
  'code-name': '#8fc1ff',
}

export const palettes: Record<Shade, Palette> = { light, dark }

const FONT =
  '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'

function config(shade: Shade): ThemeConfig {
  const palette = palettes[shade]
  return {
    algorithm: shade === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: palette.accent,
      colorLink: palette.accent,
      colorInfo: palette.accent,
      colorSuccess: palette.success,
      colorWarning: palette.warning,
      colorError: palette.danger,
      // What they would be made of the words' colours is mud.
      colorInfoBg: palette['accent-soft'],
      colorWarningBg: palette['warning-soft'],
      colorErrorBg: palette['danger-soft'],
      colorText: palette.ink,
      colorTextSecondary: palette['ink-2'],
      colorTextTertiary: palette['ink-2'],
      colorTextDescription: palette['ink-2'],
      colorTextPlaceholder: palette['ink-2'],
      colorTextLightSolid: palette['on-accent'],
      colorIcon: palette['ink-2'],
      colorBorder: palette.field,
      colorBorderSecondary: palette.line,
      colorBgContainer: palette.paper,
      colorBgElevated: palette.paper,
      colorBgLayout: palette['paper-2'],
      colorBgSpotlight: palette.ink,
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 4,
      controlHeight: 30,
    },
    // Their words show where they are; a field has only its edge.
    components: {
      Button: { defaultBorderColor: palette.line },
      // The ground of the word on a switch that is off.
      Switch: { colorTextQuaternary: palette['ink-2'] },
    },
  }
}

export const themes: Record<Shade, ThemeConfig> = { light: config('light'), dark: config('dark') }

/** Publishes a shade's palette and the font as CSS variables. */
export function applyPalette(shade: Shade): void {
  const { dataset, style } = document.documentElement
  dataset.theme = shade
  for (const [name, colour] of Object.entries(palettes[shade])) style.setProperty(`--${name}`, colour)
  style.setProperty('--font', FONT)
}
