import { isComposing } from '@/lib/keyboard'
import { Button, Form, type FormListFieldData, type FormListOperation } from 'antd'
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { KindRow } from './KindRow'
import { MOST_KINDS, type Marking } from './marking'
import styles from './settings.module.css'

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 }

interface Props {
  fields: FormListFieldData[]
  list: FormListOperation
}

/** One kind on a row; Alt with an arrow moves the row that one is in, and the arrows alone do on its two buttons. */
export function KindRows({ fields, list }: Props) {
  const { t } = useTranslation()
  const form = Form.useFormInstance<Marking>()
  const moved = useRef<HTMLElement | null>(null)
  // A row that is moved down loses the focus to the browser.
  useLayoutEffect(() => {
    moved.current?.focus()
    moved.current = null
  })
  const move = (from: number, step: number) => {
    if (from + step < 0 || from + step >= fields.length) return
    moved.current = document.activeElement instanceof HTMLElement ? document.activeElement : null
    list.move(from, from + step)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const step = STEPS[event.code]
    const onButton = event.target instanceof Element && event.target.closest('[data-moves]') !== null
    if (step === undefined || isComposing(event.nativeEvent) || !(event.altKey || onButton)) return
    event.preventDefault()
    move(index, step)
  }
  return (
    <>
      <div className={styles.kinds} role="list" aria-label={t('settings.kinds.title')}>
        {fields.map(({ key, name }) => (
          <div key={key} role="listitem" className={styles.kind} onKeyDown={(event) => onKeyDown(event, name)}>
            <KindRow
              index={name}
              last={fields.length - 1}
              called={(form.getFieldValue(['fault_kinds', name, 'zh']) as string | undefined) ?? ''}
              onMove={(step) => move(name, step)}
              onRemove={() => list.remove(name)}
            />
          </div>
        ))}
      </div>
      <Button
        onClick={() => list.add({ key: '', zh: '', en: '' })}
        disabled={fields.length >= MOST_KINDS}
        data-testid="kind-add"
      >
        {t('settings.kinds.add')}
      </Button>
    </>
  )
}
