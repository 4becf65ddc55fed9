import { Flyout } from '@/components/Flyout'
import { ThemeChoice } from '@/components/ThemeChoice'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FONT_SIZE, MEASURE, type Look } from './useLook'
import type { Range } from './usePreference'
import styles from './task.module.css'

/** How the texts are shown, all in one place, each with its key. */
export function LookMenu({ look }: { look: Look }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const button = (
    <Button size="small" type="text" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="tool-look">
      {t('look.menu')} <span aria-hidden>▾</span>
    </Button>
  )
  return (
    <Flyout open={open} onClose={() => setOpen(false)} align="end" button={button}>
      <div className={styles.lookMenu} data-testid="look-menu">
        {look.mayHaveColumns && <Choice look={look} name="view" on={look.view === 'stacked'} hint="v" />}
        {look.view === 'columns' && <Choice look={look} name="sync" on={look.sync} hint="y" />}
        <Choice look={look} name="raw" on={look.raw} hint="r" />
        <Choice look={look} name="prompt" on={look.promptOpen} hint="p" />
        <Stepper look={look} name="font" value={look.fontSize} range={FONT_SIZE} hints={['-', '=']} />
        <Stepper look={look} name="width" value={look.measure} range={MEASURE} hints={['[', ']']} />
        <ThemeChoice hint={<kbd>t</kbd>} />
      </div>
    </Flyout>
  )
}

interface ChoiceProps {
  look: Look
  name: 'view' | 'sync' | 'raw' | 'prompt'
  on: boolean
  hint: string
}

function Choice({ look, name, on, hint }: ChoiceProps) {
  const { t } = useTranslation()
  return (
    <label className={styles.lookChoice}>
      <input type="checkbox" checked={on} onChange={() => look.act({ name })} data-testid={`look-${name}`} />
      {t(`look.switch.${name}`)} <kbd>{hint}</kbd>
    </label>
  )
}

interface StepperProps {
  look: Look
  name: 'font' | 'width'
  value: number
  range: Range
  hints: readonly [string, string]
}

function Stepper({ look, name, value, range, hints: [less, more] }: StepperProps) {
  const { t } = useTranslation()
  const step = (by: 1 | -1, disabled: boolean, sign: string, hint: string) => (
    <Button
      size="small"
      disabled={disabled}
      onClick={() => look.act({ name, step: by })}
      aria-label={t(`look.${name}.${by === 1 ? 'more' : 'less'}`)}
      data-testid={`look-${name}-${by === 1 ? 'more' : 'less'}`}
    >
      {sign} <kbd>{hint}</kbd>
    </Button>
  )
  return (
    <div className={styles.lookStepper} role="group" aria-label={t(`look.${name}.label`)}>
      <span>{t(`look.${name}.label`)}</span>
      {step(-1, value <= range.min, '−', less)}
      <output>{t(`look.${name}.value`, { value })}</output>
      {step(1, value >= range.max, '+', more)}
    </div>
  )
}
