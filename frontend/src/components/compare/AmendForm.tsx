import { useAmend } from '@/api/guidelines'
import { Failure } from '@/components/Failure'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './compare.module.css'

interface Props {
  project: number
  category: number
  text: string
  /** The decision on account of which it is amended */
  decision: number | undefined
  onDone: () => void
}

/** A new version of a guideline: its text, and what changed, which annotators are shown. */
export function AmendForm({ project, category, text: saved, decision, onDone }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [text, setText] = useState(saved)
  const [note, setNote] = useState('')
  const amend = useAmend(project)
  const send = () =>
    amend.mutate(
      { category, text, note: note.trim(), decision },
      {
        onSuccess: ({ version }) => {
          void message.success(t('qa.amend.done', { version }))
          onDone()
        },
      },
    )
  return (
    <>
      <Input.TextArea
        autoSize={{ minRows: 14, maxRows: 26 }}
        maxLength={200_000}
        value={text}
        aria-label={t('qa.amend.text')}
        onChange={(event) => setText(event.target.value)}
        data-testid="amend-text"
      />
      <Input
        maxLength={500}
        value={note}
        placeholder={t('qa.amend.note')}
        aria-label={t('qa.amend.note')}
        onChange={(event) => setNote(event.target.value)}
        style={{ margin: '8px 0' }}
        data-testid="amend-note"
      />
      <Failure error={amend.error} kept={t('qa.amend.kept')} />
      <p className={styles.actions}>
        <Button
          type="primary"
          disabled={text.trim() === '' || text === saved || note.trim() === ''}
          loading={amend.isPending}
          onClick={send}
          data-testid="amend-save"
        >
          {t('qa.amend.save')}
        </Button>
        <Button onClick={onDone}>{t('qa.amend.cancel')}</Button>
        <span className={styles.quiet}>{t('qa.amend.consequence')}</span>
      </p>
    </>
  )
}
