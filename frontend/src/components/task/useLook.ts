import { toggleTheme } from '@/lib/theme'
import { useMedia } from '@/lib/useMedia'
import type { CSSProperties } from 'react'
import type { Command } from './commands'
import { useNumber, usePreference, useSwitch } from './usePreference'
import { useSyncScroll } from './useSyncScroll'

/** Pixels of a character, and characters of a line. */
export const FONT_SIZE = { min: 14, max: 22, fallback: 16 }
export const MEASURE = { min: 32, max: 60, fallback: 42 }
const FONT_STEP = 1
const MEASURE_STEP = 2
/** Below, three columns would hold some twenty characters each, so the texts are stacked. */
const TOO_NARROW = '(max-width: 1099px)'

/** How the texts are shown: side by side or stacked, raw or formatted, how large. Remembered in this browser. */
export function useLook() {
  const [wanted, setWanted] = usePreference('view', ['columns', 'stacked'])
  const [raw, setRaw] = useSwitch('raw', false)
  const [promptOpen, setPromptOpen] = useSwitch('promptOpen', true)
  const [sync, setSync] = useSwitch('sync', false)
  const [fontSize, setFontSize] = useNumber('fontSize', FONT_SIZE)
  const [measure, setMeasure] = useNumber('measure', MEASURE)
  const mayHaveColumns = !useMedia(TOO_NARROW)
  const view = mayHaveColumns ? wanted : 'stacked'
  const syncProps = useSyncScroll(sync && view === 'columns')

  const act = (command: Command): boolean => {
    switch (command.name) {
      case 'view':
        if (mayHaveColumns) setWanted(view === 'columns' ? 'stacked' : 'columns')
        return true
      case 'raw':
        setRaw(!raw)
        return true
      case 'prompt':
        setPromptOpen(!promptOpen)
        return true
      case 'sync':
        setSync(!sync)
        return true
      case 'font':
        setFontSize(fontSize + command.step * FONT_STEP)
        return true
      case 'width':
        setMeasure(measure + command.step * MEASURE_STEP)
        return true
      case 'theme':
        toggleTheme()
        return true
      default:
        return false
    }
  }
  const style = { '--text-size': `${fontSize}px`, '--text-measure': measure } as CSSProperties
  /** `act` runs a command about the look and tells whether it was one. */
  return { view, mayHaveColumns, raw, promptOpen, sync, fontSize, measure, style, syncProps, act }
}

export type Look = ReturnType<typeof useLook>
