import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Command } from './commands'
import { LookMenu } from './LookMenu'
import type { PanelName } from './usePanel'
import type { Look } from './useLook'
import styles from './task.module.css'

const MAC = navigator.userAgent.includes('Mac')
const HISTORY = {
  undo: { sign: '↶', keys: MAC ? '⌘Z' : 'Ctrl+Z' },
  redo: { sign: '↷', keys: MAC ? '⇧⌘Z' : 'Ctrl+Shift+Z' },
} as const

interface Props {
  look: Look
  /** The panel that is open, and those that can be opened */
  panel: PanelName | 'closed'
  panels: readonly PanelName[]
  onCommand: (command: Command) => void
}

/** What can be opened or changed around the texts, each with its key. What a narrow bar leaves out is in the look menu. */
export function TaskTools({ look, panel, panels, onCommand }: Props) {
  const { t } = useTranslation()
  const tool = (name: 'raw' | 'view' | 'find' | 'help' | PanelName, label: string, pressed?: boolean, spare?: boolean) => (
    <Button
      key={name}
      size="small"
      type={pressed ? 'default' : 'text'}
      aria-pressed={pressed}
      className={spare ? styles.spare : undefined}
      // The key d goes on to the next pair; the button closes what it opened, as the others do.
      onClick={() => onCommand(pressed && name === 'diff' ? { name: 'close' } : { name })}
      data-testid={`tool-${name}`}
    >
      {label}
    </Button>
  )
  return (
    <div className={styles.tools} role="group" aria-label={t('task.tool.label')}>
      {(['undo', 'redo'] as const).map((name) => (
        <Button
          key={name}
          size="small"
          type="text"
          title={t(`task.tool.${name}`, { keys: HISTORY[name].keys })}
          aria-label={t(`task.tool.${name}`, { keys: HISTORY[name].keys })}
          onClick={() => onCommand({ name })}
          data-testid={`tool-${name}`}
        >
          {HISTORY[name].sign}
        </Button>
      ))}
      {tool('find', t('task.tool.find'))}
      {panels.map((name) => tool(name, t(`task.tool.${name}`), panel === name))}
      {tool('raw', t('task.tool.raw'), look.raw, true)}
      {look.mayHaveColumns && tool('view', t(`task.tool.${look.view === 'columns' ? 'stack' : 'columns'}`), undefined, true)}
      <LookMenu look={look} />
      {tool('help', t('task.tool.help'))}
    </div>
  )
}
